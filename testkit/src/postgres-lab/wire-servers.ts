import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { KeyPair } from './authority.ts'
import { isSslRequest } from './wire-messages.ts'

/**
 * A small server on a free port of 127.0.0.1 that does what a PostgreSQL server would not. Disposing it ends its
 * connections.
 */
export interface WireServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** What each connection, in the order of their arrival, has sent so far. */
  received(): Buffer[]
}

/** Answers the first bytes of each connection and then says nothing more, or hangs up. */
export function serveAnswer(answer: Uint8Array, then: 'stay' | 'close' = 'stay'): Promise<WireServer> {
  return serve((socket) => {
    socket.once('data', () => {
      if (then === 'stay') socket.write(answer)
      else socket.end(answer)
    })
  })
}

/** Accepts TLS, and sends plaintext in the same packet: what an attacker injects before the handshake. */
export function serveInjection(injected: Uint8Array): Promise<WireServer> {
  return serveAnswer(Buffer.concat([Buffer.from('S'), injected]))
}

/** Answers the request for TLS, `N` perhaps, and hangs up with the answer to the start of a session. */
export function serveAnswers(toSslRequest: Uint8Array, toStartup: Uint8Array): Promise<WireServer> {
  return serve((socket) => {
    socket.on('data', (bytes) => {
      if (isSslRequest(bytes)) socket.write(toSslRequest)
      else socket.end(toStartup)
    })
  })
}

/**
 * Agrees to TLS, and hangs up with an answer over it; in plaintext with the same. `injected` goes out in plaintext
 * in the packet that agrees to TLS.
 */
export function serveTlsAnswer(
  { certificate, key }: KeyPair,
  answer: Uint8Array,
  injected = '',
): Promise<WireServer> {
  return serve((socket) => {
    socket.once('data', (bytes) => {
      if (!isSslRequest(bytes)) return void socket.end(answer)
      socket.write(`S${injected}`)
      const secured = new TLSSocket(socket, { isServer: true, cert: certificate, key })
      secured.on('error', () => undefined)
      secured.once('data', () => secured.end(answer))
    })
  })
}

/** Accepts connections, reads, and never says a word. */
export function serveSilence(): Promise<WireServer> {
  return serve(() => undefined)
}

/** Hangs up on everybody: at once, or after the first bytes. */
export function serveHangUp(when: 'at once' | 'after first bytes' = 'at once'): Promise<WireServer> {
  return serve((socket) => {
    if (when === 'at once') socket.end()
    else socket.once('data', () => socket.end())
  })
}

/** A web server, which takes the start of a session for a bad request. */
export function serveHttp(): Promise<WireServer> {
  const body = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
  return serveAnswer(Buffer.from(body), 'close')
}

/** Hands each connection to `handle`. What it sends is recorded in any case. */
export async function serve(handle: (socket: Socket) => void): Promise<WireServer> {
  const sockets = new Set<Socket>()
  const received: Buffer[][] = []
  const server = createServer((socket) => {
    const chunks: Buffer[] = []
    received.push(chunks)
    sockets.add(socket)
    // A client that hangs up in the middle of what we write is none of our business.
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => chunks.push(bytes))
    handle(socket)
  })
  const port = await listen(server)
  return {
    host: '127.0.0.1',
    port,
    received: () => received.map((chunks) => Buffer.concat(chunks)),
    [Symbol.asyncDispose]: () => close(server, sockets),
  }
}

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe)
  await close(probe, new Set())
  return port
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}

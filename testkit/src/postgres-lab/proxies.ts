import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { TLSSocket, connect as tlsConnect } from 'node:tls'
import type { KeyPair } from './authority.ts'
import {
  isSslRequest,
  MessageSplitter,
  parameterStatus,
  SSL_REQUEST,
  type WireMessage,
} from './wire-messages.ts'
import { serve, type WireServer } from './wire-servers.ts'

export interface Upstream {
  readonly host: string
  readonly port: number
}

/** Stands between a client and a real server. */
export interface WireProxy extends WireServer {
  /** Everything that went by so far, of all connections, as this proxy could read it. */
  fromClient(): Buffer
  fromServer(): Buffer
}

/** Passes all bytes on as they are, and keeps them: what somebody on the wire sees. */
export function recordingProxy(upstream: Upstream): Promise<WireProxy> {
  return proxy((client, tap) => {
    join(client, connect(upstream.port, upstream.host), tap)
  })
}

/**
 * A man in the middle: speaks TLS with the client under a certificate of its own, and TLS with the server as a
 * client that checks nothing. It reads the conversation in between.
 */
export function tlsInterceptor(upstream: Upstream, own: KeyPair): Promise<WireProxy> {
  return proxy((client, tap) => {
    client.once('data', () => {
      const intercept = (server: TLSSocket): void => {
        const { certificate: cert, key } = own
        client.write('S')
        join(new TLSSocket(client, { isServer: true, cert, key }), server, tap)
      }
      secureUpstream(upstream).then(intercept, () => client.destroy())
    })
  })
}

/**
 * Passes a plaintext session on, but changes what the server reports of itself; e.g. `{ server_version: '9.6.24' }`.
 * It refuses TLS, which it could not look into.
 */
export function rewritingProxy(
  upstream: Upstream,
  parameters: Readonly<Record<string, string>>,
): Promise<WireProxy> {
  return proxy((client, tap) => {
    afterRefusingTls(client, (bytes) => {
      const server = connect(upstream.port, upstream.host)
      const splitter = new MessageSplitter()
      server.write(bytes)
      join(client, server, tap, (chunk) =>
        Buffer.concat(splitter.push(chunk).map((message) => rewrite(message, parameters))),
      )
    })
  })
}

/** Refuses TLS if a client asks for it, and then hands out the first bytes of its session. */
export function afterRefusingTls(client: Socket, begin: (bytes: Buffer) => void): void {
  client.once('data', (bytes: Buffer) => {
    if (!isSslRequest(bytes)) return begin(bytes)
    client.write('N')
    afterRefusingTls(client, begin)
  })
}

function rewrite({ type, body, bytes }: WireMessage, parameters: Readonly<Record<string, string>>): Buffer {
  const [name = ''] = type === 'S' ? body.toString().split('\0') : []
  const value = parameters[name]
  return value === undefined ? bytes : parameterStatus(name, value)
}

interface Tap {
  readonly fromClient: Buffer[]
  readonly fromServer: Buffer[]
}

async function proxy(handle: (client: Socket, tap: Tap) => void): Promise<WireProxy> {
  const tap: Tap = { fromClient: [], fromServer: [] }
  const server = await serve((client) => handle(client, tap))
  return {
    ...server,
    fromClient: () => Buffer.concat(tap.fromClient),
    fromServer: () => Buffer.concat(tap.fromServer),
  }
}

/** Carries bytes both ways until either side ends. */
function join(
  client: Socket,
  server: Socket,
  tap: Tap,
  change: (fromServer: Buffer) => Buffer = (bytes) => bytes,
): void {
  client.on('data', (bytes: Buffer) => {
    tap.fromClient.push(bytes)
    server.write(bytes)
  })
  server.on('data', (bytes: Buffer) => {
    tap.fromServer.push(bytes)
    client.write(change(bytes))
  })
  endTogether(client, server)
  endTogether(server, client)
}

function endTogether(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy())
  one.on('end', () => other.end())
  // What one side said last, an error perhaps, still reaches the other.
  one.on('close', () => other.destroySoon())
}

/** The server has to have agreed to TLS before the client is answered. */
async function secureUpstream({ host, port }: Upstream): Promise<TLSSocket> {
  const socket = connect(port, host)
  socket.write(SSL_REQUEST)
  await once(socket, 'data')
  return tlsConnect({ socket, rejectUnauthorized: false })
}

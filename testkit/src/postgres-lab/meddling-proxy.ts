import { connect, type Socket } from 'node:net'
import { afterRefusingTls, type Upstream } from './proxies.ts'
import { MessageSplitter } from './wire-messages.ts'
import { serve, type WireServer } from './wire-servers.ts'

/** What a proxy may do to a conversation in plaintext, once it has come to the place. */
export interface Meddling {
  /** The server process of this conversation. */
  readonly serverPid: number
  readonly client: Socket
  readonly server: Socket
}

/**
 * Passes a session in plaintext on, and stops in front of the first message of the client that has `text` in it: what
 * `meddle` returns goes to the server in its place. It refuses TLS, which it could not look into.
 */
export function meddlingProxy(
  upstream: Upstream,
  text: string,
  meddle: (meddling: Meddling, message: Buffer) => Promise<Buffer | undefined>,
): Promise<WireServer> {
  return serve((client) => {
    afterRefusingTls(client, (bytes) => {
      const server = connect(upstream.port, upstream.host)
      server.write(bytes)
      const pid = passFromServer(server, client)
      passFromClient(client, server, async (message) => {
        if (!message.includes(text)) return message
        return await meddle({ serverPid: pid(), client, server }, message)
      })
    })
  })
}

/** Returns what tells the process that the server has named. */
function passFromServer(server: Socket, client: Socket): () => number {
  const splitter = new MessageSplitter()
  let pid = 0
  server.on('error', () => client.destroy())
  server.on('data', (bytes: Buffer) => {
    for (const { type, body } of splitter.push(bytes)) {
      if (type === 'K') pid = body.readInt32BE(0)
    }
    client.write(bytes)
  })
  server.on('end', () => client.end())
  return () => pid
}

/** In order: what comes while a message is looked at waits for it. */
function passFromClient(
  client: Socket,
  server: Socket,
  look: (bytes: Buffer) => Promise<Buffer | undefined>,
): void {
  let queue = Promise.resolve()
  client.on('data', (bytes: Buffer) => {
    queue = queue.then(async () => {
      const passed = await look(bytes)
      if (passed !== undefined) server.write(passed)
    })
  })
  client.on('close', () => server.destroy())
}

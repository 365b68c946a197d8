import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How long a connection may still begin a request while the server stops. */
const GRACE_MS = 500

/**
 * Watches a server's connections, and returns what ends those that have nothing in flight, once and for all. Node.js
 * closes connections that have answered something; one that has never asked, such as the spare one of a browser, it
 * takes for one that is about to, and a stop would wait for a minute.
 */
export function watchSilentConnections(server: Server): () => void {
  const inFlight = new Map<Socket, number>()
  let isStopping = false
  const endLater = (socket: Socket): void => {
    const end = (): void => {
      if (inFlight.get(socket) === 0) socket.destroy()
    }
    setTimeout(end, GRACE_MS).unref()
  }
  server.on('connection', (socket: Socket) => {
    inFlight.set(socket, 0)
    socket.once('close', () => inFlight.delete(socket))
    if (isStopping) endLater(socket)
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const count = inFlight.get(socket)
      if (count === undefined) return
      inFlight.set(socket, count - 1)
      if (isStopping) endLater(socket)
    })
  })
  return () => {
    isStopping = true
    for (const socket of inFlight.keys()) endLater(socket)
  }
}

import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { openTransport } from './transport.ts'

/** 1234 in the high half, 5678 in the low: the protocol number that stands for "cancel". */
const CANCEL_REQUEST_CODE = 80_877_102
const CANCEL_TIMEOUT_MS = 5_000

/** The session that shall stop, as its server knows it. */
export interface SessionKey {
  readonly processId: number
  readonly secretKey: number
}

/**
 * Asks the server, on a connection of its own as the protocol wants it, to cancel what a session is doing; over
 * TLS if the session is. Resolves when the server has closed the connection, or after 5 seconds; never rejects.
 */
export async function sendCancelRequest(
  target: ConnectionTarget,
  isEncrypted: boolean,
  { processId, secretKey }: SessionKey,
): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  message.writeInt32BE(processId, 8)
  message.writeInt32BE(secretKey | 0, 12)
  const encryption = isEncrypted ? 'tls' : 'plain'
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS)
  try {
    const { socket } = await openTransport(
      target,
      { encryption, ifNotOffered: 'fail', nextAfter: [] },
      { signal },
    )
    const closed = Promise.withResolvers<void>()
    socket.on('error', () => {}).once('close', () => closed.resolve())
    signal.addEventListener('abort', () => void socket.destroy(), { once: true })
    socket.resume()
    socket.write(message)
    await closed.promise
  } catch {
    // A server that can't be reached is not doing much for the session any more.
  }
}

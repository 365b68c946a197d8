import { connect } from 'node:net'
import type { ConnectionTarget } from './connection-target.ts'

/** 1234 in the high half, 5678 in the low: the protocol number that stands for "cancel". */
const CANCEL_REQUEST_CODE = 80_877_102
const CANCEL_TIMEOUT_MS = 5_000

/**
 * Asks the server, on a connection of its own as the protocol wants it, to cancel what session `processId` is
 * doing. In plaintext like libpq's PQcancel: the key is worth nothing but this one act. Resolves when the
 * server has closed the connection, or after 5 seconds; never rejects.
 */
export function sendCancelRequest(
  target: ConnectionTarget,
  processId: number,
  secretKey: number,
): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  message.writeInt32BE(processId, 8)
  message.writeInt32BE(secretKey | 0, 12)
  return new Promise((resolve) => {
    const socket = connect(target.port, target.host)
    socket.setTimeout(CANCEL_TIMEOUT_MS, () => socket.destroy())
    socket.on('connect', () => socket.write(message))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })
}

import type { Socket } from 'node:net'
import { ConnectFault } from '#source/postgres/failures/connect-fault.ts'

/**
 * Runs a step on a socket that may fail, be closed by the other side, or be given up meanwhile: each of these
 * ends the step, and the socket with it.
 * @throws the signal's reason, the socket's error, ConnectFault CONNECTION_CLOSED, or what the step throws
 */
export async function guardSocket<T>(
  socket: Socket,
  signal: AbortSignal,
  step: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const onClose = (): void => reject(new ConnectFault({ code: 'CONNECTION_CLOSED', stage: 'dial' }))
  const onAbort = (): void => reject(signal.reason)
  socket.once('error', reject).once('close', onClose)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([step(), ended])
  } catch (error) {
    // An error of a socket that nobody reads any more must not end the process.
    socket.on('error', () => {})
    socket.destroy()
    throw error
  } finally {
    socket.off('error', reject).off('close', onClose)
    signal.removeEventListener('abort', onAbort)
  }
}

import type { FastifyReply } from 'fastify'

/**
 * Aborted when the client goes away before it has its answer. The signal of the request itself knows that of requests
 * without a body only: one with a body is closed as soon as that has been read.
 */
export function clientSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const onClose = (): void => {
    if (!raw.writableFinished) controller.abort()
  }
  if (raw.destroyed) onClose()
  else raw.once('close', onClose)
  return controller.signal
}

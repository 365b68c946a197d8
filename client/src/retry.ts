import { type HeadwaterError, UNREACHABLE } from './error.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000

/**
 * How long to wait before a read that failed is tried again; `undefined` when trying again would not help. The
 * server's own word counts, else the pause doubles.
 */
export function pauseBefore(
  { code, status, retryAfterMs }: HeadwaterError,
  attempt: number,
): number | undefined {
  if (status !== 429 && status !== 503 && code !== UNREACHABLE) return undefined
  const pauseMs = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1)
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : undefined
}

/** Waits. @throws the reason of the signal when it is aborted meanwhile */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

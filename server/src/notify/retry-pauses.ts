const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Pauses after the first, second … failure; the one after the last pause ends the delivery, a day after the first. */
export const RETRY_PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  8 * HOUR_MS,
]

/** A tenth to both sides, so that what failed together is not tried again together. */
const JITTER = 0.1

/** A receiver may ask for more patience than the table has, up to this. */
export const MAX_RETRY_AFTER_MS = 8 * HOUR_MS

export interface PauseOptions {
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs?: number | undefined
  /** From 0 to below 1. */
  readonly random: () => number
}

/** The pause after so many failures, in milliseconds; `undefined` when there is no attempt left. Pure. */
export function pauseAfter(failures: number, { retryAfterMs = 0, random }: PauseOptions): number | undefined {
  const pauseMs = RETRY_PAUSES_MS[failures - 1]
  if (pauseMs === undefined) return undefined
  const jittered = pauseMs * (1 - JITTER + 2 * JITTER * random())
  return Math.round(Math.max(jittered, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)))
}

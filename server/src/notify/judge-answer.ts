import type { WebhookAnswer } from '#services/flow-service/subscriptions/webhook-port.ts'
import type { AttemptResult } from './delivery-ledger.ts'
import { MAX_RETRY_AFTER_MS, pauseAfter } from './retry-pauses.ts'

export interface JudgeOptions {
  /** Failures before this attempt. */
  readonly failures: number
  readonly nowMs: number
  readonly random: () => number
}

const GONE = 410

/** What an answer makes of a delivery. Pure. */
export function judgeAnswer(answer: WebhookAnswer, options: JudgeOptions): AttemptResult {
  const { statusCode, error, response } = answer
  const said = { statusCode, error, response, resumeAt: undefined, isGone: false }
  const ended = { ...said, failures: options.failures, nextAttemptAt: null }
  if (answer.isDelivered) return { ...ended, state: 'delivered' }
  if (statusCode === GONE) return { ...ended, state: 'failed', isGone: true }
  return tryAgain(answer, { ...options, failures: options.failures + 1 }, ended)
}

function tryAgain(
  { retryAfterMs }: WebhookAnswer,
  { failures, nowMs, random }: JudgeOptions,
  ended: Omit<AttemptResult, 'state'>,
): AttemptResult {
  const resumeAt = retryAfterMs === undefined ? undefined : nowMs + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)
  const pauseMs = pauseAfter(failures, { retryAfterMs, random })
  return pauseMs === undefined
    ? { ...ended, failures, resumeAt, state: 'failed' }
    : { ...ended, failures, resumeAt, state: 'pending', nextAttemptAt: nowMs + pauseMs }
}

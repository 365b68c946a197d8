import { setTimeout as sleep } from 'node:timers/promises'

/** One thing that must work. `check` throws when it doesn't. */
export interface ReadinessCheck {
  readonly name: string
  readonly check: (options: { readonly signal: AbortSignal }) => Promise<unknown>
}

export interface Readiness {
  readonly isReady: boolean
  readonly results: Readonly<Record<string, 'ok' | 'failed' | 'timeout'>>
  /** For the log; the answer to the client names the check and nothing else. */
  readonly failures: readonly { readonly name: string; readonly error: unknown }[]
}

/** A probe that answers late is as good as one that fails. */
const DEFAULT_TIMEOUT_MS = 3_000

/** Runs all checks side by side. A check that doesn't answer in time counts as failed. */
export async function checkReadiness(
  checks: readonly ReadinessCheck[],
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number | undefined } = {},
): Promise<Readiness> {
  const outcomes = await Promise.all(checks.map((check) => runCheck(check, timeoutMs)))
  return {
    isReady: outcomes.every(({ result }) => result === 'ok'),
    results: Object.fromEntries(outcomes.map(({ name, result }) => [name, result])),
    failures: outcomes.filter(({ result }) => result !== 'ok').map(({ name, error }) => ({ name, error })),
  }
}

interface Outcome {
  readonly name: string
  readonly result: 'ok' | 'failed' | 'timeout'
  readonly error?: unknown
}

async function runCheck({ name, check }: ReadinessCheck, timeoutMs: number): Promise<Outcome> {
  const over = new AbortController()
  const timeout = sleep(timeoutMs, undefined, { signal: over.signal }).then(
    (): Outcome => ({ name, result: 'timeout', error: new Error(`no answer within ${timeoutMs} ms`) }),
  )
  const work = Promise.try(check, { signal: over.signal }).then(
    (): Outcome => ({ name, result: 'ok' }),
    (error: unknown): Outcome => ({ name, result: 'failed', error }),
  )
  try {
    return await Promise.race([work, timeout])
  } finally {
    timeout.catch(() => undefined)
    over.abort()
  }
}

import type { Log } from '#log/log.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import { dueFlows, nextTickOf, setNextRun } from '#services/flow-service/flow-store.ts'
import type { FlowRow } from '#services/flow-service/run.ts'
import { insertRun } from '#services/flow-service/run-store.ts'
import type { Tick } from '#services/flow-service/schedule-params.ts'
import { type Database, type Tx, transact } from '#store/database.ts'

export interface TickerDependencies {
  readonly db: Database
  readonly queue: StepQueue
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** How late a tick may be seen. */
const POLL_MS = 1_000
const FLOWS_PER_ROUND = 100

/**
 * Turns due flows into runs. Several servers may tick over one database: each takes the flows that no other has
 * locked, and a tick that has its run already makes no second one.
 *
 *   waiting --(1 s, or nudged)--> a round: every due flow gets its run and its next time --> waiting
 */
export class Ticker {
  readonly #deps: TickerDependencies
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #wake: (() => void) | undefined
  #isNudged = false

  constructor(deps: TickerDependencies) {
    this.#deps = deps
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** A flow may be due earlier than thought. */
  nudge(): void {
    this.#isNudged = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake?.()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isNudged = false
      try {
        await transact(this.#deps.db, (tx) => startDueRuns(tx, this.#deps))
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'could not look for due flows, will try again')
      }
      await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    if (this.#isNudged || this.#stopping.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, POLL_MS)
    this.#wake = resolve
    await promise
    this.#wake = undefined
    clearTimeout(timer)
  }
}

/** One round: every flow that is due gets its run and the time of its next. */
export async function startDueRuns(tx: Tx, deps: TickerDependencies): Promise<void> {
  const nowMs = deps.now()
  for (const flow of await dueFlows(tx, nowMs, FLOWS_PER_ROUND)) {
    const tick = await nextTickOf(tx, flow, nowMs)
    // The schedule was changed and wants nothing yet: remember when it does.
    const isDue = tick !== undefined && tick.at <= nowMs
    if (isDue) await startRun(tx, deps, { flow, tick, nowMs })
    const next = isDue ? await nextTickOf(tx, flow, nowMs, tick.at) : tick
    await setNextRun(tx, flow.id, next?.at ?? null)
  }
}

async function startRun(
  tx: Tx,
  deps: TickerDependencies,
  { flow, tick, nowMs }: { flow: FlowRow; tick: Tick; nowMs: number },
): Promise<void> {
  const run = await insertRun(tx, {
    flow,
    origin: 'schedule',
    scheduledFor: tick.at,
    window: { startMs: tick.windowStart ?? null, endMs: tick.windowEnd ?? null },
    nowMs,
  })
  if (run?.state === 'queued') await deps.queue.submit(tx, 'run.plan', { v: 1, runId: run.id })
}

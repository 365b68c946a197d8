import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { fromKysely, type Job, type PgBoss } from 'pg-boss'
import { Doorbell } from '#kit/doorbell.ts'
import type { Log } from '#log/log.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { Claim } from './claim.ts'
import {
  StepFencedError,
  type StepHandler,
  type StepName,
  type StepOutcome,
  type StepPayload,
} from './step-queue.ts'

export interface ClaimLoopOptions {
  readonly boss: PgBoss
  readonly db: Database
  readonly log: Log
  readonly step: StepName
  readonly handler: StepHandler<StepPayload>
  readonly slots: number
  readonly groupLimit?: number | undefined
  readonly timing: ClaimTiming
}

export interface ClaimTiming {
  /** Between two beats of a claim. */
  readonly beatMs: number
  /** How long an idle loop trusts that it was woken. */
  readonly pollMs: number
  /** How long a step that threw is held, so that a lasting fault doesn't race through its attempts. */
  readonly holdBackMs: number
}

/**
 * Claims steps of one kind and runs their handlers, `slots` at a time.
 *
 *   idle --(woken or polling)--> claim --(got n)--> n handlers run; claim again while slots are free
 *   each handler: beats; a beat is refused -> abort
 *                 returns -> one transaction (write + complete)
 *                 throws  -> recover -> one transaction (write + complete), or held for a moment and given back
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #stopping = new AbortController()
  readonly #handlers = new Set<Promise<void>>()
  readonly #bell = new Doorbell()
  #loop: Promise<void> | undefined
  /** Every slot was taken when steps were claimed last, so that others may wait. */
  #isFull = false

  constructor(options: ClaimLoopOptions) {
    this.#options = options
  }

  get running(): number {
    return this.#handlers.size
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  wake(): void {
    this.#bell.ring()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#loop
    await Promise.all(this.#handlers)
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#bell.reset()
      const claimed = await this.#claim()
      this.#isFull = this.#handlers.size + claimed.length >= this.#options.slots
      for (const job of claimed) this.#track(this.#handle(job))
      const isIdle = claimed.length === 0 && !this.#stopping.signal.aborted
      if (isIdle) await this.#bell.wait(this.#options.timing.pollMs)
    }
  }

  async #claim(): Promise<Job<StepPayload>[]> {
    const { boss, db, step, slots, groupLimit, log } = this.#options
    const free = slots - this.#handlers.size
    if (free <= 0) return []
    try {
      // Only limits of groups are not kept by the queue itself where two claim at a time.
      if (groupLimit === undefined) return await boss.fetch<StepPayload>(step, { batchSize: free })
      return await withClaimLock(db, step, (tx) =>
        boss.fetch<StepPayload>(step, {
          batchSize: free,
          db: fromKysely(tx),
          groupConcurrency: groupLimit,
        }),
      )
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error, step }, 'could not claim steps, will try again')
      return []
    }
  }

  /** @NOTE `handling` never rejects: #handle ends in a catch that only logs. */
  #track(handling: Promise<void>): void {
    this.#handlers.add(handling)
    void handling.then(() => {
      this.#handlers.delete(handling)
      // Where there was room for more, there was no more; what comes later wakes the loop.
      if (this.#isFull || this.#options.groupLimit !== undefined) this.wake()
    })
  }

  async #handle(job: Job<StepPayload>): Promise<void> {
    const { boss, db, step, log, timing } = this.#options
    using claim = new Claim({ boss, db, step, log, job, beatMs: timing.beatMs })
    try {
      await this.#attempt(claim)
    } catch (error) {
      await this.#giveBack(claim, error)
    }
  }

  async #attempt(claim: Claim): Promise<void> {
    const { handler } = this.#options
    try {
      const signal = AbortSignal.any([claim.lost, this.#stopping.signal])
      signal.throwIfAborted()
      await this.#settle(claim, await handler.run(claim, signal))
    } catch (error) {
      if (this.#isInterrupted(claim, error)) throw error
      const outcome = await handler.recover?.(claim, error)
      if (outcome === undefined) throw error
      await this.#settle(claim, outcome)
    }
  }

  #isInterrupted(claim: Claim, error: unknown): boolean {
    return error instanceof StepFencedError || claim.lost.aborted || this.#stopping.signal.aborted
  }

  async #settle(claim: Claim, outcome: StepOutcome): Promise<void> {
    const { log, step } = this.#options
    await claim.complete(outcome.write)
    try {
      await outcome.afterCommit?.()
    } catch (error) {
      log.warn({ err: error, step, ...claim.payload }, 'tidying up failed')
    }
  }

  async #giveBack(claim: Claim, error: unknown): Promise<void> {
    const { step, log, timing } = this.#options
    const isInterrupted = this.#isInterrupted(claim, error)
    log[isInterrupted ? 'debug' : 'warn'](
      { err: error, step, ...claim.payload, attempt: claim.attempt },
      'a step goes back to the queue',
    )
    const { signal } = this.#stopping
    if (!isInterrupted) await sleep(timing.holdBackMs, undefined, { signal }).catch(() => {})
    try {
      await claim.giveBack(error)
    } catch (failure) {
      // The step then waits until its beat expires, as that of a dead worker does.
      log.warn({ err: failure, step, ...claim.payload }, 'could not give a step back')
    }
  }
}

/** Runs `work` while it alone may claim steps of that kind, over all workers: this makes group limits exact. */
function withClaimLock<T>(db: Database, step: StepName, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transact(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`claim:${step}`}))`.execute(tx)
    return work(tx)
  })
}

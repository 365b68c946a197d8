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
  /** How long a loop that is woken for nothing again and again may come to hesitate. */
  readonly hesitateMs: number
}

/**
 * Claims steps of one kind and runs their handlers, `slots` at a time.
 *
 *   idle --(woken or polling)--> claim --(got n)--> n handlers run; claim again while slots are free
 *   woken, and got none -> hesitate at the next wake-up, twice as long each time; got one -> hesitate no more
 *   each handler: beats; a beat is refused -> abort
 *                 returns -> one transaction (write + complete)
 *                 throws  -> recover -> one transaction (write + complete), or held for a moment and given back
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #stopping = new AbortController()
  readonly #handlers = new Set<Promise<void>>()
  readonly #bell = new Doorbell()
  /** Rung by this process itself, which knows that there is something for it. */
  readonly #ownBell = new Doorbell()
  #loop: Promise<void> | undefined
  /** Every slot was taken when steps were claimed last, so that others may wait. */
  #isFull = false
  /** A step wakes every process; where there are many of them, most come for nothing and only get into the way. */
  #hesitationMs = 0
  /** Until it is asked again whether another one still claims. */
  #busyMs = BUSY_PAUSE_MS

  constructor(options: ClaimLoopOptions) {
    this.#options = options
  }

  get running(): number {
    return this.#handlers.size
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Of this process: it has submitted a step, or has room again. */
  wake(): void {
    this.#ownBell.ring()
    this.#bell.ring()
  }

  /** Of whichever process, and told to all of them. */
  wakeFromAfar(): void {
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
      this.#ownBell.reset()
      const free = this.#options.slots - this.#handlers.size
      const claimed = free > 0 ? await this.#claim(free) : []
      this.#isFull = claimed.length === free
      for (const job of claimed) this.#track(this.#handle(job))
      if (claimed.length > 0) this.#hesitationMs = 0
      // Where there was room for more, there was no more.
      if (!this.#stopping.signal.aborted) await this.#idle()
    }
  }

  async #idle(): Promise<void> {
    const { pollMs, hesitateMs } = this.#options.timing
    if (!(await this.#bell.wait(pollMs))) return
    // By chance, so that not all are late, and the first to come spare the others their way.
    if (await this.#ownBell.wait(Math.random() * this.#hesitationMs)) return
    this.#hesitationMs = Math.min(hesitateMs, Math.max(FIRST_HESITATION_MS, 2 * this.#hesitationMs))
  }

  async #claim(free: number): Promise<Job<StepPayload>[]> {
    const { boss, db, step, groupLimit, log } = this.#options
    try {
      // Only limits of groups are not kept by the queue itself where two claim at a time.
      if (groupLimit === undefined) return await boss.fetch<StepPayload>(step, { batchSize: free })
      const claimed = await withClaimLock(db, step, (tx) =>
        boss.fetch<StepPayload>(step, {
          batchSize: free,
          db: fromKysely(tx),
          groupConcurrency: groupLimit,
        }),
      )
      if (claimed === undefined) this.#wakeAgain()
      else this.#busyMs = BUSY_PAUSE_MS
      return claimed ?? []
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error, step }, 'could not claim steps, will try again')
      return []
    }
  }

  /** Whoever claims now does not see what comes a moment later. */
  #wakeAgain(): void {
    const { signal } = this.#stopping
    const pauseMs = (0.5 + Math.random()) * this.#busyMs
    this.#busyMs = Math.min(this.#options.timing.hesitateMs, 2 * this.#busyMs)
    void sleep(pauseMs, undefined, { signal, ref: false }).then(
      () => this.wake(),
      () => {},
    )
  }

  /** @NOTE `handling` never rejects: #handle ends in a catch that only logs. */
  #track(handling: Promise<void>): void {
    this.#handlers.add(handling)
    void handling.then(() => {
      this.#handlers.delete(handling)
      // What comes where there was room wakes the loop by itself.
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

const FIRST_HESITATION_MS = 10
/** About how long a claim takes. */
const BUSY_PAUSE_MS = 10

/**
 * Runs `work` while it alone may claim steps of that kind, over all workers: this makes group limits exact. `undefined`
 * when another one is at it: to wait for it would take a connection from those who work.
 */
function withClaimLock<T>(
  db: Database,
  step: StepName,
  work: (tx: Tx) => Promise<T>,
): Promise<T | undefined> {
  return transact(db, async (tx) => {
    const { rows } = await sql<{ isMine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(${`claim:${step}`})) as "isMine"`.execute(tx)
    return rows[0]?.isMine === true ? work(tx) : undefined
  })
}

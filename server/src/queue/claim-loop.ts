import { sql } from 'kysely'
import { type CommandResponse, fromKysely, type Job, type PgBoss } from 'pg-boss'
import type { Log } from '#log/log.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { StepFencedError, type StepHandler, type StepName, type StepPayload } from './step-queue.ts'

export interface ClaimLoopOptions {
  readonly boss: PgBoss
  readonly db: Database
  readonly log: Log
  readonly step: StepName
  readonly handler: StepHandler
  readonly slots: number
  readonly groupLimit?: number | undefined
}

/** A beat must arrive every 10 s; this leaves room for two that are late. */
const BEAT_MS = 3_500
/** How long an idle loop trusts that it was woken. */
const POLL_MS = 2_000

/**
 * Claims steps of one kind and runs their handlers, `slots` at a time.
 *
 *   idle --(woken or 2 s)--> claim --(got n)--> n handlers run; claim again while slots are free
 *   each handler: beat every 3.5 s; beat refused -> abort; returns -> one transaction (write + complete);
 *   throws -> fail, which schedules the next attempt
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #stopping = new AbortController()
  readonly #handlers = new Set<Promise<void>>()
  #wake: (() => void) | undefined
  #isWoken = false
  #loop: Promise<void> | undefined

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
    this.#isWoken = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#loop
    await Promise.all(this.#handlers)
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isWoken = false
      const claimed = await this.#claim()
      for (const job of claimed) this.#track(this.#handle(job))
      if (claimed.length === 0) await this.#rest()
    }
  }

  async #claim(): Promise<Job<StepPayload>[]> {
    const { boss, db, step, slots, groupLimit, log } = this.#options
    const free = slots - this.#handlers.size
    if (free <= 0) return []
    try {
      return await withClaimLock(db, step, (tx) =>
        boss.fetch<StepPayload>(step, {
          batchSize: free,
          db: fromKysely(tx),
          ...(groupLimit === undefined ? {} : { groupConcurrency: groupLimit }),
        }),
      )
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error, step }, 'could not claim steps, will try again')
      return []
    }
  }

  #track(handling: Promise<void>): void {
    this.#handlers.add(handling)
    void handling.finally(() => {
      this.#handlers.delete(handling)
      this.wake()
    })
  }

  async #handle(job: Job<StepPayload>): Promise<void> {
    const { boss, db, handler, step, log } = this.#options
    const claim = { id: job.id, retryCount: job.retryCount }
    const lost = new AbortController()
    const signal = AbortSignal.any([lost.signal, this.#stopping.signal])
    const beat = setInterval(() => void this.#beat(claim, lost), BEAT_MS)
    try {
      const outcome = await handler({ payload: job.data, attempt: job.retryCount }, signal)
      await transact(db, async (tx) => {
        await outcome.write(tx)
        const completed = await boss.complete(step, claim, null, { db: fromKysely(tx) })
        if (affectedBy(completed) === 0) throw new StepFencedError(`a newer attempt owns ${step} ${job.id}`)
      })
      await outcome
        .afterCommit?.()
        .catch((error: unknown) => log.warn({ err: error, step }, 'tidying up failed'))
    } catch (error) {
      await this.#giveBack(claim, job, error)
    } finally {
      clearInterval(beat)
    }
  }

  async #beat(claim: { id: string; retryCount: number }, lost: AbortController): Promise<void> {
    const { boss, step, log } = this.#options
    try {
      const touched = await boss.touch(step, claim)
      if (affectedBy(touched) === 0)
        lost.abort(new StepFencedError(`the claim of ${step} ${claim.id} was lost`))
    } catch (error) {
      log.debug({ err: error, step }, 'a beat failed')
    }
  }

  async #giveBack(
    claim: { id: string; retryCount: number },
    job: Job<StepPayload>,
    error: unknown,
  ): Promise<void> {
    const { boss, step, log } = this.#options
    const message = error instanceof Error ? error.message : String(error)
    const level = this.#stopping.signal.aborted || error instanceof StepFencedError ? 'debug' : 'warn'
    log[level]({ err: error, step, ...job.data, attempt: job.retryCount }, 'a step goes back to the queue')
    await boss.fail(step, claim, { message }).catch((failure: unknown) => {
      // Without this the step waits until its beat expires, which is what a dead worker's step does too.
      log.warn({ err: failure, step }, 'could not give a step back')
    })
  }

  async #rest(): Promise<void> {
    if (this.#isWoken || this.#stopping.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, POLL_MS)
    this.#wake = resolve
    await promise
    this.#wake = undefined
    clearTimeout(timer)
  }
}

/** Runs `work` while it alone may claim steps of that kind, over all workers: this makes group limits exact. */
function withClaimLock<T>(db: Database, step: StepName, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transact(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`claim:${step}`}))`.execute(tx)
    return work(tx)
  })
}

/** Jobs that a command changed; the library's types leave the member out. */
function affectedBy(response: CommandResponse): number {
  return (response as { readonly affected?: number }).affected ?? 0
}

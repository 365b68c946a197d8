import { type CommandResponse, type ConnectionOptions, fromKysely, type Job, type PgBoss } from 'pg-boss'
import type { Log } from '#log/log.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { type StepAttempt, StepFencedError, type StepName, type StepPayload } from './step-queue.ts'

export interface ClaimOptions {
  readonly boss: PgBoss
  readonly db: Database
  readonly log: Log
  readonly step: StepName
  readonly job: Job<StepPayload>
  readonly beatMs: number
}

/** A step that this worker has claimed. It beats until it is disposed. */
export class Claim implements StepAttempt<StepPayload> {
  readonly #options: ClaimOptions
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  /** Every command names the attempt, so that none can touch the step of a newer one. */
  readonly #key: { readonly id: string; readonly retryCount: number }

  constructor(options: ClaimOptions) {
    this.#options = options
    this.#key = { id: options.job.id, retryCount: options.job.retryCount }
    this.#timer = setInterval(() => void this.#beat(), options.beatMs)
  }

  get payload(): StepPayload {
    return this.#options.job.data
  }

  get attempt(): number {
    return this.#key.retryCount
  }

  /** Aborted when a beat was refused. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async assertOwned(tx: Tx): Promise<void> {
    if ((await this.#touch({ db: fromKysely(tx) })) === 0) throw this.#fenced()
  }

  /** Runs `write` and completes the step in one transaction. @throws StepFencedError */
  async complete(write: (tx: Tx) => Promise<void>): Promise<void> {
    const { boss, db, step } = this.#options
    await transact(db, async (tx) => {
      await write(tx)
      const completed = await boss.complete(step, this.#key, null, { db: fromKysely(tx) })
      if (affectedBy(completed) === 0) throw this.#fenced()
    })
  }

  /** Ends this attempt; the next may start at once. Nothing happens when a newer one owns the step. */
  async giveBack(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error)
    await this.#options.boss.fail(this.#options.step, this.#key, { message })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  async #beat(): Promise<void> {
    try {
      if ((await this.#touch()) === 0) this.#lost.abort(this.#fenced())
    } catch (error) {
      // The step is taken away if no beat gets through for long enough; the fence then holds off our result.
      this.#options.log.debug({ err: error, step: this.#options.step }, 'a beat failed')
    }
  }

  async #touch(options: ConnectionOptions = {}): Promise<number> {
    return affectedBy(await this.#options.boss.touch(this.#options.step, this.#key, options))
  }

  #fenced(): StepFencedError {
    return new StepFencedError(`a newer attempt owns ${this.#options.step} ${this.#key.id}`)
  }
}

/** Jobs that a command changed; the library's types leave the member out. */
function affectedBy(response: CommandResponse): number {
  return (response as { readonly affected?: number }).affected ?? 0
}

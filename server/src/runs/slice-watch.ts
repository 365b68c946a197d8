import type { SliceProgress } from '#engine/task.ts'
import type { RunDependencies } from './dependencies.ts'
import { reportProgress, type SliceKey } from './slice-ledger.ts'

const REPORT_MS = 500
/** A source that holds back its rows makes no progress, and yet the run may end meanwhile. */
const CHECK_MS = 1_000

/**
 * Tells the ledger how far a slice is, at most twice a second and one report at a time; a lost one costs
 * nothing. The answer may be that nobody waits for the slice any more.
 */
export class SliceWatch implements Disposable {
  readonly #deps: Pick<RunDependencies, 'db' | 'log' | 'now'>
  readonly #key: SliceKey
  readonly #unwanted = new AbortController()
  readonly #timer: NodeJS.Timeout
  #last: SliceProgress = { rowCount: 0, byteCount: 0 }
  #lastMs: number
  #isBusy = false

  constructor(deps: Pick<RunDependencies, 'db' | 'log' | 'now'>, key: SliceKey) {
    this.#deps = deps
    this.#key = key
    // A slice that is done sooner than that has nothing to report.
    this.#lastMs = deps.now()
    this.#timer = setInterval(() => this.report(this.#last), CHECK_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  /** Aborted when the run has ended or started over: the copy would only be in the way of others. */
  get unwanted(): AbortSignal {
    return this.#unwanted.signal
  }

  get isUnwanted(): boolean {
    return this.#unwanted.signal.aborted
  }

  report(progress: SliceProgress): void {
    this.#last = progress
    const nowMs = this.#deps.now()
    if (this.#isBusy || nowMs - this.#lastMs < REPORT_MS) return
    this.#lastMs = nowMs
    void this.#send(progress)
  }

  async #send(progress: SliceProgress): Promise<void> {
    this.#isBusy = true
    try {
      const isWanted = await reportProgress(this.#deps.db, this.#key, progress)
      if (!isWanted) this.#unwanted.abort(new Error('the run has ended or started over'))
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'progress was not recorded')
    } finally {
      this.#isBusy = false
    }
  }
}

import { findRun } from '#services/flow-service/runs/run-store.ts'
import type { RunDependencies } from './dependencies.ts'
import { isActive } from './run-state.ts'

/** A planner may wait for a lock of the source as long as somebody holds it. */
const CHECK_MS = 1_000

/** Tells a planner that its run has ended meanwhile: it was cancelled, or its flow was deleted. */
export class RunWatch implements Disposable {
  readonly #deps: Pick<RunDependencies, 'db' | 'log'>
  readonly #runId: string
  readonly #unwanted = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(deps: Pick<RunDependencies, 'db' | 'log'>, runId: string) {
    this.#deps = deps
    this.#runId = runId
    this.#timer = setInterval(() => void this.#check(), CHECK_MS)
  }

  /** Aborted when the run has ended. */
  get unwanted(): AbortSignal {
    return this.#unwanted.signal
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  async #check(): Promise<void> {
    try {
      const run = await findRun(this.#deps.db, this.#runId)
      if (run === undefined || !isActive(run)) this.#unwanted.abort(new Error('the run has ended'))
    } catch (error) {
      this.#deps.log.debug({ err: error, runId: this.#runId }, 'could not look whether a run has ended')
    }
  }
}

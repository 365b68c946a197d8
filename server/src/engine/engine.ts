import { type ExtractOptions, Lane } from './lane.ts'
import type { LaneTask, SliceOutput } from './task.ts'

/** Turns slices into verified part files, `laneCount` at a time. */
export class Engine {
  readonly #idle: Lane[]
  readonly #lanes: readonly Lane[]
  readonly #waiting = new Set<(lane: Lane) => void>()

  constructor(options: { readonly laneCount: number }) {
    this.#lanes = Array.from({ length: options.laneCount }, () => new Lane())
    this.#idle = [...this.#lanes]
  }

  /**
   * Extracts one slice; waits for a lane when all are busy, in the order of calls.
   * @throws SliceError; the signal's reason when it was aborted
   */
  async extract(task: LaneTask, options: ExtractOptions): Promise<SliceOutput> {
    const lane = await this.#take(options.signal)
    try {
      return await lane.extract(task, options)
    } finally {
      this.#giveBack(lane)
    }
  }

  /** Ends all threads. Slices that run fail; abort them first. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }

  async #take(signal: AbortSignal): Promise<Lane> {
    signal.throwIfAborted()
    const lane = this.#idle.pop()
    if (lane !== undefined) return lane
    const { promise, resolve, reject } = Promise.withResolvers<Lane>()
    const onAbort = (): void => {
      this.#waiting.delete(resolve)
      reject(signal.reason as Error)
    }
    this.#waiting.add(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #giveBack(lane: Lane): void {
    // A set keeps the order in which its members came.
    const [next] = this.#waiting
    if (next === undefined) {
      this.#idle.push(lane)
      return
    }
    this.#waiting.delete(next)
    next(lane)
  }
}

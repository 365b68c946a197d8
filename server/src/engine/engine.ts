import { type ExtractOptions, Lane } from './lane.ts'
import type { ExtractTask, SliceOutput } from './task.ts'

/** Turns slices into verified part files, `laneCount` at a time. */
export class Engine {
  readonly #idle: Lane[]
  readonly #lanes: readonly Lane[]
  readonly #waiting: ((lane: Lane) => void)[] = []

  constructor(options: { readonly laneCount: number }) {
    this.#lanes = Array.from({ length: options.laneCount }, () => new Lane())
    this.#idle = [...this.#lanes]
  }

  /**
   * Extracts one slice; waits for a lane when all are busy.
   * Throws SliceError, or the signal's reason when it was aborted.
   */
  async extract(task: ExtractTask, options: ExtractOptions): Promise<SliceOutput> {
    const lane = await this.#take()
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

  #take(): Promise<Lane> {
    const lane = this.#idle.pop()
    if (lane !== undefined) return Promise.resolve(lane)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(lane: Lane): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(lane)
    else next(lane)
  }
}

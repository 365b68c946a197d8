import { Doorbell } from './doorbell.ts'

export interface RoundsOptions {
  /** Between the end of a round and the next. */
  readonly pauseMs: number
  readonly round: (signal: AbortSignal) => Promise<unknown>
  /** A round failed, and not because it was stopped; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * Work that comes again and again, one round after the other, until it is stopped.
 *
 *   waiting --(pauseMs, or nudged)--> a round --> waiting
 */
export class Rounds {
  readonly #options: RoundsOptions
  readonly #stopping = new AbortController()
  readonly #bell = new Doorbell()
  #loop: Promise<void> | undefined

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Begins with a round, at once. */
  start(): void {
    this.#loop ??= this.#run()
  }

  /** There is something to do. */
  nudge(): void {
    this.#bell.ring()
  }

  /** Ends the round that is under way, and waits for its end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#bell.ring()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { pauseMs, round, onError } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#bell.reset()
      try {
        await round(signal)
      } catch (error) {
        if (!signal.aborted) onError(error)
      }
      if (!signal.aborted) await this.#bell.wait(pauseMs)
    }
  }
}

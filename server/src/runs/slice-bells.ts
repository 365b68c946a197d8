import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Rings for whoever holds the snapshot of a run when a slice of it is done in this process. It only saves waiting:
 * slices that another server has done ring nobody here, and holders look by themselves as well.
 */
export class SliceBells {
  readonly #waiting = new Map<string, AbortController>()

  ring(runId: string): void {
    this.#waiting.get(runId)?.abort()
  }

  /** Waits until the run is rung for, for `timeoutMs` at most. @throws the signal's reason */
  async wait(runId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const bell = new AbortController()
    this.#waiting.set(runId, bell)
    try {
      await sleep(timeoutMs, undefined, { signal: AbortSignal.any([signal, bell.signal]) })
    } catch {
      signal.throwIfAborted()
    } finally {
      this.#waiting.delete(runId)
    }
  }
}

/**
 * What a loop waits at between two rounds: for a while, or until somebody rings. A ring that comes while the loop
 * is at work is kept, so that the next wait ends at once.
 */
export class Doorbell {
  #isRung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  /** Forgets the rings so far: called before the work that they asked for. */
  reset(): void {
    this.#isRung = false
  }

  /**
   * Resolves when it is rung, at once if it was since {@link reset}, and after `timeoutMs` at the latest. True when it
   * was rung.
   */
  async wait(timeoutMs: number): Promise<boolean> {
    if (this.#isRung) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    this.#wake = resolve
    await promise
    this.#wake = undefined
    clearTimeout(timer)
    return this.#isRung
  }
}

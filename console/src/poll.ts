/** How long to wait before looking again. */
const BUSY_MS = 2_000
const IDLE_MS = 10_000

/** Calls `look` again and again: often while something happens and the page is seen, seldom else. */
export class Poller {
  readonly #look: () => Promise<unknown>
  readonly #isBusy: () => boolean
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = true
  #isLooking = false
  #isDue = false

  constructor(options: { readonly look: () => Promise<unknown>; readonly isBusy: () => boolean }) {
    this.#look = options.look
    this.#isBusy = options.isBusy
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && !this.#isStopped) void this.now()
    })
  }

  start(): void {
    this.#isStopped = false
    void this.now()
  }

  /** Nothing more is started; what is under way ends by itself. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /** Looks at once, or right after the look that is under way. */
  async now(): Promise<void> {
    this.#isDue = true
    if (this.#isLooking) return
    clearTimeout(this.#timer)
    this.#isLooking = true
    while (this.#isDue) {
      this.#isDue = false
      // What one look stumbles over must not end all looking.
      await this.#look().catch(reportError)
    }
    this.#isLooking = false
    if (this.#isStopped) return
    const isSeen = document.visibilityState === 'visible'
    this.#timer = setTimeout(() => void this.now(), isSeen && this.#isBusy() ? BUSY_MS : IDLE_MS)
  }
}

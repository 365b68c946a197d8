import { PassThrough, type Readable } from 'node:stream'
import type { LiveEvent } from '@headwater/contract/monitoring/events.ts'

/** Some proxies give up a connection that says nothing for half a minute. */
const BEAT_MS = 15_000
/** Whoever lies back so far is let go, and looks at everything anew when he comes again. */
const MOST_BYTES_WAITING = 1024 * 1024
/** How soon a browser is to come again. */
const RETRY_MS = 2_000

/** One stream of server-sent events. */
export class EventStream {
  readonly readable: Readable
  readonly #out = new PassThrough()
  readonly #beats: NodeJS.Timeout

  /**
   * @param stillWelcome asked every 15 seconds: whether whoever listens may go on
   */
  constructor(stillWelcome: () => Promise<boolean>, beatMs = BEAT_MS) {
    this.readable = this.#out
    this.#write(`retry: ${RETRY_MS}\n\n`)
    this.#beats = setInterval(() => void this.#beat(stillWelcome), beatMs)
    this.#out.once('close', () => clearInterval(this.#beats))
  }

  /** Says where the reader stands: `ready`, `resync` or `end`, without more. */
  say(name: 'ready' | 'resync' | 'end', lastEventId: number): void {
    this.#write(`id: ${lastEventId}\nevent: ${name}\ndata: {}\n\n`)
  }

  tell({ kind, id, at, facts }: LiveEvent, lastEventId: number): void {
    this.#write(`id: ${lastEventId}\nevent: ${kind}\ndata: ${JSON.stringify({ id, at, facts })}\n\n`)
  }

  end(): void {
    this.#out.end()
  }

  async #beat(stillWelcome: () => Promise<boolean>): Promise<void> {
    // Whoever cannot be asked is not turned away: the database may be back in a moment.
    if (await stillWelcome().catch(() => true)) return this.#write(': beat\n\n')
    this.#write('event: end\ndata: {}\n\n')
    this.end()
  }

  #write(text: string): void {
    if (this.#out.writableEnded || this.#out.destroyed) return
    this.#out.write(text)
    if (this.#out.writableLength + this.#out.readableLength > MOST_BYTES_WAITING) this.#out.destroy()
  }
}

import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { type OpenSessionOptions, openSession, type Session } from './session.ts'

/** A session for one use. Disposing it ends the use: the session rests, or ends where it can't be used again. */
export interface LentSession extends AsyncDisposable {
  readonly session: Session
}

export interface RackOptions {
  /** How long a session rests before it ends; default 2 s. Nobody's role, rights or settings of before live longer. */
  readonly restMs?: number | undefined
  /** How many rest at a time, whatever their target; default 8. They take places that others may want. */
  readonly max?: number | undefined
}

interface Resting {
  readonly key: string
  readonly session: Session
  readonly timer: NodeJS.Timeout
}

const REST_MS = 2_000
const MAX_RESTING = 8

/**
 * Where sessions rest between two uses. To log in costs both sides more than a small run does otherwise, and so does
 * the process of the server that has to get to know the catalogue again. A session that is lent once more is as a new
 * one: it is in no transaction, and all of its settings are set again, which also shows whether its server is still
 * there.
 */
export class SessionRack implements AsyncDisposable {
  readonly #restMs: number
  readonly #max: number
  readonly #resting = new Set<Resting>()
  #isClosed = false

  constructor({ restMs = REST_MS, max = MAX_RESTING }: RackOptions = {}) {
    this.#restMs = restMs
    this.#max = max
  }

  /** Lends a session that rests, or a new one. @throws SourceError; the signal's reason after an abort */
  async lend(target: ConnectionTarget, options: OpenSessionOptions = {}): Promise<LentSession> {
    const key = keyOf(target, options)
    const session = (await this.#wake(key, options)) ?? (await openSession(target, options))
    return { session, [Symbol.asyncDispose]: () => this.#takeBack(key, session) }
  }

  /** Ends all that rest; those that are lent end when they come back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#resting].map((one) => this.#end(one)))
  }

  async #wake(key: string, options: OpenSessionOptions): Promise<Session | undefined> {
    for (const one of [...this.#resting].reverse()) {
      if (one.key !== key) continue
      this.#remove(one)
      if (await one.session.resume(options)) return one.session
      await one.session.close()
      options.signal?.throwIfAborted()
    }
    return undefined
  }

  async #takeBack(key: string, session: Session): Promise<void> {
    const mayRest = !this.#isClosed && this.#resting.size < this.#max && (await session.rest())
    if (!mayRest) return await session.close()
    const timer = setTimeout(() => void this.#end(one), this.#restMs).unref()
    const one = { key, session, timer }
    this.#resting.add(one)
    // Somebody may have closed the rack, or filled it, while the session came to rest.
    if (this.#isClosed || this.#resting.size > this.#max) await this.#end(one)
  }

  async #end(one: Resting): Promise<void> {
    this.#remove(one)
    await one.session.close()
  }

  #remove(one: Resting): void {
    clearTimeout(one.timer)
    this.#resting.delete(one)
  }
}

/** What can't be set anew, or must not be left from an earlier use. */
function keyOf(target: ConnectionTarget, { readOnly, refusesRowSecurity }: OpenSessionOptions): string {
  return JSON.stringify([target, readOnly, refusesRowSecurity])
}

import type { OpenSessionOptions, Session } from '#source/postgres/connect/session.ts'
import { type RackOptions, SessionRack } from '#source/postgres/connect/session-rack.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { type BurstOptions, SocketTap } from './socket-tap.ts'

/** A session with a tap on its socket. Disposing it ends the use. */
export interface TappedSession extends AsyncDisposable {
  readonly session: Session
  readonly tap: SocketTap
}

/** The sessions that copy, one slice after the other. They belong to one thread. */
export class CopySessions implements AsyncDisposable {
  readonly #rack: SessionRack
  readonly #burst: BurstOptions | undefined
  /** A session that rests is lent with the socket that it has. */
  readonly #taps = new WeakMap<Session, SocketTap>()

  constructor({ burst, ...rack }: RackOptions & { readonly burst?: BurstOptions | undefined } = {}) {
    this.#rack = new SessionRack(rack)
    this.#burst = burst
  }

  /** @throws SourceError; the signal's reason after an abort */
  async lend(target: ConnectionTarget, options: OpenSessionOptions): Promise<TappedSession> {
    const fresh = new SocketTap(this.#burst)
    const { createSocket } = fresh
    const lent = await this.#rack.lend(target, { ...options, createSocket })
    const tap = this.#taps.get(lent.session) ?? fresh
    this.#taps.set(lent.session, tap)
    return { session: lent.session, tap, [Symbol.asyncDispose]: () => lent[Symbol.asyncDispose]() }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#rack[Symbol.asyncDispose]()
  }
}

import type { HeldSnapshot } from '#source/postgres/snapshot.ts'
import { SourceError } from '#source/postgres/source-error.ts'

/** Often enough to keep firewalls from forgetting an idle session. */
const PING_MS = 3_000

/** Looks after a snapshot that is held for others: when its session ends, nobody can read from it any more. */
export class SnapshotWatch {
  readonly #snapshot: HeldSnapshot
  readonly #now: () => number
  #lastPingMs: number

  constructor(snapshot: HeldSnapshot, now: () => number) {
    this.#snapshot = snapshot
    this.#now = now
    this.#lastPingMs = now()
  }

  /** @throws SourceError SNAPSHOT_LOST */
  async assertHeld(): Promise<void> {
    const { session } = this.#snapshot
    const isCut = session.driver.connection.stream.destroyed
    if (!isCut && this.#now() - this.#lastPingMs < PING_MS) return
    this.#lastPingMs = this.#now()
    try {
      await session.query('select')
    } catch (error) {
      throw snapshotLost(session.target, error)
    }
  }
}

function snapshotLost({ host, port }: { host: string; port: number }, cause: unknown): SourceError {
  const reason = cause instanceof Error ? ` ${cause.message}` : ''
  return new SourceError(
    {
      code: 'SNAPSHOT_LOST',
      stage: 'query',
      message: `The session on ${host}:${port} that held the run's snapshot has ended.${reason}`,
      remedy: 'Look into the log of the server for the reason.',
    },
    { cause },
  )
}

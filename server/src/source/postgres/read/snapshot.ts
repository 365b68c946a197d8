import type { OpenSessionOptions, Session } from '#source/postgres/connect/session.ts'
import { type LentSession, SessionRack } from '#source/postgres/connect/session-rack.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { quoteLiteral } from '#source/postgres/sql/quote.ts'
import { readFenceStart, type TransactionFence } from './transaction-fence.ts'

/** An exported snapshot. It lives until this is disposed or its session dies; readers import it by its id. */
export interface HeldSnapshot extends AsyncDisposable {
  readonly snapshotId: string
  /** The session inside the snapshot: what it reads is what the readers read. */
  readonly session: Session
  readonly serverVersion: string
  /** The server's clock when the snapshot was taken, in epoch milliseconds. */
  readonly takenAtMs: number
  /** Where it was asked for. */
  readonly fence: TransactionFence | undefined
  /**
   * Keeps the relation in place while the snapshot lives: with the lock of a reader (ACCESS SHARE) on it and its
   * partitions, no TRUNCATE, VACUUM FULL or ALTER TABLE can move its rows between two slices.
   * `relation` is a quoted name.
   * @throws SourceError 55P03 when `lockTimeoutMs` was given and somebody holds the relation for longer
   */
  pinRelation(relation: string): Promise<void>
}

export interface HoldSnapshotOptions
  extends Pick<
    OpenSessionOptions,
    'signal' | 'applicationName' | 'lockTimeoutMs' | 'statementTimeoutMs' | 'idleTransactionMs'
  > {
  /** Where its session comes from, and rests afterwards; without it, it has one of its own. */
  readonly sessions?: SessionRack | undefined
  /** How long each answer may take that needs no lock and no rows. */
  readonly patienceMs?: number | undefined
  /** Also reads which transactions the snapshot shows for certain. */
  readonly isFenced?: boolean | undefined
}

const BEGIN = 'begin transaction isolation level repeatable read read only not deferrable'

/**
 * Opens a session with one REPEATABLE READ, READ ONLY transaction and exports its snapshot.
 * @throws SourceError
 */
export async function holdSnapshot(
  target: ConnectionTarget,
  {
    sessions = new SessionRack({ max: 0 }),
    isFenced = false,
    patienceMs,
    ...options
  }: HoldSnapshotOptions = {},
): Promise<HeldSnapshot> {
  const lent = await sessions.lend(target, { ...options, readOnly: true })
  const { session } = lent
  session.patienceMs = patienceMs
  try {
    const start = isFenced ? await readFenceStart(session) : undefined
    await session.query(BEGIN)
    const [row] = await session.query<{ id: string; to: string; taken_at_ms: string }>(`
      select pg_export_snapshot() as id, txid_snapshot_xmax(txid_current_snapshot())::text as to,
             floor(extract(epoch from clock_timestamp()) * 1000)::bigint as taken_at_ms`)
    const fence = start && { ...start, to: row?.to ?? start.from }
    const { lockTimeoutMs } = options
    return new Snapshot(lent, {
      id: row?.id ?? '',
      takenAtMs: Number(row?.taken_at_ms),
      fence,
      lockTimeoutMs,
    })
  } catch (error) {
    await lent[Symbol.asyncDispose]()
    throw error
  }
}

/** Begins a read-only transaction on `session` that sees what the snapshot sees; without an id, the present. */
export async function importSnapshot(session: Session, snapshotId?: string | undefined): Promise<void> {
  const snapshot = snapshotId === undefined ? '' : `; set transaction snapshot ${quoteLiteral(snapshotId)}`
  await session.query(`${BEGIN}${snapshot}`)
}

class Snapshot implements HeldSnapshot {
  readonly #lent: LentSession
  readonly #lockTimeoutMs: number | undefined
  readonly snapshotId: string
  readonly takenAtMs: number
  readonly fence: TransactionFence | undefined

  constructor(
    lent: LentSession,
    {
      id,
      takenAtMs,
      fence,
      lockTimeoutMs,
    }: {
      id: string
      takenAtMs: number
      fence: TransactionFence | undefined
      lockTimeoutMs: number | undefined
    },
  ) {
    this.#lockTimeoutMs = lockTimeoutMs
    this.#lent = lent
    this.snapshotId = id
    this.takenAtMs = takenAtMs
    this.fence = fence
  }

  get session(): Session {
    return this.#lent.session
  }

  get serverVersion(): string {
    return this.session.serverVersion
  }

  async pinRelation(relation: string): Promise<void> {
    // Locks as a side effect of planning; LOCK TABLE would refuse foreign tables. Of those a query, with a limit of 0
    // even, would be sent to their server, where it took a lock that keeps others waiting.
    const lock = () => this.session.query(`explain (costs off) select from ${relation}`)
    await this.session.patiently(lock, this.#lockTimeoutMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lent[Symbol.asyncDispose]()
  }
}

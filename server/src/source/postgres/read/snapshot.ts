import { type OpenSessionOptions, openSession, type Session } from '#source/postgres/connect/session.ts'
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
   */
  pinRelation(relation: string): Promise<void>
}

export interface HoldOptions extends Pick<OpenSessionOptions, 'signal' | 'applicationName'> {
  /** Also reads which transactions the snapshot shows for certain. */
  readonly isFenced?: boolean | undefined
}

/**
 * Opens a session with one REPEATABLE READ, READ ONLY transaction and exports its snapshot.
 * @throws SourceError
 */
export async function holdSnapshot(
  target: ConnectionTarget,
  { isFenced = false, ...options }: HoldOptions = {},
): Promise<HeldSnapshot> {
  const session = await openSession(target, { ...options, readOnly: true })
  try {
    const start = isFenced ? await readFenceStart(session) : undefined
    await session.query('begin transaction isolation level repeatable read read only not deferrable')
    const [row] = await session.query<{ id: string; to: string; taken_at_ms: string }>(`
      select pg_export_snapshot() as id, txid_snapshot_xmax(txid_current_snapshot())::text as to,
             floor(extract(epoch from clock_timestamp()) * 1000)::bigint as taken_at_ms`)
    const fence = start && { ...start, to: row?.to ?? start.from }
    return new Snapshot(session, { id: row?.id ?? '', takenAtMs: Number(row?.taken_at_ms), fence })
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Begins a read-only transaction on `session` that sees what the snapshot sees; without an id, the present. */
export async function importSnapshot(session: Session, snapshotId?: string | undefined): Promise<void> {
  await session.query('begin transaction isolation level repeatable read read only not deferrable')
  if (snapshotId !== undefined) await session.query(`set transaction snapshot ${quoteLiteral(snapshotId)}`)
}

class Snapshot implements HeldSnapshot {
  readonly session: Session
  readonly snapshotId: string
  readonly takenAtMs: number
  readonly fence: TransactionFence | undefined

  constructor(
    session: Session,
    { id, takenAtMs, fence }: { id: string; takenAtMs: number; fence: TransactionFence | undefined },
  ) {
    this.session = session
    this.snapshotId = id
    this.takenAtMs = takenAtMs
    this.fence = fence
  }

  get serverVersion(): string {
    return this.session.serverVersion
  }

  async pinRelation(relation: string): Promise<void> {
    // Locks as a side effect of planning; LOCK TABLE would refuse foreign tables. Of those a query, with a limit of 0
    // even, would be sent to their server, where it took a lock that keeps others waiting.
    await this.session.query(`explain (costs off) select from ${relation}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close()
  }
}

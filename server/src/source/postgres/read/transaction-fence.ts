import type { Session } from '#source/postgres/connect/session.ts'

/**
 * What of the source's transactions a snapshot shows, so that a later run can tell the rows that this one could not
 * see. Ids are those of 64 bits, as decimal text. Plain data.
 *
 * A transaction is *settled* when its id is below `from` and not among `open`: it had ended before the snapshot was
 * taken, with all of its subtransactions, so that the snapshot shows what it has written. Ids from `to` on had
 * written nothing when the snapshot was taken. What lies between, and what is open, may be shown or not.
 */
export interface TransactionFence {
  readonly from: string
  readonly to: string
  readonly open: readonly string[]
  /** Where one is open for so long that no more is known than which is the oldest. */
  readonly isCoarse?: boolean | undefined
}

export type FenceStart = Omit<TransactionFence, 'to'>

/** Asking about each of so many ids takes the server a few seconds; it is an hour of thousands of transactions a second. */
const MOST_ASKED = 5_000_000

/** Whoever is in progress when the list is made, which is after the snapshot of the statement was taken. */
const STATE = `
  select pg_catalog.txid_snapshot_xmin(s)::text as oldest, pg_catalog.txid_snapshot_xmax(s)::text as next,
         case when pg_catalog.txid_snapshot_xmax(s) - pg_catalog.txid_snapshot_xmin(s) <= ${MOST_ASKED} then array(
           select (id & 4294967295)::text
             from pg_catalog.generate_series(pg_catalog.txid_snapshot_xmin(s), pg_catalog.txid_snapshot_xmax(s) - 1) id
            where pg_catalog.txid_status(id) = 'in progress') end as open
    from pg_catalog.txid_current_snapshot() s`

/**
 * To be read before the snapshot is taken. The list of a snapshot leaves out subtransactions, whose ids are on rows as
 * well, and one that was released holds no lock; so the server is asked of each id between the oldest that is open and
 * the next whether it is in progress, which it is as long as the whole is. Whoever has an id below `from` and is not
 * among `open` had ended by then, and an id that is given out later lies at or above `from`.
 */
export async function readFenceStart(session: Session): Promise<FenceStart> {
  const [state] = await session.query<{ oldest: string; next: string; open: string[] | null }>(STATE)
  if (state === undefined) throw new Error('the server does not tell its transactions')
  const { oldest, next, open } = state
  return open === null ? { from: oldest, open: [], isCoarse: true } : { from: next, open }
}

/** Ids on rows are the lower 32 bits. */
const ROUND = 2n ** 32n
const ID = 'xmin::text::bigint'

/** SQL that is true of rows that the fence does not tell to be settled; `undefined` where all are. */
export function unsettledSql({ from, to, open }: TransactionFence): string | undefined {
  const parts = [
    rangeSql(BigInt(from), BigInt(to)),
    open.length === 0 ? undefined : `${ID} in (${open.map((id) => BigInt(id)).join(', ')})`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : `(${parts.join(' or ')})`
}

/** SQL that is true of rows that were written after one snapshot and before another; `undefined` where none can be. */
export function writtenBetweenSql(earlier: TransactionFence, later: TransactionFence): string | undefined {
  return rangeSql(BigInt(earlier.to), BigInt(later.to))
}

/** False where the ids of a server have gone back: it is another one, or was restored. */
export function isLater(earlier: TransactionFence, later: TransactionFence): boolean {
  return BigInt(later.to) >= BigInt(earlier.to)
}

function rangeSql(from: bigint, to: bigint): string | undefined {
  if (to <= from) return undefined
  if (to - from >= ROUND) return 'true'
  return `((${ID} - ${from % ROUND}) & ${ROUND - 1n}) < ${to - from}`
}

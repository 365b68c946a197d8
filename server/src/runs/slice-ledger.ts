import type { ColumnDigest } from '#columns/digest.ts'
import type { SliceProgress, SliceWarning } from '#engine/task.ts'
import type { JsonObject } from '#kit/json.ts'
import type { ParquetFileSummary } from '#lake/parquet/parquet-writer.ts'
import type { Slice } from '#source/postgres/plan-slices.ts'
import type { Database, Tx } from '#store/database.ts'

/**
 * The ledger of a run's slices. A slice is done once: by the attempt whose result is in its row. Files of any
 * other attempt are orphans.
 */

/** What an attempt delivered for its slice. */
export interface SliceResult {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly rowsRejected: number
  readonly bytesRead: number
  /** Absent when no row was written. Bounds are base64, since this is kept as JSON. */
  readonly part?: { readonly key: string; readonly summary: JsonObject } | undefined
  readonly digests: readonly { readonly path: string; readonly digest: ColumnDigest }[]
  readonly warnings: readonly SliceWarning[]
  readonly rejectCounts: Readonly<Record<string, number>>
  readonly diagnosticsKey?: string | undefined
}

export interface SliceKey {
  readonly runId: string
  readonly epoch: number
  readonly ordinal: number
}

/** Writes the slices of a new epoch. */
export async function insertSlices(
  tx: Tx,
  runId: string,
  epoch: number,
  slices: readonly Slice[],
): Promise<void> {
  const rows = slices.map((slice, ordinal) => ({
    run_id: runId,
    epoch,
    ordinal,
    state: 'pending' as const,
    attempt: 0,
    slice: JSON.stringify(slice),
    row_count: 0,
    byte_count: 0,
  }))
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await tx
      .insertInto('run_slice')
      .values(rows.slice(from, from + ROWS_PER_INSERT))
      .execute()
  }
}

const ROWS_PER_INSERT = 1_000

/** The slice when it still waits for a result. */
export async function findPendingSlice(db: Database, key: SliceKey): Promise<Slice | undefined> {
  const row = await db
    .selectFrom('run_slice')
    .select('slice')
    .where('run_id', '=', key.runId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return row?.slice as unknown as Slice | undefined
}

/** Shows how far a slice is; a slice that is done keeps its final numbers. */
export async function reportProgress(db: Database, key: SliceKey, progress: SliceProgress): Promise<void> {
  await db
    .updateTable('run_slice')
    .set({ row_count: progress.rowCount, byte_count: progress.byteCount })
    .where('run_id', '=', key.runId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .where('state', '=', 'pending')
    .execute()
}

/** Records the result of a slice. Returns false when another attempt already did. */
export async function finishSlice(
  tx: Tx,
  key: SliceKey,
  done: { readonly attempt: number; readonly result: SliceResult; readonly nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('run_slice')
    .set({
      state: 'done',
      attempt: done.attempt,
      result: JSON.stringify(done.result),
      row_count: done.result.rowsRead,
      byte_count: done.result.bytesRead,
      completed_at: done.nowMs,
    })
    .where('run_id', '=', key.runId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Slices of the epoch that have no result yet. */
export async function countPendingSlices(db: Database, runId: string, epoch: number): Promise<number> {
  const row = await db
    .selectFrom('run_slice')
    .select((select) => select.fn.countAll<number>().as('pending'))
    .where('run_id', '=', runId)
    .where('epoch', '=', epoch)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return row.pending
}

/** The results of an epoch in the order of its slices. */
export async function listSliceResults(db: Database, runId: string, epoch: number): Promise<SliceResult[]> {
  const rows = await db
    .selectFrom('run_slice')
    .select('result')
    .where('run_id', '=', runId)
    .where('epoch', '=', epoch)
    .where('state', '=', 'done')
    .orderBy('ordinal')
    .execute()
  return rows.map((row) => row.result as unknown as SliceResult)
}

/** A part's summary as JSON: its bounds become base64. */
export function toStoredSummary(summary: ParquetFileSummary): JsonObject {
  const columns = summary.columns.map(({ lower, upper, ...rest }) => ({
    ...rest,
    ...(lower === undefined ? {} : { lower: Buffer.from(lower).toString('base64') }),
    ...(upper === undefined ? {} : { upper: Buffer.from(upper).toString('base64') }),
  }))
  return { ...summary, columns } as unknown as JsonObject
}

/** The inverse of {@link toStoredSummary}. */
export function fromStoredSummary(stored: JsonObject): ParquetFileSummary {
  const summary = stored as unknown as ParquetFileSummary
  const columns = summary.columns.map(({ lower, upper, ...rest }) => ({
    ...rest,
    ...(lower === undefined ? {} : { lower: Buffer.from(String(lower), 'base64') }),
    ...(upper === undefined ? {} : { upper: Buffer.from(String(upper), 'base64') }),
  }))
  return { ...summary, columns }
}

import { sql } from 'kysely'
import type { LeafProof, SliceIssue, SliceProgress } from '#engine/task.ts'
import type { JsonObject } from '#kit/json.ts'
import type { ParquetFileSummary } from '#lake/parquet/parquet-writer.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { SourceProof } from '#source/postgres/proof/source-proof.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
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
  /** Both sides of each field; empty where nothing was to be proven. */
  readonly proof: readonly LeafProof[]
  /** What PostgreSQL itself found of the columns of the slice, which is what arrived; at the level `source`. */
  readonly source?: SourceProof | undefined
  readonly warnings: readonly SliceIssue[]
  readonly rejects: readonly SliceIssue[]
  /** Absent when no row was set aside, or nobody wants to see them. */
  readonly diagnosticsKey?: string | undefined
  /** Of an import: the records that could not be read. */
  readonly parsingErrorsKey?: string | undefined
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

/**
 * Shows how far a slice is. Returns false when nobody waits for it any more: it is done, its run has ended, or a
 * new epoch has begun.
 */
export async function reportProgress(db: Database, key: SliceKey, progress: SliceProgress): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update run_slice set row_count = ${progress.rowCount}, byte_count = ${progress.byteCount}
    from flow_run
    where run_slice.run_id = ${key.runId} and run_slice.epoch = ${key.epoch} and run_slice.ordinal = ${key.ordinal}
      and run_slice.state = 'pending' and flow_run.id = run_slice.run_id
      and flow_run.state = 'inProgress' and flow_run.epoch = run_slice.epoch
  `.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

/** Records the result of a slice, unless another attempt already did. */
export async function finishSlice(
  tx: Tx,
  key: SliceKey,
  done: { readonly attempt: number; readonly result: SliceResult; readonly nowMs: number },
): Promise<void> {
  await tx
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
    .execute()
}

export interface SliceCounts {
  readonly total: number
  /** Without a result yet. */
  readonly pending: number
}

/** The slices of an epoch. */
export async function countSlices(db: Database, runId: string, epoch: number): Promise<SliceCounts> {
  const row = await db
    .selectFrom('run_slice')
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      fn.countAll<number>().filterWhere('state', '=', 'pending').as('pending'),
    ])
    .where('run_id', '=', runId)
    .where('epoch', '=', epoch)
    .executeTakeFirstOrThrow()
  return row
}

/** When the last slice of the run's epoch was done; `undefined` while one is not. */
export async function findCopiedAt(
  db: Database,
  { id, epoch }: Pick<Run, 'id' | 'epoch'>,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('run_slice')
    .select(({ fn }) => [
      fn.max('completed_at').as('completedAt'),
      fn.countAll<number>().filterWhere('state', '=', 'pending').as('pending'),
    ])
    .where('run_id', '=', id)
    .where('epoch', '=', epoch)
    .executeTakeFirst()
  return row === undefined || row.pending > 0 ? undefined : (row.completedAt ?? undefined)
}

/** True while a run is in that epoch and waits for slices of it. */
export async function waitsForSlices(db: Database, runId: string, epoch: number): Promise<boolean> {
  const row = await db
    .selectFrom('run_slice')
    .innerJoin('flow_run', 'flow_run.id', 'run_slice.run_id')
    .select('run_slice.ordinal')
    .where('flow_run.id', '=', runId)
    .where('flow_run.state', '=', 'inProgress')
    .where('flow_run.epoch', '=', epoch)
    .where('run_slice.epoch', '=', epoch)
    .where('run_slice.state', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Counts an error of a slice; returns how many there were with it. */
export async function countSliceError(tx: Tx, key: SliceKey): Promise<number> {
  const row = await tx
    .updateTable('run_slice')
    .set({ error_count: sql`error_count + 1` })
    .where('run_id', '=', key.runId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .returning('error_count')
    .executeTakeFirstOrThrow()
  return row.error_count
}

/** Counts an error of a run's planning or commit; returns how many there were with it. */
export async function countRunError(tx: Tx, runId: string): Promise<number> {
  const row = await tx
    .updateTable('flow_run')
    .set({ error_count: sql`error_count + 1` })
    .where('id', '=', runId)
    .returning('error_count')
    .executeTakeFirstOrThrow()
  return row.error_count
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

import { sql } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'
import {
  type BatchFile,
  type BatchResult,
  completedBatchDocument,
  type NewBatch,
  newBatchDocument,
} from './batch-document.ts'
import { type BatchState, isBatchUnderWay } from './batch-states.ts'
import { type LakeMetrics, metricsOf, withMetrics } from './dataset-document.ts'

/** A batch can't go where it was told to. A fault of the caller in the program, never of a client. */
export class BatchStateError extends Error {
  override readonly name = 'BatchStateError'
}

/** Starts a batch: status `loading`, and the newest of its dataset. */
export async function createBatch(tx: Tx, batch: NewBatch): Promise<void> {
  await insertBatch(tx, batch, newBatchDocument(batch))
}

/** Stores a new batch as its document says it is. */
export async function insertBatch(
  tx: Tx,
  batch: Pick<NewBatch, 'id' | 'orgId' | 'sandboxId' | 'datasetId' | 'runId' | 'nowMs'>,
  document: JsonObject,
): Promise<void> {
  const status = String(document['status'])
  await tx
    .insertInto('batch')
    .values({
      id: batch.id,
      org_id: batch.orgId,
      sandbox_id: batch.sandboxId,
      dataset_id: batch.datasetId,
      run_id: batch.runId ?? null,
      status,
      document: JSON.stringify(document),
      created_at: batch.nowMs,
      updated_at: batch.nowMs,
    })
    .execute()
  await changeDataset(tx, batch.datasetId, (document) => ({
    ...document,
    ...lastOf(batch.id, status),
  }))
}

/** What a dataset says of its newest batch. */
function lastOf(id: string, status: string): JsonObject {
  return {
    lastBatchId: id,
    lastBatchStatus: status,
    ...(status === 'success' ? { lastSuccessfulBatch: id } : {}),
    ...(status === 'failed' ? { lastFailedBatch: id } : {}),
  }
}

/** A batch that nobody else changes until the transaction ends. */
export interface LockedBatch {
  readonly id: string
  readonly datasetId: string
  /** The run that writes it, if one does. */
  readonly runId: string | null
  readonly status: BatchState
  readonly document: JsonObject
}

/** Takes a batch of which the dataset was taken before. */
export async function lockBatch(tx: Tx, id: string): Promise<LockedBatch | undefined> {
  const row = await tx
    .selectFrom('batch')
    .select(['dataset_id', 'run_id', 'status', 'document'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return (
    row && {
      id,
      datasetId: row.dataset_id,
      runId: row.run_id,
      status: row.status as BatchState,
      document: row.document,
    }
  )
}

/** Stores a batch that {@link lockBatch} took, and what its dataset says of its batches from now on. */
export async function updateBatch(
  tx: Tx,
  batch: Pick<LockedBatch, 'id' | 'datasetId'>,
  { document, nowMs }: { readonly document: JsonObject; readonly nowMs: number },
): Promise<void> {
  const status = String(document['status'])
  await tx
    .updateTable('batch')
    .set({ status, updated_at: nowMs, document: JSON.stringify(document) })
    .where('id', '=', batch.id)
    .execute()
  await changeDataset(tx, batch.datasetId, (dataset) =>
    dataset['lastBatchId'] === batch.id ? { ...dataset, ...lastOf(batch.id, status) } : dataset,
  )
}

/** Counts again what a dataset holds and which batch of it was the last that succeeded: one of them has gone. */
export async function recountDataset(tx: Tx, datasetId: string): Promise<void> {
  const { rows } = await sql<LakeMetrics>`
    select coalesce(sum(row_count), 0)::bigint as "rowCount", coalesce(sum(size_bytes), 0)::bigint as "storageSize",
           count(*) as "fileCount"
    from batch_file join batch on batch.id = batch_file.batch_id
    where batch.dataset_id = ${datasetId} and batch.status = 'success'`.execute(tx)
  const totals = rows[0] ?? { rowCount: 0, storageSize: 0, fileCount: 0 }
  const last = await tx
    .selectFrom('batch')
    .select('id')
    .where('dataset_id', '=', datasetId)
    .where('status', '=', 'success')
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  await changeDataset(tx, datasetId, ({ lastSuccessfulBatch: _, ...document }) =>
    withMetrics(document, totals, last === undefined ? {} : { lastSuccessfulBatch: last.id }),
  )
}

/**
 * Ends a batch in the transaction that makes its rows visible: the batch, its files, and what the dataset
 * says about its last batches, rows and bytes.
 *
 * @throws {BatchStateError} when the batch isn't under way, when a failed batch has files, or when the rows of
 *   the files are not the rows that the metrics claim
 */
export async function completeBatch(tx: Tx, id: string, result: BatchResult): Promise<void> {
  assertFilesAgree(id, result)
  const batch = await lockBatch(tx, id)
  if (batch === undefined || !isBatchUnderWay(batch.status))
    throw new BatchStateError(
      `batch '${id}' is ${batch?.status ?? 'unknown'}, only one that is under way can be completed`,
    )
  await tx
    .updateTable('batch')
    .set({
      status: result.status,
      updated_at: result.nowMs,
      document: JSON.stringify(completedBatchDocument(batch.document, result)),
    })
    .where('id', '=', id)
    .execute()
  await insertFiles(tx, id, result.files)
  await changeDataset(tx, batch.datasetId, (document) => datasetAfter(document, id, result))
}

function assertFilesAgree(id: string, { status, metrics, files }: BatchResult): void {
  if (status === 'failed') {
    if (files.length > 0) throw new BatchStateError(`batch '${id}' failed and must have no files`)
    return
  }
  const rowCount = files.reduce((sum, file) => sum + file.rowCount, 0)
  if (rowCount === metrics.outputRecordCount) return
  throw new BatchStateError(
    `the files of batch '${id}' hold ${rowCount} rows, its metrics claim ${metrics.outputRecordCount}`,
  )
}

const FILES_PER_INSERT = 1_000

/** Files are numbered from 1 in the order in which they are given. */
async function insertFiles(tx: Tx, batchId: string, files: readonly BatchFile[]): Promise<void> {
  const rows = files.map((file, index) => ({
    batch_id: batchId,
    ordinal: index + 1,
    key: file.key,
    row_count: file.rowCount,
    size_bytes: file.sizeBytes,
  }))
  for (let from = 0; from < rows.length; from += FILES_PER_INSERT) {
    await tx
      .insertInto('batch_file')
      .values(rows.slice(from, from + FILES_PER_INSERT))
      .execute()
  }
}

function datasetAfter(document: JsonObject, batchId: string, { status, files }: BatchResult): JsonObject {
  // A batch may end after one that was begun later.
  const isLast = document['lastBatchId'] === batchId
  const { lastBatchId, lastBatchStatus, ...ending } = lastOf(batchId, status)
  const told = isLast ? { lastBatchId, lastBatchStatus, ...ending } : ending
  return status === 'failed'
    ? { ...document, ...told }
    : withMetrics(document, withFiles(metricsOf(document), files), told)
}

function withFiles(before: LakeMetrics, files: readonly BatchFile[]): LakeMetrics {
  return {
    rowCount: files.reduce((sum, file) => sum + file.rowCount, before.rowCount),
    storageSize: files.reduce((sum, file) => sum + file.sizeBytes, before.storageSize),
    fileCount: before.fileCount + files.length,
  }
}

/** Batches don't change a dataset's version: a client's `If-Match` speaks of what clients changed. */
async function changeDataset(
  tx: Tx,
  id: string,
  change: (document: JsonObject) => JsonObject,
): Promise<void> {
  const row = await tx
    .selectFrom('dataset')
    .select('document')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('dataset')
    .set({ document: JSON.stringify(change(row.document)) })
    .where('id', '=', id)
    .execute()
}

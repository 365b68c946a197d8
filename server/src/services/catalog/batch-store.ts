import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database, Tx } from '#store/database.ts'
import {
  type BatchFile,
  type BatchResult,
  completedBatchDocument,
  type NewBatch,
  newBatchDocument,
} from './batch-document.ts'
import { metricsOf, withMetrics } from './dataset-document.ts'
import { type DocumentsById, listDocuments } from './list-documents.ts'
import type { ListQuery } from './list-query.ts'

/** A batch can't go where it was told to. A fault of the caller in the program, never of a client. */
export class BatchStateError extends Error {
  override readonly name = 'BatchStateError'
}

/** Starts a batch: status `loading`, and the newest of its dataset. */
export async function createBatch(tx: Tx, batch: NewBatch): Promise<void> {
  await tx
    .insertInto('batch')
    .values({
      id: batch.id,
      org_id: batch.orgId,
      sandbox_id: batch.sandboxId,
      dataset_id: batch.datasetId,
      run_id: batch.runId,
      status: 'loading',
      document: JSON.stringify(newBatchDocument(batch)),
      created_at: batch.nowMs,
      updated_at: batch.nowMs,
    })
    .execute()
  await changeDataset(tx, batch.datasetId, (document) => ({
    ...document,
    lastBatchId: batch.id,
    lastBatchStatus: 'loading',
  }))
}

/**
 * Ends a batch in the transaction that makes its rows visible: the batch, its files, and what the dataset
 * says about its last batches, rows and bytes.
 *
 * @throws {BatchStateError} when the batch isn't `loading`, when a failed batch has files, or when the rows of
 *   the files are not the rows that the metrics claim
 */
export async function completeBatch(tx: Tx, id: string, result: BatchResult): Promise<void> {
  assertFilesAgree(id, result)
  const batch = await tx
    .selectFrom('batch')
    .select(['dataset_id', 'status', 'document'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (batch?.status !== 'loading')
    throw new BatchStateError(
      `batch '${id}' is ${batch?.status ?? 'unknown'}, only one that is loading can be completed`,
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
  await changeDataset(tx, batch.dataset_id, (document) => datasetAfter(document, id, result))
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

function datasetAfter(
  document: JsonObject,
  batchId: string,
  { status, files, tableTotals }: BatchResult,
): JsonObject {
  const last = { lastBatchId: batchId, lastBatchStatus: status }
  if (status === 'failed') return { ...document, ...last, lastFailedBatch: batchId }
  const before = metricsOf(document)
  const metrics = {
    rowCount: tableTotals?.rowCount ?? files.reduce((sum, file) => sum + file.rowCount, before.rowCount),
    storageSize:
      tableTotals?.sizeBytes ?? files.reduce((sum, file) => sum + file.sizeBytes, before.storageSize),
  }
  return withMetrics(document, metrics, { ...last, lastSuccessfulBatch: batchId })
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

/** The batches of the caller's sandbox and their files. */
export class BatchReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(scope: Scope, id: string): Promise<JsonObject | undefined> {
    const row = await this.#db
      .selectFrom('batch')
      .select('document')
      .where('id', '=', id)
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
      .executeTakeFirst()
    return row?.document
  }

  /** Batches; conditions also know `dataSet` and `batch`. */
  list(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select id, document, document || jsonb_build_object('dataSet', dataset_id, 'batch', id) as facets
      from batch where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}`
    return listDocuments(this.#db, source, query)
  }

  /** The files of batches whose rows are visible. */
  listFiles(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select file.id, file.document, file.document || jsonb_build_object('batch', file.document -> 'batchId') as facets
      from (
        select batch.id || '-' || batch_file.ordinal as id, jsonb_build_object(
          'id', batch.id || '-' || batch_file.ordinal,
          'batchId', batch.id,
          'dataSetId', batch.dataset_id,
          'dataSetViewId', dataset.document -> 'viewId',
          'imsOrg', batch.org_id,
          'sandboxId', batch.sandbox_id,
          'availableDates', batch.document -> 'availableDates',
          'createdUser', batch.document -> 'createdUser',
          'createdClient', batch.document -> 'createdClient',
          'updatedUser', batch.document -> 'updatedUser',
          'records', batch_file.row_count,
          'sizeInBytes', batch_file.size_bytes,
          'isValid', true,
          'version', '1.0.0',
          'created', batch.updated_at,
          'updated', batch.updated_at) as document
        from batch_file
        join batch on batch.id = batch_file.batch_id
        join dataset on dataset.id = batch.dataset_id
        where batch.org_id = ${scope.orgId} and batch.sandbox_id = ${scope.sandbox.id} and batch.status = 'success'
      ) as file`
    return listDocuments(this.#db, source, query)
  }

  /** One entry for every dataset that had a batch. */
  listLast(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select last.id, last.document, last.document || jsonb_build_object('dataSetId', last.id) as facets
      from (
        select dataset.id, jsonb_strip_nulls(jsonb_build_object(
          'lastBatchId', dataset.document -> 'lastBatchId',
          'lastBatchStatus', dataset.document -> 'lastBatchStatus',
          'lastSuccessfulBatchId', dataset.document -> 'lastSuccessfulBatch',
          'lastFailedBatchId', dataset.document -> 'lastFailedBatch',
          'imsOrg', dataset.org_id,
          'sandboxId', dataset.sandbox_id,
          'created', batch.created_at,
          'updated', batch.updated_at)) as document
        from dataset
        join batch on batch.id = dataset.document ->> 'lastBatchId'
        where dataset.org_id = ${scope.orgId} and dataset.sandbox_id = ${scope.sandbox.id}
      ) as last`
    return listDocuments(this.#db, source, query)
  }
}

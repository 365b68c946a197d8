import { newBatchId } from '#kit/ids.ts'
import { newBatchDocument } from '#services/catalog/batch-document.ts'
import { completeBatch, insertBatch, lockBatch, updateBatch } from '#services/catalog/batch-store.ts'
import type { CatalogLake } from '#services/catalog/catalog-lake.ts'
import { lockDataset } from '#services/catalog/dataset-store.ts'
import { withdrawBatch } from '#services/catalog/withdraw-batch.ts'
import type { IngestionBatches } from '#services/ingestion/batch-port.ts'
import type { Database } from '#store/database.ts'

/** The catalogue's batches as batch ingestion needs them. */
export function createIngestionBatches(parts: {
  readonly db: Database
  readonly lake: CatalogLake
  readonly now: () => number
}): IngestionBatches {
  const { db, now } = parts
  return {
    async create(tx, { scope, datasetId, ...told }) {
      if ((await lockDataset(tx, scope, datasetId)) === undefined) return undefined
      const nowMs = now()
      const { orgId, clientId, userId } = scope
      const id = newBatchId(nowMs)
      const batch = { id, orgId, sandboxId: scope.sandbox.id, datasetId, clientId, userId, nowMs, ...told }
      const document = newBatchDocument(batch)
      await insertBatch(tx, batch, document)
      return document
    },
    async find(scope, id) {
      const row = await db
        .selectFrom('batch')
        .select(['dataset_id', 'run_id', 'status', 'document'])
        .where('id', '=', id)
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandbox.id)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { dataset_id: datasetId, run_id: runId, status, document } = row
      return { id, datasetId, runId, status, document }
    },
    async lock(tx, scope, id) {
      const row = await tx
        .selectFrom('batch')
        .select('dataset_id')
        .where('id', '=', id)
        .where('sandbox_id', '=', scope.sandbox.id)
        .executeTakeFirst()
      if (row === undefined || (await lockDataset(tx, scope, row.dataset_id)) === undefined) return undefined
      return lockBatch(tx, id)
    },
    async move(tx, batch, status) {
      const nowMs = now()
      await updateBatch(tx, batch, { document: { ...batch.document, status, updated: nowMs }, nowMs })
    },
    async fail(tx, { id }) {
      const description = 'The client that uploads it has said that it failed.'
      await completeBatch(tx, id, {
        status: 'failed',
        metrics: { outputRecordCount: 0, failedRecordCount: 0 },
        errors: [{ code: 'HW-CLIENT-FAILED', description }],
        files: [],
        nowMs: now(),
      })
    },
    withdraw: (scope, id) => withdrawBatch(parts, { scope, id, isForGood: false }),
  }
}

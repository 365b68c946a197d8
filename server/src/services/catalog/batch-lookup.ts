import type { Scope } from '#http/scope.ts'
import type { Database, Tx } from '#store/database.ts'
import type { BatchState } from './batch-states.ts'
import { type LockedBatch, lockBatch } from './batch-store.ts'
import { notFound } from './problems.ts'

/**
 * Where a batch of the sandbox belongs: datasets are taken before their batches.
 *
 * @throws {PlainProblem} 404
 */
export async function findBatchPlace(
  db: Database,
  scope: Scope,
  id: string,
): Promise<{ readonly datasetId: string; readonly status: BatchState }> {
  const row = await db
    .selectFrom('batch')
    .select(['dataset_id', 'status'])
    .where('id', '=', id)
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .executeTakeFirst()
  if (row === undefined) throw notFound('batch', id)
  return { datasetId: row.dataset_id, status: row.status as BatchState }
}

/** A batch that nobody else changes until the transaction ends. @throws {PlainProblem} 404 */
export async function getLockedBatch(tx: Tx, id: string): Promise<LockedBatch> {
  const batch = await lockBatch(tx, id)
  if (batch === undefined) throw notFound('batch', id)
  return batch
}

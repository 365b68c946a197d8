import type { Scope } from '#http/scope.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { nextVersion } from './batch-document.ts'
import { findBatchPlace, getLockedBatch } from './batch-lookup.ts'
import { assertBatchStep, type BatchState } from './batch-states.ts'
import { type LockedBatch, recountDataset, updateBatch } from './batch-store.ts'
import type { CatalogLake } from './catalog-lake.ts'
import { findCompactions } from './compactions.ts'
import { lakeTableOf, lockDataset } from './dataset-store.ts'
import { moveLakePointer } from './lake-pointer.ts'

export interface WithdrawDependencies {
  readonly db: Database
  readonly now: () => number
  readonly lake: CatalogLake
}

export interface WithdrawRequest {
  readonly scope: Scope
  readonly id: string
  /** `deleted`, and the files are removed; else `inactive`, and the table's past still has them. */
  readonly isForGood: boolean
}

/**
 * Takes the rows of a batch out of its dataset, by a commit of the table as flows make them.
 *
 * @throws {PlainProblem} 404, 400 for a batch that has not ended
 */
export async function withdrawBatch(
  dependencies: WithdrawDependencies,
  { scope, id, isForGood }: WithdrawRequest,
): Promise<void> {
  const place = await findBatchPlace(dependencies.db, scope, id)
  assertSteps({ id, status: place.status }, isForGood)
  if (place.status === 'inactive' && !isForGood) return
  const withdrawal = { scope, id, isForGood, datasetId: place.datasetId }
  // Whoever was faster has finished, so one of any number gets through each time.
  while (!(await withdraw(dependencies, withdrawal)));
  if (isForGood) await removeFiles(dependencies, withdrawal)
}

type Placed = WithdrawRequest & { readonly datasetId: string }

/** Returns false when another commit of the table was faster. */
async function withdraw(
  { db, now, lake }: WithdrawDependencies,
  { scope, id, datasetId, isForGood }: Placed,
): Promise<boolean> {
  const table = await lakeTableOf(db, datasetId)
  const keys = await filesOf(db, id)
  const isCommitNeeded = table !== undefined && keys.length > 0
  const staged = isCommitNeeded
    ? await lake.stageWithdrawal(table, {
        ...{ batchId: id, keys, isForGood },
        // After the pointer was read: one that is made meanwhile moves it.
        compacted: await findCompactions(db, datasetId, keys),
      })
    : undefined
  const hasMoved = await transact(db, async (tx) => {
    await lockDataset(tx, scope, datasetId)
    const batch = await getLockedBatch(tx, id)
    assertSteps(batch, isForGood)
    if (table !== undefined && staged !== undefined) {
      const isMoved = await moveLakePointer(tx, table, { ...staged, nowMs: now() })
      if (!isMoved) return false
    }
    await markWithdrawn(tx, batch, { userId: scope.userId, isForGood, nowMs: now() })
    await recountDataset(tx, datasetId)
    return true
  })
  if (hasMoved && staged !== undefined) await lake.announce(staged.metadataKey)
  return hasMoved
}

/** The batch is `deleted` by now: asked again, it is these that are done again. */
async function removeFiles({ db, lake }: WithdrawDependencies, { id, datasetId }: Placed): Promise<void> {
  const keys = await filesOf(db, id)
  const compacted = (await findCompactions(db, datasetId, keys)).map(({ key }) => key)
  await lake.remove([...keys, ...compacted])
  const table = await lakeTableOf(db, datasetId)
  if (table !== undefined) await lake.removeAll(`${table.location}/diagnostics/${id}/`)
  if (compacted.length > 0) await db.deleteFrom('lake_compaction').where('key', 'in', compacted).execute()
  await db.deleteFrom('batch_file').where('batch_id', '=', id).execute()
}

/** A batch that has succeeded is inactive before it is deleted. */
function assertSteps({ id, status }: Pick<LockedBatch, 'id' | 'status'>, isForGood: boolean): void {
  if (!isForGood) return assertBatchStep(id, status, 'inactive')
  assertBatchStep(id, status === 'success' ? 'inactive' : status, 'deleted')
}

async function filesOf(db: Database, batchId: string): Promise<string[]> {
  const rows = await db.selectFrom('batch_file').select('key').where('batch_id', '=', batchId).execute()
  return rows.map(({ key }) => key)
}

async function markWithdrawn(
  tx: Tx,
  batch: LockedBatch,
  {
    userId,
    isForGood,
    nowMs,
  }: { readonly userId: string; readonly isForGood: boolean; readonly nowMs: number },
): Promise<void> {
  const status: BatchState = isForGood ? 'deleted' : 'inactive'
  if (batch.status === status) return
  const { document } = batch
  const version = nextVersion(document['version'])
  const changed = { ...document, status, version, updated: nowMs, updatedUser: userId }
  await updateBatch(tx, batch, { document: changed, nowMs })
}

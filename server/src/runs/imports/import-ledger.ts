import type { JsonObject } from '#kit/json.ts'
import type { ImportPayload } from '#queue/step-queue.ts'
import { lockDataset } from '#runs/locks.ts'
import type { SliceResult } from '#runs/slice-ledger.ts'
import { type BatchState, canBecome, isBatchUnderWay } from '#services/catalog/batch-states.ts'
import { type LockedBatch, lockBatch, updateBatch } from '#services/catalog/batch-store.ts'
import type { Database, Tx } from '#store/database.ts'
import { fromStoredImport, type ImportPlan, toStoredImport } from './import-plan.ts'

/**
 * The ledger of imports. The batch itself says whether one is under way: its state changes under the lock of its
 * row, so it ends once. Everybody takes rows in the order dataset -> batch -> import.
 */
export interface Import {
  readonly batchId: string
  readonly datasetId: string
  readonly epoch: number
  readonly plan: JsonObject | null
  readonly status: BatchState
}

/** An import that nobody else changes until the transaction ends. */
export interface LockedImport extends Import {
  readonly batch: LockedBatch
}

/** `undefined` when it has ended, or has a newer epoch than the one that is meant. */
export async function findActiveImport(
  db: Database,
  batchId: string,
  epoch?: number | undefined,
): Promise<Import | undefined> {
  const row = await db
    .selectFrom('batch_import')
    .innerJoin('batch', 'batch.id', 'batch_import.batch_id')
    .select(['batch.dataset_id', 'batch.status', 'batch_import.epoch', 'batch_import.plan'])
    .where('batch.id', '=', batchId)
    .executeTakeFirst()
  if (row === undefined || !isBatchUnderWay(row.status)) return undefined
  if (epoch !== undefined && row.epoch !== epoch) return undefined
  const { dataset_id: datasetId, plan } = row
  return { batchId, datasetId, epoch: row.epoch, plan, status: row.status as BatchState }
}

/** The same for a change. */
export async function lockActiveImport(
  tx: Tx,
  batchId: string,
  epoch?: number | undefined,
): Promise<LockedImport | undefined> {
  const known = await findActiveImport(tx, batchId, epoch)
  if (known === undefined) return undefined
  await lockDataset(tx, known.datasetId)
  const batch = await lockBatch(tx, batchId)
  const current = await findActiveImport(tx, batchId, epoch)
  return batch && current && { ...current, batch }
}

/** Moves the batch of an import on, where there is such a step from where it is. */
export async function advance(
  tx: Tx,
  { batch }: Pick<LockedImport, 'batch'>,
  status: BatchState,
  nowMs: number,
): Promise<void> {
  if (!canBecome(batch.status, status)) return
  await updateBatch(tx, batch, { document: { ...batch.document, status, updated: nowMs }, nowMs })
}

/** Starts an epoch with its plan and its slices, of which each has the paths of some inputs. Returns its number. */
export async function startImportEpoch(
  tx: Tx,
  { batchId, epoch: before }: Pick<Import, 'batchId' | 'epoch'>,
  { plan, slices }: { readonly plan: ImportPlan; readonly slices: readonly (readonly string[])[] },
): Promise<number> {
  const epoch = before + 1
  await tx
    .updateTable('batch_import')
    .set({ epoch, plan: JSON.stringify(toStoredImport(plan)) })
    .where('batch_id', '=', batchId)
    .execute()
  for (const [ordinal, paths] of slices.entries()) {
    await tx
      .insertInto('import_slice')
      .values({ batch_id: batchId, epoch, ordinal, state: 'pending', paths: [...paths] })
      .execute()
  }
  return epoch
}

export interface ImportSliceKey {
  readonly batchId: string
  readonly epoch: number
  readonly ordinal: number
}

/** The paths of a slice that still waits for a result. */
export async function findPendingPaths(
  db: Database,
  key: ImportSliceKey,
): Promise<readonly string[] | undefined> {
  const row = await db
    .selectFrom('import_slice')
    .select('paths')
    .where('batch_id', '=', key.batchId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return row?.paths
}

/** Records the result of a slice, unless another attempt already did. Returns how many slices are left. */
export async function finishImportSlice(tx: Tx, key: ImportSliceKey, result: SliceResult): Promise<number> {
  await tx
    .updateTable('import_slice')
    .set({ state: 'done', result: JSON.stringify(result) })
    .where('batch_id', '=', key.batchId)
    .where('epoch', '=', key.epoch)
    .where('ordinal', '=', key.ordinal)
    .where('state', '=', 'pending')
    .execute()
  const { count } = await tx
    .selectFrom('import_slice')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('batch_id', '=', key.batchId)
    .where('epoch', '=', key.epoch)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The results of an epoch, in the order of its slices. */
export async function listImportResults(
  db: Database,
  { batchId, epoch }: Pick<Import, 'batchId' | 'epoch'>,
): Promise<SliceResult[]> {
  const rows = await db
    .selectFrom('import_slice')
    .select('result')
    .where('batch_id', '=', batchId)
    .where('epoch', '=', epoch)
    .where('state', '=', 'done')
    .orderBy('ordinal')
    .execute()
  return rows.map(({ result }) => result as unknown as SliceResult)
}

/** Counts an error of a slice, or of the import as a whole; returns how many there were by now. */
export async function countImportError(tx: Tx, { batchId, epoch, ordinal }: ImportPayload): Promise<number> {
  const { error_count: count } =
    epoch === undefined || ordinal === undefined
      ? await tx
          .updateTable('batch_import')
          .set((row) => ({ error_count: row('error_count', '+', 1) }))
          .where('batch_id', '=', batchId)
          .returning('error_count')
          .executeTakeFirstOrThrow()
      : await tx
          .updateTable('import_slice')
          .set((row) => ({ error_count: row('error_count', '+', 1) }))
          .where('batch_id', '=', batchId)
          .where('epoch', '=', epoch)
          .where('ordinal', '=', ordinal)
          .returning('error_count')
          .executeTakeFirstOrThrow()
  return count
}

/** The plan of an import that has one. */
export function planOf({ plan }: Import): ImportPlan {
  return fromStoredImport(plan)
}

import type { DataFile } from '#lake/iceberg/data-file.ts'
import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { movePointer, type StagedCommit } from '#runs/move-pointer.ts'
import type { RunMessage, RunTotals } from '#runs/run-document.ts'
import { batchErrorsOf, nextVersion } from '#services/catalog/batch-document.ts'
import { completeBatch, lockBatch, recountDataset, updateBatch } from '#services/catalog/batch-store.ts'
import type { LakeTablePointer } from '#services/catalog/dataset-store.ts'
import type { Tx } from '#store/database.ts'
import { type Import, lockActiveImport } from './import-ledger.ts'
import type { ImportPlan } from './import-plan.ts'
import { tidyImport } from './tidy-import.ts'

/** Everything that is known of an import when it lands. */
export interface ImportLanding {
  readonly found: Import
  readonly plan: ImportPlan
  /** The table as it was when the commit was staged. */
  readonly table: LakeTablePointer
  readonly totals: RunTotals
  readonly messages: readonly RunMessage[]
  readonly files: readonly DataFile[]
  /** Absent when nothing changes in the table. */
  readonly staged: StagedCommit | undefined
}

/**
 * The one transaction: pointer, batch, and the batches that it replaces. Returns false, and does nothing, when the
 * batch has ended already: it lands once.
 * @throws PointerMovedError
 */
export async function landImport(tx: Tx, deps: RunDependencies, landing: ImportLanding): Promise<boolean> {
  const { found, plan, table, totals, messages, files, staged } = landing
  if ((await lockActiveImport(tx, found.batchId, found.epoch)) === undefined) return false
  const nowMs = deps.now()
  if (staged !== undefined) await movePointer(tx, table, staged, nowMs)
  await completeBatch(tx, found.batchId, {
    status: 'success',
    metrics: {
      outputRecordCount: totals.rowsWritten,
      failedRecordCount: totals.rowsRead - totals.rowsWritten,
      inputByteSize: plan.inputByteSize,
      inputFileCount: plan.inputFileCount,
    },
    errors: batchErrorsOf(messages),
    files: files.map(({ key, summary }) => ({
      key,
      rowCount: summary.rowCount,
      sizeBytes: summary.sizeBytes,
    })),
    nowMs,
  })
  if (plan.predecessors.length > 0) await retirePredecessors(tx, landing, nowMs)
  return true
}

/** The dataset is locked, so no other batch of it changes meanwhile. */
async function retirePredecessors(tx: Tx, { found, plan }: ImportLanding, nowMs: number): Promise<void> {
  for (const id of plan.predecessors.toSorted()) {
    const batch = await lockBatch(tx, id)
    if (batch?.datasetId !== plan.datasetId || batch.status !== 'success') continue
    const { document } = batch
    const tags = { ...(document['tags'] as object), acp_successor: [found.batchId] }
    const version = nextVersion(document['version'])
    const retired = { ...document, tags, version, status: 'inactive', updated: nowMs }
    await updateBatch(tx, batch, { document: retired, nowMs })
  }
  await recountDataset(tx, plan.datasetId)
}

/** For readers that find a table by its path; those that ask the catalogue see the commit already. */
export async function announceImport(
  deps: RunDependencies,
  { found, staged, totals }: ImportLanding,
): Promise<void> {
  const { batchId, datasetId } = found
  deps.log.info({ batchId, datasetId, rows: totals.rowsWritten, files: totals.fileCount }, 'batch landed')
  if (staged !== undefined) {
    await publishHint(deps.storage, staged.metadataKey)
    await expireMetadataFiles(deps.storage, staged.metadataKey)
  }
  await tidyImport(deps, batchId)
}

import type { DataFile } from '#lake/iceberg/data-file.ts'
import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import { batchErrorsOf } from '#services/catalog/batch-document.ts'
import { completeBatch } from '#services/catalog/batch-store.ts'
import type { LakeTablePointer } from '#services/catalog/dataset-store.ts'
import { advanceWatermark } from '#services/flow-service/flows/flow-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { saveLockedRun } from '#services/flow-service/runs/run-store.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { rememberSource } from './drift/remembered-source.ts'
import { startNextRun } from './end-run.ts'
import { lockActiveRun, lockDataset } from './locks.ts'
import { movePointer, type StagedCommit } from './move-pointer.ts'
import { noteReplay } from './replay/note-replay.ts'
import { type RunMessage, type RunTotals, successDocument } from './run-document.ts'
import { factsOf } from './run-facts.ts'
import { proofOf } from './run-totals.ts'
import { finishSlice, type SliceKey, type SliceResult } from './slice-ledger.ts'
import { fromStored } from './stored-plan.ts'
import { tidyDiagnostics } from './tidy-diagnostics.ts'

/** Everything that is known of a run when it lands. */
export interface Landing {
  readonly run: Run
  /** The table as it was when the commit was staged. */
  readonly table: LakeTablePointer
  readonly results: readonly SliceResult[]
  readonly totals: RunTotals
  readonly messages: readonly RunMessage[]
  readonly files: readonly DataFile[]
  /** Absent when the run has no rows. */
  readonly staged: StagedCommit | undefined
  /** Of a run on the short way: its only slice, which is not in the ledger yet. */
  readonly lastSlice?: FinishedSlice | undefined
}

export interface FinishedSlice {
  readonly key: SliceKey
  readonly attempt: number
  readonly result: SliceResult
}

/**
 * The one transaction: pointer, ledger of commits, batch, watermark, run, and the flow's next run. Returns false,
 * and does nothing, when the run has ended or started over.
 * @throws PointerMovedError before anything but the last slice is written
 */
export async function land(tx: Tx, deps: RunDependencies, landing: Landing): Promise<boolean> {
  const { run, staged, results, totals, messages, lastSlice } = landing
  const locked = await lockActiveRun(tx, run.id, run.epoch)
  if (locked === undefined) return false
  const nowMs = deps.now()
  if (lastSlice !== undefined) await finishSlice(tx, lastSlice.key, { ...lastSlice, nowMs })
  await lockDataset(tx, landing.table.datasetId)
  if (staged !== undefined) await commitTable(tx, landing, staged, nowMs)
  await succeedBatch(tx, landing, nowMs)
  const { source, replay } = fromStored(run.plan)
  if (replay === undefined) await advanceWatermark(tx, run, nowMs)
  else await noteReplay(tx, { replay: run, replayedId: replay.of }, { totals, nowMs })
  if (source !== undefined)
    await rememberSource(tx, { flowId: run.flow_id, runId: run.id }, { source, nowMs })
  const facts = await factsOf(tx, deps, run)
  const { verify } = fromStored(run.plan)
  const proof = { ...proofOf(results, totals, verify), snapshotId: staged?.snapshotId }
  await saveLockedRun(tx, locked, {
    state: 'success',
    completedAt: nowMs,
    documentPatch: { ...successDocument(facts, totals, messages, nowMs), proof },
    nowMs,
  })
  await startNextRun(tx, deps, run.flow_id)
  return true
}

async function commitTable(
  tx: Tx,
  { run, table }: Landing,
  staged: StagedCommit,
  nowMs: number,
): Promise<void> {
  await movePointer(tx, table, staged, nowMs)
  await tx
    .insertInto('lake_commit')
    .values({
      run_id: run.id,
      dataset_id: table.datasetId,
      batch_id: run.batch_id ?? '',
      snapshot_id: staged.snapshotId,
      metadata_key: staged.metadataKey,
      committed_at: nowMs,
    })
    .execute()
}

async function succeedBatch(tx: Tx, { run, totals, messages, files }: Landing, nowMs: number): Promise<void> {
  await completeBatch(tx, run.batch_id ?? '', {
    status: 'success',
    metrics: {
      outputRecordCount: totals.rowsWritten,
      failedRecordCount: totals.rowsRead - totals.rowsWritten,
      inputByteSize: totals.bytesRead,
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
    },
    errors: batchErrorsOf(messages),
    files: files.map(({ key, summary }) => ({
      key,
      rowCount: summary.rowCount,
      sizeBytes: summary.sizeBytes,
    })),
    nowMs,
  })
}

/** For readers that find a table by its path; those that ask the catalogue see the commit already. */
export async function announce(deps: RunDependencies, { run, staged, totals }: Landing): Promise<void> {
  deps.log.info(
    { runId: run.id, flowId: run.flow_id, rows: totals.rowsWritten, files: totals.fileCount },
    'run landed',
  )
  if (staged !== undefined) {
    await publishHint(deps.storage, staged.metadataKey)
    await expireMetadataFiles(deps.storage, staged.metadataKey)
  }
  // Of a run without diagnostics only an earlier epoch, of before they were turned off, may have left some.
  if (fromStored(run.plan).hasDiagnostics || run.epoch > 1) await tidyDiagnostics(deps, run.id)
}

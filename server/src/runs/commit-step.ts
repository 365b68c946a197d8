import { sql } from 'kysely'
import type { DataFile } from '#lake/iceberg/data-file.ts'
import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import type { StepHandler, StepOutcome } from '#queue/step-queue.ts'
import { completeBatch } from '#services/catalog/batch-store.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import { advanceWatermark } from '#services/flow-service/flow-store.ts'
import { loadFlowPlanInputs } from '#services/flow-service/plan-inputs.ts'
import type { Run } from '#services/flow-service/run.ts'
import { findRun, saveRun } from '#services/flow-service/run-store.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun, lockActiveRun, startNextRun } from './end-run.ts'
import { type RunMessage, type RunTotals, successDocument } from './run-document.ts'
import { factsOf } from './run-facts.ts'
import { isUnderWay } from './run-state.ts'
import { messagesOf, proofOf, totalsOf } from './run-totals.ts'
import { fromStoredSummary, listSliceResults, type SliceResult } from './slice-ledger.ts'
import { RunFailedError, reasonToFail } from './step-failure.ts'
import { fromStored, type StoredRunPlan } from './stored-plan.ts'
import { exceedsThreshold } from './threshold.ts'

const NOTHING: StepOutcome = Object.freeze({ write: async () => {} })

/** Somebody else committed to the table between our reading its pointer and moving it. The step is tried again. */
export class PointerMovedError extends Error {
  override readonly name = 'PointerMovedError'
}

/**
 * `run.commit`: checks the error threshold, writes the table's new metadata files and then, in one SQL
 * transaction, moves the pointer and ends batch and run. What was staged by an attempt that does not get that
 * far is an orphan.
 */
export function commitStep(deps: RunDependencies): StepHandler {
  return async ({ payload, attempt }) => {
    const run = await findRun(deps.db, payload.runId)
    if (run === undefined || !isUnderWay(run, payload.epoch ?? -1)) return NOTHING
    try {
      return await commit(deps, run)
    } catch (error) {
      const failure = reasonToFail(error, attempt)
      if (failure === undefined) throw error
      return { write: (tx) => failRun(tx, deps, run.id, failure) }
    }
  }
}

async function commit(deps: RunDependencies, run: Run): Promise<StepOutcome> {
  const plan = fromStored(run.plan)
  const results = await listSliceResults(deps.db, run.id, run.epoch)
  const totals = totalsOf(results)
  const inputs = await loadFlowPlanInputs(deps, run.flow_id)
  assertTolerable(totals, inputs.options.partialIngestionPercent)
  const table = await lakeTableOf(deps.db, plan.datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this run has been deleted.')
  const messages = messagesOf(results, totals, inputs.options.errorDiagnosticsEnabled)
  const staged = totals.fileCount === 0 ? undefined : await stage(deps, { run, plan, table, results })
  const landing = { run, plan, table, results, totals, messages, staged }
  return {
    write: (tx) => land(tx, deps, landing),
    afterCommit: () => announce(deps, landing),
  }
}

function assertTolerable(totals: RunTotals, percent: number | undefined): void {
  if (!exceedsThreshold(totals, percent)) return
  const tolerated =
    percent === undefined
      ? 'none is tolerated (partialIngestionPercent is not set)'
      : `${percent} % are tolerated`
  const message = `${totals.rowsRejected} of ${totals.rowsRead} rows have errors, ${tolerated}. Nothing was ingested; the diagnostic files name the rows.`
  throw new RunFailedError('promotion', message)
}

interface Landing {
  readonly run: Run
  readonly plan: StoredRunPlan
  readonly table: LakeTablePointer
  readonly results: readonly SliceResult[]
  readonly totals: RunTotals
  readonly messages: readonly RunMessage[]
  readonly staged: { readonly metadataKey: string; readonly snapshotId: string } | undefined
}

function stage(
  deps: RunDependencies,
  { run, plan, table, results }: Pick<Landing, 'run' | 'plan' | 'table' | 'results'>,
): Promise<{ metadataKey: string; snapshotId: string }> {
  return stageAppend(deps.storage, table.metadataKey, {
    files: filesOf(results),
    summary: {
      'headwater.batch-id': run.batch_id ?? '',
      'headwater.run-id': run.id,
      'headwater.flow-id': run.flow_id,
    },
    fields: plan.evolved?.fields,
    nowMs: deps.now(),
  })
}

function filesOf(results: readonly SliceResult[]): DataFile[] {
  return results.flatMap(({ part }) =>
    part === undefined ? [] : [{ key: part.key, summary: fromStoredSummary(part.summary) }],
  )
}

/** The one transaction: pointer, ledger of commits, batch, watermark, run, and the flow's next run. */
async function land(tx: Tx, deps: RunDependencies, landing: Landing): Promise<void> {
  const { run, table, staged, results, totals, messages } = landing
  const locked = await lockActiveRun(tx, run.id, run.epoch)
  if (locked === undefined) return
  const nowMs = deps.now()
  if (staged !== undefined) await movePointer(tx, { run, table, staged, plan: landing.plan, nowMs })
  await completeBatch(tx, run.batch_id ?? '', {
    status: 'success',
    metrics: {
      outputRecordCount: totals.rowsWritten,
      failedRecordCount: totals.rowsRead - totals.rowsWritten,
      inputByteSize: totals.bytesRead,
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
    },
    errors: messages.map(({ code, message, recordCount }) => ({ code, description: message, recordCount })),
    files: filesOf(results).map(({ key, summary }) => ({
      key,
      rowCount: summary.rowCount,
      sizeBytes: summary.sizeBytes,
    })),
    nowMs,
  })
  await advanceWatermark(tx, run, nowMs)
  const facts = await factsOf(tx, deps, run)
  const proof = {
    ...proofOf(results, totals),
    ...(staged === undefined ? {} : { snapshotId: staged.snapshotId }),
  }
  await saveRun(tx, run.id, {
    state: 'success',
    completedAt: nowMs,
    documentPatch: { ...successDocument(facts, totals, messages, nowMs), proof },
    nowMs,
  })
  await startNextRun(tx, deps, run.flow_id)
}

interface PointerMove extends Pick<Landing, 'run' | 'table' | 'plan'> {
  readonly staged: NonNullable<Landing['staged']>
  readonly nowMs: number
}

/** Moves the table's pointer if it is still where we read it. @throws PointerMovedError */
async function movePointer(tx: Tx, { run, table, staged, plan, nowMs }: PointerMove): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('lake_table')
    .set({
      metadata_key: staged.metadataKey,
      version: sql`version + 1`,
      last_column_id: plan.evolved?.lastColumnId ?? table.lastColumnId,
    })
    .where('dataset_id', '=', table.datasetId)
    .where('metadata_key', '=', table.metadataKey)
    .executeTakeFirst()
  if (numUpdatedRows === 0n)
    throw new PointerMovedError(`the table of dataset ${table.datasetId} has moved on`)
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

/** For readers that find a table by its path; those that ask the catalogue see the commit already. */
async function announce(deps: RunDependencies, { run, staged, totals }: Landing): Promise<void> {
  deps.log.info(
    { runId: run.id, flowId: run.flow_id, rows: totals.rowsWritten, files: totals.fileCount },
    'run landed',
  )
  if (staged === undefined) return
  await publishHint(deps.storage, staged.metadataKey)
  await expireMetadataFiles(deps.storage, staged.metadataKey)
}

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExtractTask, SliceOutput, SliceProgress } from '#engine/task.ts'
import { newUuid } from '#kit/ids.ts'
import type { StepHandler, StepOutcome } from '#queue/step-queue.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { loadFlowPlanInputs } from '#services/flow-service/plan-inputs.ts'
import type { Run } from '#services/flow-service/run.ts'
import { findRun } from '#services/flow-service/run-store.ts'
import { copyStatement } from '#source/postgres/copy-statement.ts'
import type { Slice } from '#source/postgres/plan-slices.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun, lockActiveRun } from './end-run.ts'
import { isUnderWay } from './run-state.ts'
import {
  countPendingSlices,
  findPendingSlice,
  finishSlice,
  reportProgress,
  type SliceKey,
  type SliceResult,
  toStoredSummary,
} from './slice-ledger.ts'
import { RunFailedError, reasonToFail } from './step-failure.ts'
import { fromStored } from './stored-plan.ts'

const NOTHING: StepOutcome = Object.freeze({ write: async () => {} })

/**
 * `run.extract`: one slice becomes one verified part file in the lake, to which nothing refers yet. The
 * transaction that records the last slice of the epoch submits the commit.
 */
export function extractStep(deps: RunDependencies): StepHandler {
  return async ({ payload, attempt }, signal) => {
    const key = { runId: payload.runId, epoch: payload.epoch ?? -1, ordinal: payload.ordinal ?? -1 }
    const run = await findRun(deps.db, key.runId)
    if (run === undefined || !isUnderWay(run, key.epoch)) return NOTHING
    const slice = await findPendingSlice(deps.db, key)
    if (slice === undefined) return NOTHING
    try {
      const result = await extract(deps, { run, slice, key, attempt }, signal)
      return { write: (tx) => record(tx, deps, { key, attempt, result }) }
    } catch (error) {
      signal.throwIfAborted()
      const failure = reasonToFail(error, attempt)
      if (failure === undefined) throw error
      return { write: (tx) => failRun(tx, deps, key.runId, failure) }
    }
  }
}

interface SliceWork {
  readonly run: Run
  readonly slice: Slice
  readonly key: SliceKey
  readonly attempt: number
}

async function extract(deps: RunDependencies, work: SliceWork, signal: AbortSignal): Promise<SliceResult> {
  const folder = join(
    deps.spoolDir,
    `${work.key.runId}-${work.key.epoch}-${work.key.ordinal}-${work.attempt}`,
  )
  await mkdir(folder, { recursive: true })
  try {
    const task = await makeTask(deps, work, folder)
    const output = await deps.engine.extract(task, { signal, onProgress: throttledReport(deps, work.key) })
    assertProven(output)
    return await deliver(deps, work, task, output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeTask(deps: RunDependencies, work: SliceWork, folder: string): Promise<ExtractTask> {
  const { run, slice, key } = work
  const plan = fromStored(run.plan)
  const inputs = await loadFlowPlanInputs(deps, run.flow_id)
  return {
    source: inputs.target,
    snapshotId: plan.snapshotId,
    sql: copyStatement(slice, plan.columns, plan.where),
    columns: plan.columns,
    mapping: plan.mapping,
    fields: plan.fields,
    partPath: join(folder, 'part.parquet'),
    diagnosticsPath: join(folder, 'row-errors.json'),
    keyValues: { 'headwater.run-id': key.runId, 'headwater.slice': `${key.epoch}/${key.ordinal}` },
    nowMs: plan.nowMs,
  }
}

const REPORT_MS = 500

/** Progress goes to the ledger at most twice a second, one report at a time; a lost one costs nothing. */
function throttledReport(deps: RunDependencies, key: SliceKey): (progress: SliceProgress) => void {
  let lastMs = 0
  let isBusy = false
  return (progress) => {
    const nowMs = deps.now()
    if (isBusy || nowMs - lastMs < REPORT_MS) return
    lastMs = nowMs
    isBusy = true
    reportProgress(deps.db, key, progress)
      .catch((error: unknown) => deps.log.debug({ err: error }, 'progress was not recorded'))
      .finally(() => {
        isBusy = false
      })
  }
}

/** What was handed to the encoder and what DuckDB found in the file must be the same, field by field. */
function assertProven(output: SliceOutput): void {
  for (const { path, sent, landed } of output.proof) {
    const agrees =
      sent.digest === landed.digest &&
      sent.valueCount === landed.valueCount &&
      sent.nullCount === landed.nullCount
    if (agrees) continue
    const message =
      `The file does not hold what was written to field ${path}: ` +
      `${sent.valueCount} values with digest ${sent.digest} went in, ${landed.valueCount} with ${landed.digest} came out.`
    throw new RunFailedError('promotion', message, 'HW-DIGEST-MISMATCH')
  }
}

/** Moves the slice's files into the lake under names of this attempt alone. */
async function deliver(
  deps: RunDependencies,
  work: SliceWork,
  task: ExtractTask,
  output: SliceOutput,
): Promise<SliceResult> {
  const { run, key, attempt } = work
  const table = await lakeTableOf(deps.db, fromStored(run.plan).datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this run has been deleted.')
  const name = `${key.ordinal}-${attempt}-${newUuid()}`
  const result = {
    rowsRead: output.rowsRead,
    rowsWritten: output.rowsWritten,
    rowsRejected: output.rowsRejected,
    bytesRead: output.bytesRead,
    digests: output.proof.map(({ path, landed }) => ({ path, digest: landed })),
    warnings: output.warnings,
    rejectCounts: output.rejectCounts,
  }
  const part = await deliverPart(
    deps,
    `${table.location}/data/${run.id}/${key.epoch}/${name}.parquet`,
    task,
    output,
  )
  const diagnosticsKey = output.hasDiagnostics
    ? `${table.location}/diagnostics/${run.batch_id}/row_errors/conversion_errors_${key.ordinal}.json`
    : undefined
  if (diagnosticsKey !== undefined) await putDiagnostics(deps, diagnosticsKey, task.diagnosticsPath)
  return { ...result, part, diagnosticsKey }
}

async function deliverPart(
  deps: RunDependencies,
  key: string,
  task: ExtractTask,
  output: SliceOutput,
): Promise<SliceResult['part']> {
  if (output.part === undefined) return undefined
  await deps.storage.putFile(key, task.partPath)
  return { key, summary: toStoredSummary(output.part) }
}

/** The name is the slice's, so a second attempt finds the file of the first and replaces it. */
async function putDiagnostics(deps: RunDependencies, key: string, path: string): Promise<void> {
  await deps.storage.remove([key])
  await deps.storage.putFile(key, path)
}

async function record(
  tx: Parameters<StepOutcome['write']>[0],
  deps: RunDependencies,
  done: { readonly key: SliceKey; readonly attempt: number; readonly result: SliceResult },
): Promise<void> {
  const { key, attempt, result } = done
  // The row lock makes the last of the slices see that it is the last.
  const run = await lockActiveRun(tx, key.runId, key.epoch)
  if (run === undefined) return
  await finishSlice(tx, key, { attempt, result, nowMs: deps.now() })
  if ((await countPendingSlices(tx, key.runId, key.epoch)) > 0) return
  await deps.queue.submit(tx, 'run.commit', { v: 1, runId: key.runId, epoch: key.epoch })
}

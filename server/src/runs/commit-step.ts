import { findAppendFaults } from '#lake/iceberg/check-files.ts'
import type { DataFile } from '#lake/iceberg/data-file.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { NOTHING_TO_WRITE, type RunPayload, type StepHandler, type StepOutcome } from '#queue/step-queue.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import type { RunDependencies } from './dependencies.ts'
import { assertTypesStand, TypesAlteredError } from './drift/assert-types-stand.ts'
import { announce, type Landing, land } from './land-run.ts'
import { lockActiveRun } from './locks.ts'
import { PointerMovedError, type StagedCommit } from './move-pointer.ts'
import { recoverStep } from './recover-step.ts'
import type { RunMessage, RunTotals } from './run-document.ts'
import { RunFailedError } from './run-failed-error.ts'
import { isUnderWay } from './run-state.ts'
import { messagesOf, totalsOf } from './run-totals.ts'
import { fromStoredSummary, listSliceResults, type SliceResult } from './slice-ledger.ts'
import { startOver } from './start-over.ts'
import { fromStored, type StoredRunPlan } from './stored-plan.ts'
import { evolutionToCommit, TableEvolvedError } from './table-evolution.ts'
import { exceedsThreshold } from './threshold.ts'

/**
 * `run.commit`: checks the error threshold, writes the table's new metadata files and then, in one SQL
 * transaction, moves the pointer and ends batch and run. What was staged by an attempt that does not get that
 * far is an orphan.
 */
export function commitStep(deps: RunDependencies): StepHandler {
  const recover = recoverStep(deps, 'run.commit')
  return {
    run: async ({ payload }) => {
      const run = await findRun(deps.db, payload.runId)
      if (run === undefined || !isUnderWay(run, payload.epoch ?? -1)) return NOTHING_TO_WRITE
      return commit(deps, run)
    },
    recover: async (attempt, error) => {
      // Another commit was faster, which is no error: the next attempt stages on top of it.
      if (error instanceof PointerMovedError) return undefined
      if (error instanceof TableEvolvedError || error instanceof TypesAlteredError)
        return planAgain(deps, attempt.payload)
      return recover(attempt, error)
    },
  }
}

async function commit(deps: RunDependencies, run: Run): Promise<StepOutcome> {
  await assertFlowLives(deps, run)
  const plan = fromStored(run.plan)
  await assertTypesStand(deps, run, plan)
  const results = await listSliceResults(deps.db, run.id, run.epoch)
  const totals = totalsOf(results)
  const messages = messagesOf(results, totals, plan.hasDiagnostics)
  assertTolerable(plan, totals, messages)
  const table = await lakeTableOf(deps.db, plan.datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this run has been deleted.')
  const files = filesOf(results)
  const staged = files.length === 0 ? undefined : await stage(deps, { run, plan, table, files })
  const landing: Landing = { run, table, results, totals, messages, files, staged }
  let hasLanded = false
  return {
    write: async (tx) => {
      hasLanded = await land(tx, deps, landing)
    },
    afterCommit: async () => {
      if (hasLanded) await announce(deps, landing)
    },
  }
}

/** Whoever deletes a flow wants no more of its rows. */
async function assertFlowLives(deps: RunDependencies, run: Run): Promise<void> {
  const flow = await deps.db.selectFrom('flow').select('id').where('id', '=', run.flow_id).executeTakeFirst()
  if (flow === undefined) throw new RunFailedError('promotion', `The flow ${run.flow_id} has been deleted.`)
}

function assertTolerable(plan: StoredRunPlan, totals: RunTotals, details: readonly RunMessage[]): void {
  const { tolerancePercent, hasDiagnostics } = plan
  if (!exceedsThreshold(totals, tolerancePercent)) return
  const tolerated =
    tolerancePercent === undefined
      ? 'none is tolerated (partialIngestionPercent is not set)'
      : `${tolerancePercent} % are tolerated`
  const where = hasDiagnostics
    ? 'the diagnostic files name the rows'
    : 'turn errorDiagnosticsEnabled on to see the rows'
  const message = `${totals.rowsRejected} of ${totals.rowsRead} rows have errors, ${tolerated}. Nothing was ingested; ${where}.`
  throw new RunFailedError('promotion', message, { details })
}

function filesOf(results: readonly SliceResult[]): DataFile[] {
  return results.flatMap(({ part }) =>
    part === undefined ? [] : [{ key: part.key, summary: fromStoredSummary(part.summary) }],
  )
}

/** @throws TableEvolvedError */
async function stage(
  deps: RunDependencies,
  {
    run,
    plan,
    table,
    files,
  }: { run: Run; plan: StoredRunPlan; table: LakeTablePointer; files: readonly DataFile[] },
): Promise<StagedCommit> {
  const { fields } = await readTable(deps.storage, table.metadataKey)
  const evolution = plan.evolution && evolutionToCommit(fields, plan.evolution)
  const staged = await stageAppend(deps.storage, table.metadataKey, {
    files,
    summary: {
      'headwater.batch-id': run.batch_id ?? '',
      'headwater.run-id': run.id,
      'headwater.flow-id': run.flow_id,
    },
    fields: evolution?.after,
    nowMs: deps.now(),
  })
  await assertStaged(deps, staged.metadataKey, files)
  return { ...staged, lastColumnId: evolution?.lastColumnId ?? table.lastColumnId }
}

/**
 * The manifest that is about to become the table's is read again: each file of the run, once, as it was written.
 * @throws RunFailedError HW-MANIFEST-MISMATCH naming the first file
 */
async function assertStaged(
  { storage }: RunDependencies,
  metadataKey: string,
  files: readonly DataFile[],
): Promise<void> {
  const expected = files.map(({ key, summary }) => ({ ...summary, key }))
  const [first] = await findAppendFaults(storage, metadataKey, expected)
  if (first === undefined) return
  const message = `The table was left as it was: ${first.message}`
  throw new RunFailedError('promotion', message, { code: 'HW-MANIFEST-MISMATCH' })
}

/** What was extracted doesn't fit the table, or was not what it was taken for. */
function planAgain(deps: RunDependencies, { runId, epoch }: RunPayload): StepOutcome {
  return {
    write: async (tx) => {
      const run = await lockActiveRun(tx, runId, epoch)
      if (run !== undefined) await startOver(tx, deps, run)
    },
  }
}

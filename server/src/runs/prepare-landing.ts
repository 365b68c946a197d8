import { findAppendFaults } from '#lake/iceberg/check-files.ts'
import type { DataFile } from '#lake/iceberg/data-file.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { RunDependencies } from './dependencies.ts'
import { assertTypesStand } from './drift/assert-types-stand.ts'
import type { Landing } from './land-run.ts'
import type { StagedCommit } from './move-pointer.ts'
import type { RunMessage, RunTotals } from './run-document.ts'
import { RunFailedError } from './run-failed-error.ts'
import { messagesOf, totalsOf } from './run-totals.ts'
import { fromStoredSummary, type SliceResult } from './slice-ledger.ts'
import type { StoredRunPlan } from './stored-plan.ts'
import { evolutionToCommit, type TableEvolution } from './table-evolution.ts'
import { exceedsThreshold } from './threshold.ts'

/**
 * Everything of a commit that comes before its transaction: checks the error threshold and writes the table's new
 * metadata files, to which nothing refers yet.
 * @throws RunFailedError, TableEvolvedError, TypesAlteredError, SourceError
 */
export async function prepareLanding(
  deps: RunDependencies,
  { run, plan, results }: { run: Run; plan: StoredRunPlan; results: readonly SliceResult[] },
): Promise<Landing> {
  await assertFlowLives(deps, run)
  await assertTypesStand(deps, run, plan)
  const totals = totalsOf(results)
  const messages = messagesOf(results, totals, plan.hasDiagnostics)
  assertTolerable(plan, totals, messages)
  const table = await lakeTableOf(deps.db, plan.datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this run has been deleted.')
  const files = filesOf(results)
  const staged = files.length === 0 ? undefined : await stage(deps, { run, plan, table, files })
  return { run, table, results, totals, messages, files, staged }
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
  const evolution = plan.evolution && (await evolutionOf(deps, table, plan.evolution))
  const staged = await stageAppend(deps.storage, table.metadataKey, {
    files,
    summary: {
      'headwater.batch-id': run.batch_id ?? '',
      'headwater.run-id': run.id,
      'headwater.flow-id': run.flow_id,
    },
    fields: evolution?.after,
    retention: table.retention,
    nowMs: deps.now(),
  })
  await assertStaged(deps, staged.metadataKey, files)
  return { ...staged, lastColumnId: evolution?.lastColumnId ?? table.lastColumnId }
}

async function evolutionOf(
  { storage }: RunDependencies,
  { metadataKey }: LakeTablePointer,
  planned: TableEvolution,
): Promise<TableEvolution | undefined> {
  const { fields } = await readTable(storage, metadataKey)
  return evolutionToCommit(fields, planned)
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

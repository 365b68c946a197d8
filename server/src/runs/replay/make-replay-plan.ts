import { valueColumns } from '#engine/row-origin.ts'
import { identityMapping, planMapping, prunedFields } from '#mapping/plan-mapping.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { landingOf, problemsOf } from '#runs/make-plan.ts'
import { RunFailedError } from '#runs/run-failed-error.ts'
import { fromStored, type StoredRunPlan } from '#runs/stored-plan.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { toSourceColumn } from '#services/flow-service/flows/source-column.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { findHeldFiles } from './held-files.ts'
import { type HeldSlice, packHeld } from './held-slice.ts'

export interface ReplayPlan {
  readonly plan: StoredRunPlan
  readonly slices: readonly HeldSlice[]
}

/**
 * Decides how the rows that a run has set aside come in: by mapping, schema and policies of the flow as they are now,
 * from the values that the rows had when they were read. The source is not asked.
 * @throws RunFailedError
 */
export async function makeReplayPlan(
  deps: RunDependencies,
  inputs: FlowPlanInputs,
  replayedId: string,
): Promise<ReplayPlan> {
  const replayed = await findRun(deps.db, replayedId)
  const files = replayed && (await findHeldFiles(deps, replayed))
  if (replayed === undefined || files === undefined) throw goneError(replayedId)
  const table = await lakeTableOf(deps.db, inputs.datasetId)
  if (table === undefined) throw new RunFailedError('batch', 'The dataset of this flow has been deleted.')
  const held = heldColumns(replayed)
  const offered = held.map((column) => toSourceColumn({ ...column, nullable: true }))
  const { fields, rules, evolution, set } = await landingOf(deps, inputs, table)
  const entries = set?.entries ?? identityMapping(offered, fields)
  const policies = inputs.valuePolicies
  const { plan: mapping, problems } = planMapping({ entries, columns: offered, fields, rules, policies })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw withHeldColumns(problemsOf(errors, []), held)
  const { relation, verify } = fromStored(replayed.plan)
  const plan: StoredRunPlan = {
    relation,
    connectionId: inputs.connectionId,
    datasetId: inputs.datasetId,
    estimatedRows: rejectedCount(replayed),
    estimatedBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    snapshotId: '',
    nowMs: deps.now(),
    columns: usedFirst(held, mapping.usedColumns),
    mapping,
    fields: prunedFields(mapping, fields),
    evolution,
    hasDiagnostics: true,
    // What still fails is set aside again: nothing is lost by it, and nothing is new.
    tolerancePercent: 100,
    // Only PostgreSQL can prove by itself what it has, and it is not asked.
    verify: verify === 'source' ? 'digest' : verify,
    replay: { of: replayedId },
  }
  return { plan, slices: packHeld(files, deps.sliceTargetBytes) }
}

/** What the rows of the run's diagnostics consist of. */
function heldColumns(run: Run): WireColumn[] {
  const { columns, origin } = fromStored(run.plan)
  return valueColumns(columns, origin)
}

/** All of them, since what fails again must be as whole as before. */
function usedFirst(held: readonly WireColumn[], names: readonly string[]): WireColumn[] {
  const used = names.flatMap((name) => held.filter((column) => column.name === name))
  return [...used, ...held.filter(({ name }) => !names.includes(name))]
}

function rejectedCount({ document }: Run): number {
  const metrics = document['metrics'] as { readonly recordSummary?: { readonly failedRecordCount?: number } }
  return metrics.recordSummary?.failedRecordCount ?? 0
}

function goneError(runId: string): RunFailedError {
  return new RunFailedError(
    'copy',
    `The rows that the run ${runId} has set aside are gone: they are kept for 30 days. Run the flow over its window again.`,
    { code: 'HW-QUARANTINE-GONE' },
  )
}

function withHeldColumns(error: RunFailedError, held: readonly WireColumn[]): RunFailedError {
  const names = held.map(({ name }) => name).join(', ')
  return new RunFailedError(
    'promotion',
    `${error.message} The rows that were set aside hold the columns ${names}, and no others.`,
    { code: error.code },
  )
}

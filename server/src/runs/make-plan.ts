import type { MappingSetSummary } from '#http/neighbours.ts'
import type { MappingProblem } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping, prunedFields } from '#mapping/plan-mapping.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { toSourceColumn } from '#services/flow-service/flows/source-column.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import { withOrigin } from '#source/postgres/read/origin-columns.ts'
import type { HeldSnapshot } from '#source/postgres/read/snapshot.ts'
import { readSourceShape } from '#source/postgres/shape/read-source-shape.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { currentFields } from './current-fields.ts'
import type { RunDependencies } from './dependencies.ts'
import { explainMissing } from './drift/explain-missing.ts'
import type { DriftEntry } from './drift/judge-drift.ts'
import { findRemembered } from './drift/remembered-source.ts'
import { settleDrift } from './drift/settle-drift.ts'
import { fenceRun, type RunFence } from './fence/fence-run.ts'
import { fencedCondition } from './fence/fenced-condition.ts'
import { pinAndDescribe } from './pin-and-describe.ts'
import { RunFailedError } from './run-failed-error.ts'
import type { StoredRunPlan } from './stored-plan.ts'
import { windowCondition } from './window-condition.ts'

export interface PlanningFacts {
  readonly run: Run
  readonly inputs: FlowPlanInputs
  readonly snapshot: HeldSnapshot
}

/**
 * Decides what a run reads and where it lands, from the source as the snapshot shows it.
 * @throws RunFailedError, SourceError, RelationNotFoundError …: with what to do
 */
export async function makePlan(
  deps: RunDependencies,
  { run, inputs, snapshot }: PlanningFacts,
): Promise<{ plan: StoredRunPlan; shape: RelationShape }> {
  const remembered = await findRemembered(deps.db, inputs.flowId)
  const shape = await pinAndDescribe(snapshot, inputs.tableName).catch((error: unknown) =>
    explainMissing(snapshot.session, { error, inputs, remembered }),
  )
  const table = await lakeTableOf(deps.db, inputs.datasetId)
  if (table === undefined) throw new RunFailedError('batch', 'The dataset of this flow has been deleted.')
  const known = await landingOf(deps, inputs, table)
  const seen = await readSourceShape(snapshot.session, shape)
  const drift = await settleDrift(deps, { inputs, relation: shape, shape: seen, ...known }, remembered)
  const hasFollowed = drift.mappingVersion !== undefined
  const landing = hasFollowed ? await landingOf(deps, inputs, table, drift.mappingVersion) : known
  const { fields, rules, evolution, set } = landing
  const offered = selectColumns(shape, inputs.selectedColumns)
  const entries = set?.entries ?? identityMapping(offered.map(toSourceColumn), fields)
  const policies = inputs.valuePolicies
  const mapped = planMapping({ entries, columns: offered.map(toSourceColumn), fields, rules, policies })
  const errors = mapped.problems.filter((problem) => problem.severity === 'error')
  if (errors.length > 0) throw problemsOf(errors, drift.entries)
  const fenced = await fenceRun(deps.db, { run, inputs, snapshot, shape, remembered, nowMs: deps.now() })
  const plan: StoredRunPlan = {
    relation: shape.path,
    connectionId: inputs.connectionId,
    datasetId: inputs.datasetId,
    estimatedRows: Math.max(0, shape.estimatedRows ?? 0),
    estimatedBytes: shape.sizeBytes,
    snapshotId: snapshot.snapshotId,
    nowMs: snapshot.takenAtMs,
    where: conditionOf(run, inputs, shape, fenced.fence),
    takesTimeless: fenced.fence?.delivered?.hasTimeless,
    ...readingOf(wireColumnsOf(offered, mapped.plan.usedColumns), shape, inputs),
    mapping: mapped.plan,
    fields: prunedFields(mapped.plan, fields),
    evolution,
    hasDiagnostics: inputs.options.errorDiagnosticsEnabled,
    tolerancePercent: inputs.options.partialIngestionPercent,
    verify: inputs.options.verify ?? deps.verify,
    refusesRowSecurity: isOpen(shape),
    drift: drift.entries,
    source: {
      shape: seen,
      connectionId: inputs.connectionId,
      tableName: inputs.tableName,
      reads: mapped.plan.usedColumns,
      ...(set === undefined ? {} : { mapping: { id: set.id, version: set.version } }),
      fence: fenced.next,
    },
  }
  return { plan, shape }
}

/** The tables under a view may hide rows from it, and are to. */
function isOpen({ kind, isRowFiltered }: RelationShape): boolean {
  return !isRowFiltered && (kind === 'table' || kind === 'partitioned table')
}

/** The columns that the source connection picks, in the relation's order. */
function selectColumns(
  shape: RelationShape,
  selected: readonly string[] | undefined,
): RelationShape['columns'] {
  if (selected === undefined) return shape.columns
  const missing = selected.filter((name) => !shape.columns.some((column) => column.name === name))
  if (missing.length > 0) {
    throw new RunFailedError(
      'copy',
      `${shape.path} has no column ${missing.map((name) => `"${name}"`).join(', ')} any more.`,
    )
  }
  return shape.columns.filter((column) => selected.includes(column.name))
}

/** Where the rows go, and how they get there. */
export async function landingOf(
  deps: RunDependencies,
  inputs: FlowPlanInputs,
  table: LakeTablePointer,
  mappingVersion = inputs.mapping?.version,
) {
  const target = await currentFields(deps, inputs.scope, table)
  return { ...target, set: await mappingSetOf(deps, inputs, mappingVersion) }
}

/** `undefined` where every column goes to the field of its name. */
async function mappingSetOf(
  deps: RunDependencies,
  inputs: FlowPlanInputs,
  version: number | undefined,
): Promise<MappingSetSummary | undefined> {
  if (inputs.mapping === undefined) return undefined
  const set = await deps.findMappingSet(inputs.scope, inputs.mapping.id, version)
  if (set === undefined)
    throw new RunFailedError('promotion', `The mapping set ${inputs.mapping.id} has been deleted.`)
  return set
}

/** Mistakes of the mapping, as the run tells them. */
export function problemsOf(
  problems: readonly MappingProblem[],
  drift: readonly DriftEntry[],
): RunFailedError {
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => problem.message)
  const more = problems.length > MAX_SHOWN ? ` … and ${problems.length - MAX_SHOWN} more.` : ''
  return new RunFailedError('promotion', `The mapping does not fit: ${shown.join(' ')}${more}`, {
    code: 'MAPPER-3700-400',
    drift,
  })
}

const MAX_SHOWN = 10

/** The columns that the mapping reads. One that reads none, constants alone, still needs a value for each row. */
function wireColumnsOf(offered: readonly RelationColumn[], names: readonly string[]): WireColumn[] {
  const used = names.flatMap((name) => offered.filter((column) => column.name === name))
  const columns = used.length > 0 ? used : offered.slice(0, 1)
  if (columns.length === 0) throw new RunFailedError('copy', 'The relation has no column to read.')
  return columns.map(({ name, type }) => ({ name, type }))
}

/** What is read, and with diagnostics what names the rows besides. */
function readingOf(
  used: readonly WireColumn[],
  shape: RelationShape,
  { options }: FlowPlanInputs,
): Pick<StoredRunPlan, 'columns' | 'origin'> {
  if (!options.errorDiagnosticsEnabled) return { columns: used }
  const { columns, ...places } = withOrigin(used, shape)
  return { columns, origin: { relation: shape.path, ...places } }
}

/** Window and row filter as one condition. */
function conditionOf(
  run: Run,
  inputs: FlowPlanInputs,
  shape: RelationShape,
  fence: RunFence | undefined,
): string | undefined {
  const conditions = [windowOf(run, inputs, shape, fence), filterOf(inputs, shape)].filter(
    (text) => text !== undefined,
  )
  return conditions.length === 0 ? undefined : conditions.map((text) => `(${text})`).join(' and ')
}

function windowOf(
  run: Run,
  inputs: FlowPlanInputs,
  shape: RelationShape,
  fence: RunFence | undefined,
): string | undefined {
  if (inputs.deltaColumn === undefined) return undefined
  const { name } = inputs.deltaColumn
  const column = shape.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new RunFailedError('copy', `${shape.path} has no delta column "${name}".`)
  const window = { startMs: run.window_start ?? undefined, endMs: run.window_end ?? undefined }
  if (fence === undefined) return windowCondition(column, window, inputs.deltaColumn)
  return fencedCondition({ column, window, options: inputs.deltaColumn, ...fence })
}

function filterOf(inputs: FlowPlanInputs, shape: RelationShape): string | undefined {
  return inputs.filters === undefined ? undefined : compileRowFilter(inputs.filters, shape.columns).literalSql
}

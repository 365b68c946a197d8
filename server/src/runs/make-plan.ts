import type { LakeField } from '#columns/column-type.ts'
import type { Scope } from '#http/scope.ts'
import { readTable } from '#lake/iceberg/table.ts'
import type { MappingEntry, MappingProblem } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping, prunedFields } from '#mapping/plan-mapping.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { FlowPlanInputs } from '#services/flow-service/plan-inputs.ts'
import type { Run } from '#services/flow-service/run.ts'
import { describeRelation, type RelationShape } from '#source/postgres/describe-relation.ts'
import { compileRowFilter } from '#source/postgres/row-filter.ts'
import type { HeldSnapshot } from '#source/postgres/snapshot.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { evolveLakeFields } from '#typemap/xdm-types.ts'
import type { RunDependencies } from './dependencies.ts'
import { RunFailedError } from './step-failure.ts'
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
  const shape = await pinAndDescribe(snapshot, inputs.tableName)
  const table = await lakeTableOf(deps.db, inputs.datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this flow has been deleted.')
  const evolved = await currentFields(deps, inputs.scope, table)
  const offered = selectColumns(shape, inputs.selectedColumns)
  const entries = await entriesOf(deps, inputs, offered, evolved.fields)
  const mapped = planMapping({
    entries,
    columns: offered.map(({ name, type, nullable }) => ({ name, type: type.columnType, nullable })),
    fields: evolved.fields,
  })
  const errors = mapped.problems.filter((problem) => problem.severity === 'error')
  if (errors.length > 0) throw problemsOf(errors)
  const columns = mapped.plan.usedColumns.map((name) => wireColumnOf(offered, name))
  const plan: StoredRunPlan = {
    relation: shape.path,
    datasetId: inputs.datasetId,
    estimatedRows: Math.max(0, shape.estimatedRows ?? 0),
    estimatedBytes: shape.sizeBytes,
    snapshotId: snapshot.snapshotId,
    nowMs: snapshot.takenAtMs,
    where: conditionOf(run, inputs, shape),
    columns,
    mapping: mapped.plan,
    fields: prunedFields(mapped.plan, evolved.fields),
    evolved:
      evolved.addedPaths.length === 0 ? undefined : { fields: evolved.fields, lastColumnId: evolved.lastId },
  }
  return { plan, shape }
}

/**
 * The shape is read under the lock that keeps the relation in place: what was read before it may have been
 * rewritten while we waited for the lock.
 */
async function pinAndDescribe(snapshot: HeldSnapshot, path: string): Promise<RelationShape> {
  const { schema, name } = await describeRelation(snapshot.session, path)
  await snapshot.pinRelation(quoteQualified(schema, name))
  return describeRelation(snapshot.session, path)
}

/** The table's fields, with those that its schema has gained since. */
async function currentFields(
  deps: RunDependencies,
  scope: Scope,
  table: LakeTablePointer,
): Promise<ReturnType<typeof evolveLakeFields>> {
  const { fields } = await readTable(deps.storage, table.metadataKey)
  const dataset = await deps.db
    .selectFrom('dataset')
    .select('schema_id')
    .where('id', '=', table.datasetId)
    .executeTakeFirstOrThrow()
  const schema = await deps.findSchema(scope, dataset.schema_id)
  if (schema === undefined)
    throw new RunFailedError('promotion', `The schema ${dataset.schema_id} of the dataset has been deleted.`)
  return evolveLakeFields(fields, table.lastColumnId, schema.full)
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

async function entriesOf(
  deps: RunDependencies,
  inputs: FlowPlanInputs,
  columns: RelationShape['columns'],
  fields: readonly LakeField[],
): Promise<readonly MappingEntry[]> {
  if (inputs.mapping === undefined) {
    return identityMapping(
      columns.map(({ name, type, nullable }) => ({ name, type: type.columnType, nullable })),
      fields,
    )
  }
  const set = await deps.findMappingSet(inputs.scope, inputs.mapping.id, inputs.mapping.version)
  if (set === undefined)
    throw new RunFailedError('promotion', `The mapping set ${inputs.mapping.id} has been deleted.`)
  return set.entries
}

function problemsOf(problems: readonly MappingProblem[]): RunFailedError {
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => problem.message)
  const more = problems.length > MAX_SHOWN ? ` … and ${problems.length - MAX_SHOWN} more.` : ''
  return new RunFailedError(
    'promotion',
    `The mapping does not fit: ${shown.join(' ')}${more}`,
    'MAPPER-3700-400',
  )
}

const MAX_SHOWN = 10

function wireColumnOf(columns: RelationShape['columns'], name: string): WireColumn {
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new Error(`the mapping reads a column "${name}" that was not offered to it`)
  return { name: column.name, type: column.type }
}

/** Window and row filter as one condition. */
function conditionOf(run: Run, inputs: FlowPlanInputs, shape: RelationShape): string | undefined {
  const conditions = [windowOf(run, inputs, shape), filterOf(inputs, shape)].filter(
    (text) => text !== undefined,
  )
  return conditions.length === 0 ? undefined : conditions.map((text) => `(${text})`).join(' and ')
}

function windowOf(run: Run, inputs: FlowPlanInputs, shape: RelationShape): string | undefined {
  if (inputs.deltaColumn === undefined) return undefined
  const { name } = inputs.deltaColumn
  const column = shape.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new RunFailedError('copy', `${shape.path} has no delta column "${name}".`)
  return windowCondition(column, {
    startMs: run.window_start ?? undefined,
    endMs: run.window_end ?? undefined,
  })
}

function filterOf(inputs: FlowPlanInputs, shape: RelationShape): string | undefined {
  return inputs.filters === undefined ? undefined : compileRowFilter(inputs.filters, shape.columns).literalSql
}

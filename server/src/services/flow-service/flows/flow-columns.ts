import type { LakeField } from '#columns/column-type.ts'
import type { MappingSetEntry } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import type { FieldRules } from '#mapping/field-rules.ts'
import type { MappingProblem } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping } from '#mapping/plan-mapping.ts'
import { readValuePolicies } from '#services/flow-service/connected/value-policies.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import { DeltaColumnError, deltaOrderOf } from './delta-column.ts'
import { type DeltaColumn, selectedColumnsOf } from './flow-parts.ts'
import { toSourceColumn } from './source-column.ts'

/** What a flow wants of a table, and the table. */
export interface TableUse {
  readonly tableName: string
  readonly columns: readonly RelationColumn[]
  /** `params` of the source connection. */
  readonly params: JsonObject
  readonly deltaColumn: DeltaColumn | undefined
  /** Without a mapping set every column goes to the top-level field of its name. */
  readonly entries: readonly MappingSetEntry[] | undefined
  /** Of the dataset's table. */
  readonly fields: readonly LakeField[]
  /** Of the dataset's schema. */
  readonly rules?: FieldRules | undefined
}

/** Problems that one answer lists; the rest follows when these are solved. */
const SHOWN_PROBLEMS = 5

/**
 * Checks that a table has what a flow reads from it: the selected columns, those of the filter, the delta
 * column, and all that the mapping uses.
 *
 * @throws {FlowProblem} 1100 naming the column and the one that is spelled most like it
 * @throws RowFilterError
 */
export function assertColumns(use: TableUse): void {
  const selected = selectColumns(use)
  if (use.deltaColumn !== undefined) assertDeltaColumn(use, use.deltaColumn)
  if (use.params['filters'] !== undefined && use.params['filters'] !== null)
    compileRowFilter(use.params['filters'], use.columns)
  for (const name of Object.keys(readValuePolicies(use.params)?.columns ?? {}))
    if (!use.columns.some((column) => column.name === name)) throw noColumn(name, use.tableName, use.columns)
  const columns = selected.map(toSourceColumn)
  const entries = use.entries ?? identityMapping(columns, use.fields)
  if (entries.length === 0) throw nothingMapped(use)
  const { problems } = planMapping({ entries, columns, fields: use.fields, rules: use.rules })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw mappingProblem(errors, selected, use)
}

function nothingMapped({ entries, tableName }: TableUse): FlowProblem {
  if (entries !== undefined)
    return invalidRequest('The mapping set has no mappings. Add some to it.', 'transformations')
  const message = `No column of ${tableName} has the name of a field of the dataset. Add a Mapping to transformations.`
  return invalidRequest(message, 'transformations')
}

function selectColumns({ params, columns, tableName }: TableUse): readonly RelationColumn[] {
  const names = selectedColumnsOf(params)
  if (names === undefined) return columns
  return names.map((name) => {
    const column = columns.find((candidate) => candidate.name === name)
    if (column === undefined) throw noColumn(name, tableName, columns)
    return column
  })
}

/** The column has to tell time order, in the form and the zone that are said. @throws {FlowProblem} 1100 */
export function assertDeltaColumn(
  { columns, tableName }: Pick<TableUse, 'columns' | 'tableName'>,
  deltaColumn: DeltaColumn,
): void {
  const column = columns.find(({ name }) => name === deltaColumn.name)
  if (column === undefined) throw noColumn(deltaColumn.name, tableName, columns)
  try {
    deltaOrderOf(column, deltaColumn)
  } catch (error) {
    if (!(error instanceof DeltaColumnError)) throw error
    const remedy = error.member === 'name' ? suitableColumns(columns) : ''
    throw invalidRequest(`${error.message}${remedy}`, `deltaColumn.${error.member}`)
  }
}

function suitableColumns(columns: readonly RelationColumn[]): string {
  const times = columns.filter(({ type }) => /^(date|timestamp)/.test(type.columnType.kind))
  return times.length === 0 ? '' : ` Columns that can be used: ${times.map(({ name }) => name).join(', ')}.`
}

function noColumn(name: string, tableName: string, columns: readonly RelationColumn[]): FlowProblem {
  return invalidRequest(`The column ${name} does not exist in ${tableName}.${hint(name, columns)}`, name)
}

function hint(name: string, columns: readonly RelationColumn[]): string {
  const near = nearestName(
    name,
    columns.map((column) => column.name),
  )
  return near === undefined ? '' : ` Did you mean ${near}?`
}

function mappingProblem(
  errors: readonly MappingProblem[],
  selected: readonly RelationColumn[],
  use: TableUse,
): FlowProblem {
  const told = errors.slice(0, SHOWN_PROBLEMS).map((error) => tell(error, selected, use))
  const more = errors.length > told.length ? ` And ${errors.length - told.length} more.` : ''
  return new FlowProblem('1100-400', `The mapping does not fit ${use.tableName}: ${told.join(' ')}${more}`, {
    problems: told,
  })
}

function tell(
  { message, destination, source }: MappingProblem,
  selected: readonly RelationColumn[],
  use: TableUse,
): string {
  const place = source === undefined ? '' : ` (mapping of ${source} to ${destination})`
  const missing = /no column "(.+)"$/.exec(message)?.[1]
  const isUnselected = missing !== undefined && use.columns.some((column) => column.name === missing)
  const remedy = isUnselected
    ? ' The table has it; add it to params.columns of the source connection.'
    : missing === undefined
      ? ''
      : hint(missing, selected)
  return `${message}${place}.${remedy}`
}

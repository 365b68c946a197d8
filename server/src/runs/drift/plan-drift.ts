import { type LakeField, parseColumnType } from '#columns/column-type.ts'
import type { MappingSetSummary } from '#http/neighbours.ts'
import type { FieldRules } from '#mapping/field-rules.ts'
import type { SourceColumn } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping } from '#mapping/plan-mapping.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { toSourceColumn } from '#services/flow-service/flows/source-column.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { filterColumns } from '#source/postgres/filter/filter-columns.ts'
import { compareShapes } from '#source/postgres/shape/compare-shapes.ts'
import type { SourceShape } from '#source/postgres/shape/source-shape.ts'
import { driftFailure } from './drift-failure.ts'
import { type DriftEntry, judgeDrift } from './judge-drift.ts'
import type { RememberedSource } from './remembered-source.ts'
import { type SourceUse, sourceUse } from './source-use.ts'

/** What a run is about to do with its source. */
export interface DriftInputs {
  readonly inputs: FlowPlanInputs
  readonly set: MappingSetSummary | undefined
  readonly relation: RelationShape
  readonly shape: SourceShape
  readonly fields: readonly LakeField[]
  readonly rules: FieldRules | undefined
}

/**
 * What has changed since the last run that landed, and what becomes of it.
 * @throws RunFailedError when the run can't go on with it
 */
export function planDrift(given: DriftInputs, remembered: RememberedSource | undefined): DriftEntry[] {
  if (remembered === undefined || !isSameSource(remembered, given.inputs)) return []
  const changes = compareShapes(remembered.shape, given.shape)
  if (changes.length === 0) return []
  const entries = judgeDrift({
    changes,
    use: useOf(given, remembered),
    policy: given.inputs.driftPolicy,
    isAnswered: isAnswered(remembered, given.set),
  })
  const failure = driftFailure(entries)
  if (failure !== undefined) throw failure
  return entries
}

/** A source connection that was pointed elsewhere has another source, and that has not changed. */
export function isSameSource(
  { connectionId, tableName }: RememberedSource,
  inputs: Pick<FlowPlanInputs, 'connectionId' | 'tableName'>,
): boolean {
  return connectionId === inputs.connectionId && tableName === inputs.tableName
}

function isAnswered({ mapping }: RememberedSource, set: MappingSetSummary | undefined): boolean {
  return set !== undefined && (set.id !== mapping?.id || set.version !== mapping.version)
}

/** The mapping is asked what it reads as if all columns of before were still there, and of their types. */
function useOf({ inputs, set, relation, fields, rules }: DriftInputs, before: RememberedSource): SourceUse {
  const known = columnsOfBefore(before, set !== undefined)
  const names = new Set(known.map(({ name }) => name))
  const columns = [...known, ...relation.columns.filter(({ name }) => !names.has(name)).map(toSourceColumn)]
  const entries = set?.entries ?? identityMapping(columns, fields)
  const { plan } = planMapping({ entries, columns, fields, rules })
  const filtered = inputs.filters === undefined ? [] : filterColumns(inputs.filters)
  const delta = inputs.deltaColumn === undefined ? [] : [inputs.deltaColumn.name]
  return sourceUse(plan, {
    fixed: new Set([...delta, ...filtered]),
    selected: inputs.selectedColumns ?? [],
    hasMapping: set !== undefined,
  })
}

/** Without a mapping set, those alone that were read: the others had no field. */
function columnsOfBefore({ shape, reads }: RememberedSource, hasMapping: boolean): SourceColumn[] {
  return shape.columns
    .filter(({ name, isReadable }) => isReadable && (hasMapping || reads.includes(name)))
    .map(({ name, lakeType, parts }) => ({
      name,
      type: parseColumnType(lakeType) ?? { kind: 'string' },
      shape: parts,
    }))
}

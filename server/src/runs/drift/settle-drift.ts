import { type LakeField, parseColumnType } from '#columns/column-type.ts'
import type { MappingSetSummary } from '#http/neighbours.ts'
import type { FieldRules } from '#mapping/field-rules.ts'
import type { SourceColumn } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping } from '#mapping/plan-mapping.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { toSourceColumn } from '#services/flow-service/flows/source-column.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { filterColumns } from '#source/postgres/filter/filter-columns.ts'
import { compareShapes } from '#source/postgres/shape/compare-shapes.ts'
import type { SourceShape } from '#source/postgres/shape/source-shape.ts'
import { driftFailure } from './drift-failure.ts'
import { isPlainMapping, planFollow } from './follow-plan.ts'
import { followSource } from './follow-source.ts'
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

export interface SettledDrift {
  readonly entries: readonly DriftEntry[]
  /** Schema and mapping have followed: they are to be read again, the mapping set in this version. */
  readonly mappingVersion?: number | undefined
}

/**
 * What has changed since the last run that landed, and what becomes of it. Schema and mapping have followed where the
 * flow wants that.
 * @throws RunFailedError when the run can't go on with it
 */
export async function settleDrift(
  deps: RunDependencies,
  given: DriftInputs,
  remembered: RememberedSource | undefined,
): Promise<SettledDrift> {
  if (remembered === undefined || !isSameSource(remembered, given.inputs)) return { entries: [] }
  const changes = compareShapes(remembered.shape, given.shape)
  if (changes.length === 0) return { entries: [] }
  const { inputs, set, fields } = given
  const use = useOf(given, remembered)
  const judged = { changes, use, policy: inputs.driftPolicy, isAnswered: isAnswered(remembered, set) }
  if (judged.policy !== 'evolve') return { entries: goOn(judgeDrift(judged)) }
  if (set === undefined || !isPlainMapping(set))
    return { entries: goOn(judgeDrift({ ...judged, obstacle: NOT_PLAIN })) }
  const follows = planFollow(changes, { set, fields, use, isSelective: inputs.selectedColumns !== undefined })
  const entries = goOn(judgeDrift({ ...judged, follows }))
  if (follows.size === 0) return { entries }
  const steps = [...follows.values()]
  const mappingVersion = await followSource(deps, { inputs, set, relation: given.relation, steps })
  if (mappingVersion !== undefined) return { entries, mappingVersion }
  return { entries: goOn(judgeDrift({ ...judged, obstacle: NOT_OF_TABLE })) }
}

const NOT_PLAIN =
  'The mapping does more than to carry columns to fields, so that it can not follow by itself.'
const NOT_OF_TABLE =
  'The schema was not made of this table by POST /rpc/tableschema, so that it can not follow by itself.'

/** @throws RunFailedError when one of them stops the run */
function goOn(entries: DriftEntry[]): DriftEntry[] {
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

import { isColumnType, type LakeField } from '#columns/column-type.ts'
import type { FieldRules } from './field-rules.ts'
import type { MappingEntry, MappingPlan, MappingProblem, SourceColumn } from './mapping-plan.ts'
import { MappingPlanner } from './mapping-planner.ts'
import { formatPathStep } from './paths.ts'
import { readEntries } from './read-entries.ts'
import type { ValuePolicies } from './value-policy.ts'

/**
 * Checks a mapping set without knowing a source: every destination exists and is written once, every expression
 * can be read and speaks of known functions, every constant fits its field.
 */
export function checkMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly fields: readonly LakeField[]
}): MappingProblem[] {
  return readEntries(input.entries, input.fields).problems
}

/** What a mapping is planned for. */
export interface PlanInput {
  readonly entries: readonly MappingEntry[]
  readonly columns: readonly SourceColumn[]
  readonly fields: readonly LakeField[]
  /** What the schema wants of the rows; without them only what the table itself requires. */
  readonly rules?: FieldRules | undefined
  /** For values that PostgreSQL can hold and a field cannot. */
  readonly policies?: ValuePolicies | undefined
  /** A column that the source lacks is null in every row instead of an error. */
  readonly ignoresMissing?: boolean | undefined
}

/**
 * Plans a mapping for a source and a table. The plan may be carried out when no problem is an error; warnings
 * tell of fields that can only be null.
 */
export function planMapping(input: PlanInput): {
  readonly plan: MappingPlan
  readonly problems: MappingProblem[]
} {
  const { entries, problems } = readEntries(input.entries, input.fields)
  const planner = new MappingPlanner(input, entries, problems)
  planner.visitTable()
  return { plan: planner.plan(), problems }
}

/** Entries that carry every column to the field of the table's top level that has its name. */
export function identityMapping(
  columns: readonly SourceColumn[],
  fields: readonly LakeField[],
): MappingEntry[] {
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  return columns
    .filter(({ name, shape }) => {
      const type = types.get(name)
      return type && (isColumnType(type) || shape !== undefined)
    })
    .map(({ name }) => ({ sourceType: 'ATTRIBUTE', source: name, destination: formatPathStep(name) }))
}

/** The table's fields without those that the plan leaves out; a struct stays for the fields in it. */
export function prunedFields(plan: MappingPlan, fields: readonly LakeField[]): LakeField[] {
  const kept = new Set(plan.outputs.map((output) => output.leaf.id))
  return prune(fields, kept)
}

function prune(fields: readonly LakeField[], kept: ReadonlySet<number>): LakeField[] {
  return fields.flatMap((field) => {
    if (field.type.kind !== 'struct') return kept.has(field.id) ? [field] : []
    const inner = prune(field.type.fields, kept)
    return inner.length > 0 ? [{ ...field, type: { kind: 'struct', fields: inner } }] : []
  })
}

import { isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'
import { type FieldSource, NULL_NODE } from './bind-expression.ts'
import { compileExpression } from './compile-expression.ts'
import { compileMapping } from './compile-mapping.ts'
import type { Expression } from './expression.ts'
import type { FieldRules } from './field-rules.ts'
import type { MappingEntry } from './mapping-plan.ts'
import { planMapping } from './plan-mapping.ts'
import { valueReader } from './read-nested.ts'
import { isMap, parseJsonValue, toJson, type Value, type ValueMap } from './values.ts'

/** One record after a mapping, and what went wrong on the way. */
export interface MappingPreview {
  readonly data: Record<string, unknown>
  readonly errors: readonly PreviewError[]
}

export interface PreviewError {
  /** Absent where no mapping is to blame: a required object that is not there. */
  readonly entry?: MappingEntry | undefined
  readonly destination: string
  readonly message: string
}

/**
 * Maps one record of JSON by the very code that maps the rows of a run, so that people can try a mapping. `record`
 * is JSON text. What would set the row aside is among the errors; the data is there nevertheless.
 */
export function previewMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly record: string
  readonly fields: readonly LakeField[]
  readonly rules?: FieldRules | undefined
  readonly nowMs: number
}): MappingPreview {
  const { entries, fields, rules, nowMs } = input
  const parsed = parseJsonValue(input.record)
  const record = isMap(parsed) ? parsed : new Map<string, Value>()
  const columns = [...record.keys()].map((name) => ({ name, type: { kind: 'string' } as const }))
  const { plan, problems } = planMapping({ entries, columns, fields, rules, ignoresMissing: true })
  const readers = plan.usedColumns.map((name) => () => record.get(name) ?? null)
  const mapping = compileMapping(plan, { nowMs, readers, keepsRejected: true })
  const { columns: vectors, warnings, rejects } = mapping.apply({ rowCount: 1, columns: [] })
  const data: Record<string, unknown> = {}
  for (const [index, { leaf }] of plan.outputs.entries()) {
    const vector = vectors[index]
    const value = vector === undefined ? null : valueReader(leaf.type, vector)(0)
    if (value !== null) place(data, leaf.path, jsonOf(value, leaf.type))
  }
  const wrongEntries = problems.filter(({ severity, entry }) => severity === 'error' && entry !== undefined)
  const told = [
    ...wrongEntries.map(({ entry, destination, message }) => ({ entry, path: destination, message })),
    ...warnings,
    ...rejects.flatMap((reject) => reject.problems),
  ]
  return { data, errors: errorsOf(told, entries) }
}

interface Told {
  readonly entry?: number | undefined
  readonly path: string
  readonly message: string
}

/** In the order of the entries; what is told twice, as a warning and as the reason to set the row aside, counts once. */
function errorsOf(told: readonly Told[], entries: readonly MappingEntry[]): PreviewError[] {
  const distinct = new Map(told.map((each) => [`${each.entry} ${each.message}`, each]))
  return [...distinct.values()]
    .toSorted((a, b) => (a.entry ?? entries.length) - (b.entry ?? entries.length))
    .map(({ entry, path, message }) => ({
      entry: entry === undefined ? undefined : entries[entry],
      destination: path,
      message,
    }))
}

/** Attributes that are null are absent, in objects as in the row. */
function jsonOf(value: Value, type: LakeType): unknown {
  if (value === null || isColumnType(type)) return toJson(value)
  if (type.kind === 'list') return (value as readonly Value[]).map((item) => jsonOf(item, type.element))
  const entries = [...(value as ValueMap)]
  if (type.kind === 'map')
    return Object.fromEntries(entries.map(([key, item]) => [key, jsonOf(item, type.value)]))
  const types = new Map(type.fields.map((field) => [field.name, field.type]))
  const present = entries.filter(([, item]) => item !== null)
  return Object.fromEntries(
    present.map(([key, item]) => [key, jsonOf(item, types.get(key) ?? { kind: 'string' })]),
  )
}

/**
 * The value of an expression for one record. A field that the record lacks is null.
 * @throws EvaluationFailure when there is no value
 */
export function evaluateOnRecord(
  bind: (source: FieldSource) => Expression,
  record: ValueMap,
  nowMs: number,
): Value {
  const names: string[] = []
  const bound = bind({
    findColumn: (name) => (record.has(name) ? names.push(name) - 1 : undefined),
    missing: () => NULL_NODE,
  })
  const columns = names.map((name) => () => record.get(name) ?? null)
  return compileExpression(bound, { columns, context: { nowMs } }).evaluate(0)
}

function place(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    data[name] = value
    return
  }
  const inner = (data[name] ?? {}) as Record<string, unknown>
  place(inner, rest, value)
  data[name] = inner
}

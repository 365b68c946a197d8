import { isColumnType, type LakeField } from '#columns/column-type.ts'
import { bindExpression, bindPath, type FieldSource, NULL_NODE } from './bind-expression.ts'
import { checkExpression } from './check-expression.ts'
import { compileExpression } from './compile-expression.ts'
import { ConversionProblem, conversionMessage, convertValue } from './conversions.ts'
import { formatTimeOfDay } from './dates.ts'
import type { Expression } from './expression.ts'
import { type Destination, findDestination } from './find-destination.ts'
import type { MappingEntry } from './mapping-plan.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { memberOf } from './operators.ts'
import { parseExpression } from './parse-expression.ts'
import { formatPath } from './paths.ts'
import {
  EvaluationFailure,
  fail,
  isMap,
  parseJsonValue,
  toJson,
  typeNameOf,
  type Value,
  type ValueMap,
} from './values.ts'

/** One record after a mapping, and what went wrong on the way. */
export interface MappingPreview {
  readonly data: Record<string, unknown>
  readonly errors: readonly { readonly entry: MappingEntry; readonly message: string }[]
}

/**
 * Maps one record as a run would map a row, so that people can try a mapping. `record` is JSON text, or the values
 * of a row by their columns.
 */
export function previewMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly record: string | ValueMap
  readonly fields: readonly LakeField[]
  readonly nowMs: number
}): MappingPreview {
  const parsed = typeof input.record === 'string' ? parseJsonValue(input.record) : input.record
  const record = isMap(parsed) ? parsed : new Map<string, Value>()
  const data: Record<string, unknown> = {}
  const errors: { entry: MappingEntry; message: string }[] = []
  for (const entry of copiesFirst(input.entries)) {
    const report = (message: string) => errors.push({ entry, message })
    attempt(report, () => {
      const destination = findDestination(entry.destination, input.fields)
      if (typeof destination === 'string') return fail(destination)
      const value = entry.sourceType === 'STATIC' ? entry.source : evaluate(entry, record, input.nowMs)
      for (const leaf of leavesOf(destination)) {
        const names = leaf.path.slice(destination.path.length)
        attempt(report, () => place(data, leaf.path, convertLeaf(names.reduce(memberOf, value), leaf, entry)))
      }
    })
  }
  const order = new Map(input.entries.map((entry, index) => [entry, index]))
  return { data, errors: errors.sort((a, b) => (order.get(a.entry) ?? 0) - (order.get(b.entry) ?? 0)) }
}

/** Whatever is more specific comes later and takes the place of what was copied. */
function copiesFirst(entries: readonly MappingEntry[]): readonly MappingEntry[] {
  const depth = ({ destination }: MappingEntry) => destination.split('.').length
  return entries.toSorted((a, b) => depth(a) - depth(b))
}

function attempt(report: (message: string) => void, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof EvaluationFailure) && !(error instanceof MappingSyntaxError)) throw error
    report(error.message)
  }
}

/** The primitive fields at or below a destination; lists and maps can't be filled yet. */
function leavesOf({ path, field }: Destination): Destination[] {
  if (field.type.kind !== 'struct') return isColumnType(field.type) ? [{ path, field }] : []
  return field.type.fields.flatMap((inner) => leavesOf({ path: [...path, inner.name], field: inner }))
}

function evaluate(entry: MappingEntry, record: ValueMap, nowMs: number): Value {
  return evaluateOnRecord(readSource(entry), record, nowMs)
}

function convertLeaf(value: Value, { field, path }: Destination, { source }: MappingEntry): Value {
  if (!isColumnType(field.type)) return null
  const converted = convertValue(value, field.type, { inexactCount: 0 })
  if (!(converted instanceof ConversionProblem)) {
    return field.type.kind === 'time' && typeof converted === 'bigint'
      ? formatTimeOfDay(converted)
      : converted
  }
  const { reason } = converted
  const actual = typeNameOf(value)
  return fail(conversionMessage({ path: formatPath(path), source, expected: field.type, actual, reason }))
}

function readSource(entry: MappingEntry): (source: FieldSource) => Expression {
  if (entry.sourceType === 'ATTRIBUTE') return (source) => bindPath(entry.source, source)
  const expression = parseExpression(entry.source)
  const [problem] = checkExpression(expression)
  if (problem !== undefined) return fail(problem)
  return (source) => bindExpression(expression, source)
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

function place(data: Record<string, unknown>, path: readonly string[], value: Value): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    if (value === null) delete data[name]
    else data[name] = toJson(value)
    return
  }
  const inner = (data[name] ?? {}) as Record<string, unknown>
  place(inner, rest, value)
  if (Object.keys(inner).length > 0) data[name] = inner
  else delete data[name]
}

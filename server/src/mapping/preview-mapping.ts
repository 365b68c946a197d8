import { isColumnType, type LakeField } from '#columns/column-type.ts'
import { bindExpression, bindPath, NULL_NODE, type FieldSource } from './bind-expression.ts'
import { checkExpression } from './check-expression.ts'
import { compileExpression } from './compile-expression.ts'
import { ConversionProblem, conversionMessage, convertValue } from './conversions.ts'
import type { Expression } from './expression.ts'
import { findDestination } from './find-destination.ts'
import type { MappingEntry } from './mapping-plan.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { parseExpression } from './parse-expression.ts'
import { EvaluationFailure, fail, isMap, parseJsonValue, toJson, typeNameOf, type Value, type ValueMap } from './values.ts'

/** One record after a mapping, and what went wrong on the way. */
export interface MappingPreview {
  readonly data: Record<string, unknown>
  readonly errors: readonly { readonly entry: MappingEntry; readonly message: string }[]
}

/** Maps one record of JSON as a run would map a row, so that people can try a mapping. `record` is JSON text. */
export function previewMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly record: string
  readonly fields: readonly LakeField[]
  readonly nowMs: number
}): MappingPreview {
  const record = parseJsonValue(input.record)
  const data: Record<string, unknown> = {}
  const errors: { entry: MappingEntry; message: string }[] = []
  for (const entry of input.entries) {
    try {
      const destination = findDestination(entry.destination, input.fields)
      if (typeof destination === 'string') fail(destination)
      const value = previewEntry(entry, destination.field, isMap(record) ? record : new Map(), input.nowMs)
      if (value !== null) place(data, destination.path, toJson(value))
    } catch (error) {
      if (!(error instanceof EvaluationFailure) && !(error instanceof MappingSyntaxError)) throw error
      errors.push({ entry, message: error.message })
    }
  }
  return { data, errors }
}

function previewEntry(entry: MappingEntry, field: LakeField, record: ValueMap, nowMs: number): Value {
  const value = entry.sourceType === 'STATIC' ? entry.source : evaluateOnRecord(readSource(entry), record, nowMs)
  const { type } = field
  if (!isColumnType(type)) return value
  const converted = convertValue(value, type, { inexactCount: 0 })
  if (!(converted instanceof ConversionProblem)) return converted
  const { source, destination: path } = entry
  return fail(
    conversionMessage({ path, source, expected: type, actual: typeNameOf(value), reason: converted.reason }),
  )
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

function place(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let inner = data
  for (const name of path.slice(0, -1)) {
    const next = inner[name]
    if (typeof next !== 'object' || next === null) inner[name] = {}
    inner = inner[name] as Record<string, unknown>
  }
  const last = path.at(-1) ?? ''
  const known = inner[last]
  // A more specific mapping adds to the copy of an object, whichever comes first.
  inner[last] = isObject(known) && isObject(value) ? { ...value, ...known } : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

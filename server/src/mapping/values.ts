import type { ConversionProblem } from './conversion-problem.ts'
import { DateValue, formatDateValue } from './dates.ts'
import { Decimal, formatDecimal, numberToDecimal } from './decimal.ts'

/**
 * What an expression computes with. Integers are `bigint`, so that a long keeps all its digits; doubles are
 * `number`; objects are maps. `binary` columns appear as base64 text, `time` and `uuid` columns as text.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | DateValue
  | Decimal
  | readonly Value[]
  | ValueMap

export type ValueMap = ReadonlyMap<string, Value>

/**
 * Thrown when an expression has no value for a row: the attribute becomes null and the row goes on. No
 * `Error`, because it is thrown once a row in the worst case and a stack trace would cost more than the row.
 */
export class EvaluationFailure {
  readonly name = 'EvaluationFailure'
  readonly message: string
  /** There where the value exists and its place cannot hold it: the policy of the place decides. */
  readonly problem: ConversionProblem | undefined

  constructor(message: string, problem?: ConversionProblem) {
    this.message = message
    this.problem = problem
  }
}

/** Raises an {@link EvaluationFailure}. The message holds no data: it is shown for many rows at once. */
export function fail(message: string): never {
  throw new EvaluationFailure(message)
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map
}

export function isNumeric(value: Value): value is number | bigint | Decimal {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Decimal
}

/** The word by which messages name the type of a value; capital letters only, as clients parse it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'bigint') return 'INTEGER'
  if (typeof value === 'number') return 'DOUBLE'
  if (typeof value === 'string') return 'STRING'
  if (value instanceof Decimal) return 'DECIMAL'
  if (value instanceof DateValue) return value.isDateOnly ? 'DATE' : 'DATETIME'
  return isArray(value) ? 'ARRAY' : 'OBJECT'
}

/**
 * A scalar as text: digits without an exponent, `true`, ISO 8601. Null is the empty text, arrays and objects
 * fail: there is no one text for them.
 */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value === 'bigint' || typeof value === 'boolean') return value.toString()
  if (typeof value === 'number') return formatNumber(value)
  if (value instanceof Decimal) return formatDecimal(value)
  if (value instanceof DateValue) return formatDateValue(value)
  return fail(`${isArray(value) ? 'An array' : 'An object'} can't be used as text`)
}

/** The shortest digits that read back as the same double, without an exponent; `NaN`, `Infinity`. */
export function formatNumber(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return Object.is(value, -0) ? '-0' : text
  const decimal = numberToDecimal(value)
  return decimal ? formatDecimal(decimal) : text
}

/** The shortest digits that read back as the same 32-bit float: 0.1, not 0.10000000149011612. */
export function formatFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return formatNumber(candidate)
  }
  return formatNumber(value)
}

/** A value as JSON would carry it, big numbers and decimals with all their digits as text. */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : formatNumber(value)
  if (typeof value === 'bigint') {
    return BigInt.asIntN(53, value) === value ? Number(value) : value.toString()
  }
  if (isArray(value)) return value.map(toJson)
  if (isMap(value)) return Object.fromEntries([...value].map(([key, item]) => [key, toJson(item)]))
  return textOf(value)
}

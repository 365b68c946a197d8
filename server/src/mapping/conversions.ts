import type { ColumnType, LakeType } from '#columns/column-type.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { DateValue, floorDivide, MICROS_PER_DAY, parseTimeOfDay } from './dates.ts'
import {
  compareDecimals,
  Decimal,
  decimalToNumber,
  digitCount,
  numberToDecimal,
  parseDecimal,
  rescaleDecimal,
  truncateDecimal,
} from './decimal.ts'
import { parseDateAutomatically } from './parse-date.ts'
import { END_OF_DAY, temporalProblem } from './temporal-range.ts'
import { EvaluationFailure, textOf, typeNameOf, type Value } from './values.ts'

export const REQUIRED_CODE = 'INGEST-1555-400'
export const SPECIAL_NUMBER_CODE = 'HW-NUMERIC-SPECIAL'
export const INEXACT_CODE = 'HW-NUMERIC-INEXACT'

const NO_DECIMAL = 'NaN and infinity are no decimal numbers'

/** NaN, of which there is no nearest number. */
export const NOT_A_NUMBER = new ConversionProblem(NO_DECIMAL, SPECIAL_NUMBER_CODE, {})

/** An infinity of a decimal: the largest number with its digits is the nearest. */
function infiniteNumber(isNegative: boolean, precision: number, scale: number): ConversionProblem {
  const largest = 10n ** BigInt(precision) - 1n
  const clamped = new Decimal(isNegative ? -largest : largest, scale)
  return new ConversionProblem(NO_DECIMAL, SPECIAL_NUMBER_CODE, { clamped })
}

/** Counts what was converted with a loss that the rules allow: digits that a float or double can't hold. */
export interface ConversionTally {
  inexactCount: number
}

/**
 * Converts a value to a column's type by the rules of the mapping, which are stricter than a database's casts.
 * The result is in the form in which the type is written: `bigint` for int and long, `DateValue` for dates
 * and timestamps, `Decimal` with the scale of the column, microseconds as `bigint` for time, text otherwise.
 */
export function convertValue(
  value: Value,
  type: ColumnType,
  tally: ConversionTally,
): Value | ConversionProblem {
  if (value === null) return null
  if (type.kind === 'string') return toText(value)
  // No bytes are a value, and Base64 says them so.
  if (value === '' && type.kind !== 'binary') return null
  switch (type.kind) {
    case 'boolean':
      return toBoolean(value)
    case 'int':
      return toInteger(value, 32)
    case 'long':
      return toInteger(value, 64)
    case 'float':
      return toFloat(value, tally)
    case 'double':
      return toDouble(value, tally)
    case 'decimal':
      return toDecimal(value, type.precision, type.scale)
    case 'date':
      return toDate(value)
    case 'timestamp':
    case 'timestamptz':
      return toMoment(value)
    case 'time':
      return toTime(value)
    case 'binary':
      return toBinary(value)
    case 'uuid':
      return toUuid(value)
  }
}

function noConversion(value: Value, target: string): ConversionProblem {
  return new ConversionProblem(`${typeNameOf(value)} does not become ${target}`)
}

function toText(value: Value): Value | ConversionProblem {
  try {
    return textOf(value)
  } catch (error) {
    if (error instanceof EvaluationFailure) return new ConversionProblem(error.message)
    throw error
  }
}

const TRUE_TEXTS: ReadonlySet<string> = new Set(['y', 'yes', 'Y', 'YES', 'on', 'ON', 'true', 'TRUE'])
const FALSE_TEXTS: ReadonlySet<string> = new Set(['n', 'N', 'no', 'NO', 'off', 'OFF', 'false', 'FALSE'])

function toBoolean(value: Value): Value | ConversionProblem {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return noConversion(value, 'a boolean')
  if (TRUE_TEXTS.has(value)) return true
  return FALSE_TEXTS.has(value) ? false : new ConversionProblem('The text is no boolean')
}

function toInteger(value: Value, bits: number): Value | ConversionProblem {
  const integer = wholeNumberOf(value)
  if (typeof integer !== 'bigint') return integer
  return BigInt.asIntN(bits, integer) === integer
    ? integer
    : new ConversionProblem('The number is out of range')
}

function wholeNumberOf(value: Value): bigint | ConversionProblem {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') {
    const text = value.trim()
    return /^[+-]?\d+$/.test(text)
      ? BigInt(text.replace('+', ''))
      : new ConversionProblem('The text is no whole number')
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? BigInt(value) : new ConversionProblem('The number is not whole')
  }
  if (!(value instanceof Decimal)) return noConversion(value, 'a whole number')
  const whole = rescaleDecimal(value, 0)
  return whole ? truncateDecimal(whole) : new ConversionProblem('The number is not whole')
}

/** A double, or the problem why there is none. `exact` is what it stands for, where that may differ. */
function toDouble(value: Value, tally: ConversionTally): Value | ConversionProblem {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (Number.isFinite(number) && BigInt(number) !== value) tally.inexactCount++
    return Number.isFinite(number) ? number : new ConversionProblem('The number is out of range')
  }
  if (value instanceof Decimal) return nearestDouble(value, tally)
  if (typeof value !== 'string') return noConversion(value, 'a number')
  const special = SPECIAL_NUMBERS.get(value)
  if (special !== undefined) return special
  const decimal = parseDecimal(value.trim())
  return decimal ? nearestDouble(decimal, tally) : new ConversionProblem('The text is no number')
}

/** Exact in the sense of digits: the double must print as the same decimal number. */
function nearestDouble(value: Decimal, tally: ConversionTally): number | ConversionProblem {
  const number = decimalToNumber(value)
  if (!Number.isFinite(number)) return new ConversionProblem('The number is out of range')
  if (!printsAs(number, value)) tally.inexactCount++
  return number
}

/** True when the shortest text of a double is that decimal number. */
export function printsAs(number: number, exact: Decimal): boolean {
  const printed = numberToDecimal(number)
  return printed !== undefined && compareDecimals(printed, exact) === 0
}

function toFloat(value: Value, tally: ConversionTally): Value | ConversionProblem {
  const before = tally.inexactCount
  const number = toDouble(value, tally)
  if (typeof number !== 'number') return number
  const float = Math.fround(number)
  if (!Number.isFinite(float) && Number.isFinite(number))
    return new ConversionProblem('The number is out of range')
  if (float !== number && !Number.isNaN(number) && tally.inexactCount === before) tally.inexactCount++
  return float
}

function toDecimal(value: Value, precision: number, scale: number): Value | ConversionProblem {
  const special = specialNumberOf(value)
  if (special !== undefined)
    return Number.isNaN(special) ? NOT_A_NUMBER : infiniteNumber(special < 0, precision, scale)
  const exact = exactDecimalOf(value)
  if (!(exact instanceof Decimal)) return exact
  const scaled = rescaleDecimal(exact, scale)
  if (!scaled) return new ConversionProblem(`The number has more than ${scale} digits after the point`)
  if (digitCount(scaled.unscaled) <= precision) return scaled
  return new ConversionProblem(`The number has more than ${precision - scale} digits before the point`)
}

/** NaN and the infinities, also as PostgreSQL prints those of numeric. */
function specialNumberOf(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : value
  return typeof value === 'string' ? SPECIAL_NUMBERS.get(value) : undefined
}

const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

function exactDecimalOf(value: Value): Decimal | ConversionProblem {
  if (value instanceof Decimal) return value
  if (typeof value === 'bigint') return new Decimal(value, 0)
  if (typeof value === 'number') return numberToDecimal(value) ?? NOT_A_NUMBER
  if (typeof value !== 'string') return noConversion(value, 'a decimal number')
  return parseDecimal(value.trim()) ?? new ConversionProblem('The text is no number')
}

function momentOf(value: Value): DateValue | ConversionProblem {
  const date = typeof value === 'string' ? parseDateAutomatically(value.trim()) : value
  if (date === undefined) return new ConversionProblem('The text is in no known date format')
  if (!(date instanceof DateValue)) return noConversion(value, 'a date')
  const problem = temporalProblem(date)
  if (problem !== undefined) return problem
  return BigInt.asIntN(64, date.micros) === date.micros
    ? date
    : new ConversionProblem('The date is out of range')
}

function toMoment(value: Value): Value | ConversionProblem {
  return momentOf(value)
}

/** The day in UTC. Days reach further than moments of 64 bits do. */
function toDate(value: Value): Value | ConversionProblem {
  if (value instanceof DateValue && value.isDateOnly) return temporalProblem(value) ?? value
  const moment = momentOf(value)
  if (!(moment instanceof DateValue)) return moment
  return new DateValue(floorDivide(moment.micros, MICROS_PER_DAY) * MICROS_PER_DAY, true)
}

function toTime(value: Value): Value | ConversionProblem {
  if (typeof value !== 'string') return noConversion(value, 'a time of day')
  const micros = parseTimeOfDay(value.trim())
  if (micros === MICROS_PER_DAY) return END_OF_DAY
  return micros ?? new ConversionProblem('The text is no time of day')
}

/** Expressions see binary data as Base64. */
function toBinary(value: Value): Value | ConversionProblem {
  if (typeof value !== 'string') return noConversion(value, 'binary data')
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
  return isBase64 ? value : new ConversionProblem('The text is not Base64')
}

function toUuid(value: Value): Value | ConversionProblem {
  if (typeof value !== 'string') return noConversion(value, 'a UUID')
  const text = value.trim().toLowerCase()
  const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
  return isUuid ? text : new ConversionProblem('The text is no UUID')
}

const TYPE_NAMES: Readonly<Record<LakeType['kind'], string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'LONG',
  float: 'FLOAT',
  double: 'DOUBLE',
  decimal: 'DECIMAL',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'DATETIME',
  timestamptz: 'DATETIME',
  string: 'STRING',
  binary: 'BINARY',
  uuid: 'UUID',
  struct: 'OBJECT',
  list: 'ARRAY',
  map: 'MAP',
}

/** The word for a column's type in messages; capital letters only, as clients parse it. */
export function typeNameOfColumn(type: LakeType): string {
  return TYPE_NAMES[type.kind]
}

/** The message of a value that could not be written, in the words that clients of the platform parse. */
export function conversionMessage(options: {
  readonly path: string
  readonly source: string
  readonly expected: LakeType
  readonly actual: string
  readonly reason: string
}): string {
  const { path, source, expected, actual, reason } = options
  return (
    `Failed to write the value for destination path ${path}. ` +
    `The expected data type was: ${typeNameOfColumn(expected)}, actual data type was: ${actual}. ` +
    `${reason}. sourceField: ${source} destinationField: ${path}`
  )
}

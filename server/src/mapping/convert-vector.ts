import type { ColumnType } from '#columns/column-type.ts'
import {
  createVector,
  type Float32Vector,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type Vector,
} from '#columns/vector.ts'
import type { ConversionProblem } from './conversion-problem.ts'
import { printsAs } from './conversions.ts'
import { DateValue, MICROS_PER_DAY } from './dates.ts'
import { Decimal, decimalToNumber } from './decimal.ts'
import type { ColumnConversion } from './mapping-plan.ts'
import { bigWords, createColumnReader, dayOf } from './read-vector.ts'
import { MAX_DAY, MIN_DAY, temporalProblem } from './temporal-range.ts'
import type { Value } from './values.ts'

/** What a conversion of a whole vector has to say about single rows. */
export interface RowLog {
  /** What takes its place; `undefined` when the row is set aside. */
  settle(row: number, problem: ConversionProblem): Value | undefined
  inexact(row: number): void
}

/** One of the conversions that work on whole vectors: no object, string or BigInt per value in the common case. */
export type ConvertVector = (input: Vector, rowCount: number, log: RowLog) => Vector

/** The conversion of a plan; `undefined` for `none` and `value`. `from` is the type of the column. */
export function vectorConversion(conversion: ColumnConversion, from: ColumnType): ConvertVector | undefined {
  switch (conversion) {
    case 'int-to-long':
      return (input, rowCount) => intToLong(input as Int32Vector, rowCount)
    case 'int-to-double':
    case 'float-to-double':
      return (input, rowCount) => toDouble(input as Int32Vector | Float32Vector, rowCount)
    case 'long-to-double':
      return (input, rowCount, log) => longToDouble(input as Int64Vector, rowCount, log)
    case 'decimal-to-double':
      return (input, rowCount, log) => decimalToDouble(input, rowCount, from, log)
    case 'date-to-timestamp':
      return (input, rowCount, log) => dateToTimestamp(input as Int32Vector, rowCount, log)
    case 'none':
    case 'value':
      return undefined
  }
}

function createLike(input: Vector, rowCount: number, kind: 'int64'): Int64Vector
function createLike(input: Vector, rowCount: number, kind: 'float64'): Float64Vector
function createLike(input: Vector, rowCount: number, kind: 'int64' | 'float64'): Vector {
  const output = createVector(kind, rowCount)
  output.validity.set(input.validity.subarray(0, rowCount))
  output.nullCount = input.nullCount
  return output
}

function intToLong(input: Int32Vector, rowCount: number): Vector {
  const output = createLike(input, rowCount, 'int64')
  const { words } = output
  const { values } = input
  for (let row = 0; row < rowCount; row++) {
    const value = values[row] as number
    words[2 * row] = value
    words[2 * row + 1] = value >> 31
  }
  return output
}

function toDouble(input: Int32Vector | Float32Vector, rowCount: number): Vector {
  const output = createLike(input, rowCount, 'float64')
  output.values.set(input.values.subarray(0, rowCount))
  return output
}

const TWO_32 = 4_294_967_296
/** High words between these belong to numbers of up to 53 bits, which a double holds exactly. */
const SAFE_HIGH = 0x200000

function longToDouble(input: Int64Vector, rowCount: number, log: RowLog): Vector {
  const output = createLike(input, rowCount, 'float64')
  const { words, validity } = input
  for (let row = 0; row < rowCount; row++) {
    const high = words[2 * row + 1] as number
    const value = high * TWO_32 + ((words[2 * row] as number) >>> 0)
    output.values[row] = value
    const isSafe = high >= -SAFE_HIGH && high < SAFE_HIGH
    if (!isSafe && validity[row] === 1) output.values[row] = roundedLong(words, row, log)
  }
  return output
}

function roundedLong(words: Int32Array, row: number, log: RowLog): number {
  const high = BigInt(words[2 * row + 1] as number)
  const exact = (high << 32n) | BigInt((words[2 * row] as number) >>> 0)
  const value = Number(exact)
  if (BigInt(value) !== exact) log.inexact(row)
  return value
}

/** Every number of up to 15 digits prints as itself when it is a double. */
const SAFE_UNSCALED_HIGH = Math.floor(1e15 / TWO_32) - 1
/** Powers of ten up to here are exact doubles, so that the quotient is the nearest double. */
const MAX_EXACT_SCALE = 22

function decimalToDouble(input: Vector, rowCount: number, from: ColumnType, log: RowLog): Vector {
  const output = createLike(input, rowCount, 'float64')
  const scale = from.kind === 'decimal' ? from.scale : 0
  const divisor = 10 ** scale
  const reader = createColumnReader(from)
  reader.bind(input)
  const isFast = input.kind === 'int64' && scale <= MAX_EXACT_SCALE
  for (let row = 0; row < rowCount; row++) {
    if (input.validity[row] !== 1) continue
    const high = isFast ? (input.words[2 * row + 1] as number) : SAFE_HIGH
    if (isFast && high >= -SAFE_UNSCALED_HIGH && high < SAFE_UNSCALED_HIGH) {
      output.values[row] = (high * TWO_32 + ((input.words[2 * row] as number) >>> 0)) / divisor
    } else output.values[row] = roundedDecimal(reader.read(row), row, log)
  }
  return output
}

/** NaN comes as a double already. */
function roundedDecimal(value: unknown, row: number, log: RowLog): number {
  if (!(value instanceof Decimal)) return Number.NaN
  const number = decimalToNumber(value)
  if (!printsAs(number, value)) log.inexact(row)
  return number
}

const MICROS_PER_DAY_NUMBER = Number(MICROS_PER_DAY)
/** Days whose microseconds a double holds exactly, into the year 2255. */
const SAFE_DAYS = Math.floor(Number.MAX_SAFE_INTEGER / MICROS_PER_DAY_NUMBER)

function dateToTimestamp(input: Int32Vector, rowCount: number, log: RowLog): Vector {
  const output = createLike(input, rowCount, 'int64')
  const { words } = output
  const wide = bigWords(words)
  for (let row = 0; row < rowCount; row++) {
    if (input.validity[row] !== 1) continue
    const days = input.values[row] as number
    if (days >= -SAFE_DAYS && days <= SAFE_DAYS) {
      const micros = days * MICROS_PER_DAY_NUMBER
      const high = Math.floor(micros / TWO_32)
      words[2 * row] = (micros - high * TWO_32) | 0
      words[2 * row + 1] = high
    } else if (days >= MIN_DAY && days <= MAX_DAY) wide[row] = BigInt(days) * MICROS_PER_DAY
    else writeFarDay(output, row, farMoment(days, row, log))
  }
  return output
}

/** Days reach further than moments of 64 bits do. */
function farMoment(days: number, row: number, log: RowLog): bigint | undefined {
  const problem = temporalProblem(new DateValue(dayOf(days).micros))
  const settled = problem && log.settle(row, problem)
  if (!(settled instanceof DateValue)) return undefined
  return BigInt.asIntN(64, settled.micros) === settled.micros ? settled.micros : undefined
}

function writeFarDay(output: Int64Vector, row: number, micros: bigint | undefined): void {
  if (micros !== undefined) {
    bigWords(output.words)[row] = micros
    return
  }
  output.validity[row] = 0
  output.nullCount++
}

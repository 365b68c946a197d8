import type { Vector } from '#columns/vector.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import { decodeNumeric64, decodeNumeric128 } from './numeric-decoder.ts'
import { decodeNumericText, decodeUuidText } from './text-decoder.ts'
import { WireFormatError } from './wire-format-error.ts'

/** The rows of one column that are decoded in one go. One object lives as long as its decoder. */
export interface ColumnSpan {
  view: DataView
  heap: Uint8Array
  /** Where each value starts in the heap; 0 is NULL (a value can't start there, a message does). */
  readonly starts: Int32Array
  /** Index in `starts` of the column's row 0. */
  base: number
  from: number
  to: number
  /** The next free byte for formatted text. */
  textFill: number
}

/** Decodes the rows of a span into its vector and counts NULLs. Chosen once per column, no call per value. */
export type ColumnDecoder = (span: ColumnSpan, vector: Vector) => void

export function createColumnDecoder(type: PostgresColumnType): ColumnDecoder {
  switch (type.decoder) {
    case 'numeric64':
      return decodeNumeric64(scaleOf(type))
    case 'numeric128':
      return decodeNumeric128(scaleOf(type))
    default:
      return DECODERS[type.decoder]
  }
}

function scaleOf(type: PostgresColumnType): number {
  if (type.columnType.kind !== 'decimal') throw new WireFormatError(`${type.typeName} has no scale`)
  return type.columnType.scale
}

/** Days from 1970-01-01 to 2000-01-01, PostgreSQL's day 0. */
const EPOCH_DAYS = 10_957
/** The same in microseconds, as two words. */
const EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000
const EPOCH_HIGH = Math.floor(EPOCH_MICROS / 2 ** 32)
const EPOCH_LOW = EPOCH_MICROS % 2 ** 32
const MAX_INT32 = 0x7fffffff
const MIN_INT32 = -0x80000000

/** A value's length lies before its start. Differences are collected and judged once per span. */
function assertWidths(difference: number): void {
  if (difference !== 0) throw new WireFormatError('a value has not the width of its type')
}

function decodeBool(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'bool') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 1
    values[row] = view.getUint8(start)
  }
  assertWidths(difference)
}

function decodeInt2(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'int32') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 2
    values[row] = view.getInt16(start)
  }
  assertWidths(difference)
}

function decodeInt4(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'int32') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 4
    values[row] = view.getInt32(start)
  }
  assertWidths(difference)
}

function decodeDate(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'int32') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 4
    const days = view.getInt32(start)
    // The extremes are -infinity and infinity, and stay what they are.
    values[row] = days === MAX_INT32 || days === MIN_INT32 ? days : days + EPOCH_DAYS
  }
  assertWidths(difference)
}

function decodeInt8(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'int64') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { words, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 8
    words[2 * row] = view.getInt32(start + 4)
    words[2 * row + 1] = view.getInt32(start)
  }
  assertWidths(difference)
}

/**
 * Microseconds since 2000 become microseconds since 1970. The extremes are -infinity and infinity and stay;
 * the last 48 years of PostgreSQL's range (from 294247 on) don't fit any more and become infinity, too.
 */
function decodeTimestamp(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'int64') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { words, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 8
    const high = view.getInt32(start)
    const low = view.getUint32(start + 4) + EPOCH_LOW
    const sum = high + EPOCH_HIGH + (low >= 2 ** 32 ? 1 : 0)
    if (sum > MAX_INT32) {
      words[2 * row] = -1
      words[2 * row + 1] = MAX_INT32
    } else if (high === MIN_INT32 && low === EPOCH_LOW) {
      words[2 * row] = 0
      words[2 * row + 1] = MIN_INT32
    } else {
      words[2 * row] = low | 0
      words[2 * row + 1] = sum
    }
  }
  assertWidths(difference)
}

function decodeFloat4(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'float32') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 4
    values[row] = view.getFloat32(start)
  }
  assertWidths(difference)
}

function decodeFloat8(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'float64') throw mismatch(vector)
  const { view, starts, base, from, to } = span
  const { values, validity } = vector
  let difference = 0
  for (let row = from; row < to; row++) {
    const start = starts[base + row] as number
    validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    difference |= view.getInt32(start - 4) ^ 8
    values[row] = view.getFloat64(start)
  }
  assertWidths(difference)
}

/** Values stay where they are; `skip` is 1 for jsonb, whose first byte is the version of the format. */
function referTo(skip: number): ColumnDecoder {
  return (span, vector) => {
    if (vector.kind !== 'bytes') throw mismatch(vector)
    const { view, starts, base, from, to } = span
    const { offsets, lengths, validity } = vector
    for (let row = from; row < to; row++) {
      const start = starts[base + row] as number
      validity[row] = start === 0 ? 0 : 1
      if (start === 0) {
        vector.nullCount++
        continue
      }
      offsets[row] = start + skip
      lengths[row] = view.getInt32(start - 4) - skip
    }
  }
}

function mismatch(vector: Vector): WireFormatError {
  return new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
}

const DECODERS: Readonly<
  Record<Exclude<PostgresColumnType['decoder'], 'numeric64' | 'numeric128'>, ColumnDecoder>
> = {
  bool: decodeBool,
  int2: decodeInt2,
  int4: decodeInt4,
  int8: decodeInt8,
  float4: decodeFloat4,
  float8: decodeFloat8,
  date: decodeDate,
  timestamp: decodeTimestamp,
  bytes: referTo(0),
  jsonb: referTo(1),
  uuidText: decodeUuidText,
  numericText: decodeNumericText,
}

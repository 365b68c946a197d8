import { isUtf8 } from 'node:buffer'
import type { ColumnType } from '#columns/column-type.ts'
import type { BytesVector, Vector } from '#columns/vector.ts'
import { NO_UTF8 } from './conversion-problem.ts'
import {
  DateValue,
  formatTimeOfDay,
  INFINITY_MICROS,
  MICROS_PER_DAY,
  MINUS_INFINITY_MICROS,
} from './dates.ts'
import { Decimal } from './decimal.ts'
import type { Evaluate } from './evaluate.ts'
import { EvaluationFailure, type Value } from './values.ts'

/** Reads values of one column out of whichever vector it is bound to. */
export interface ColumnReader {
  readonly read: Evaluate
  bind(vector: Vector): void
}

export const INT32_MIN = -0x80000000
export const INT32_MAX = 0x7fffffff
const INT64_MIN = -(2n ** 63n)
const INT128_MIN = -(2n ** 127n)

/**
 * A reader for columns of a type. Binary data is read as Base64, times and UUIDs as text, NaN as a double. Where texts
 * may be any bytes, those that are no UTF-8 fail instead of becoming other texts.
 */
export function createColumnReader(type: ColumnType, isUnchecked = false): ColumnReader {
  let validity = new Uint8Array(0)
  let readValid: Evaluate = () => null
  return {
    read: (row) => (validity[row] === 1 ? readValid(row) : null),
    bind: (vector) => {
      validity = vector.validity as Uint8Array<ArrayBuffer>
      readValid = isUnchecked && vector.kind === 'bytes' ? checkedReader(vector) : readerOf(type, vector)
    },
  }
}

function readerOf(type: ColumnType, vector: Vector): Evaluate {
  switch (vector.kind) {
    case 'bool': {
      const { values } = vector
      return (row) => values[row] === 1
    }
    case 'int32': {
      const { values } = vector
      return type.kind === 'date'
        ? (row) => dayOf(values[row] as number)
        : (row) => BigInt(values[row] as number)
    }
    case 'float32':
    case 'float64': {
      const { values } = vector
      return (row) => values[row] as number
    }
    case 'int64':
      return int64Reader(type, bigWords(vector.words))
    case 'int128':
      return int128Reader(type, bigWords(vector.words))
    case 'bytes':
      return bytesReader(type, vector)
  }
}

/** The same memory as 64-bit words. */
export function bigWords(words: Int32Array): BigInt64Array {
  const { buffer, byteOffset, byteLength } = words
  if (byteOffset % 8 === 0) return new BigInt64Array(buffer, byteOffset, byteLength / 8)
  return new BigInt64Array(words.slice().buffer)
}

/** A day; the ends of the range are PostgreSQL's infinities. */
export function dayOf(days: number): DateValue {
  if (days === INT32_MAX) return new DateValue(INFINITY_MICROS, true)
  if (days === INT32_MIN) return new DateValue(MINUS_INFINITY_MICROS, true)
  return new DateValue(BigInt(days) * MICROS_PER_DAY, true)
}

function int64Reader(type: ColumnType, words: BigInt64Array): Evaluate {
  switch (type.kind) {
    case 'timestamp':
    case 'timestamptz':
      return (row) => new DateValue(words[row] as bigint)
    case 'time':
      return (row) => formatTimeOfDay(words[row] as bigint)
    case 'decimal': {
      const { scale } = type
      return (row) => decimalOf(words[row] as bigint, scale, INT64_MIN)
    }
    default:
      return (row) => words[row] as bigint
  }
}

function int128Reader(type: ColumnType, words: BigInt64Array): Evaluate {
  const scale = type.kind === 'decimal' ? type.scale : 0
  return (row) => {
    const low = BigInt.asUintN(64, words[row * 2] as bigint)
    return decimalOf(((words[row * 2 + 1] as bigint) << 64n) | low, scale, INT128_MIN)
  }
}

/** The smallest value of the layout stands for NaN and the infinities of numeric. */
function decimalOf(unscaled: bigint, scale: number, special: bigint): Value {
  return unscaled === special ? Number.NaN : new Decimal(unscaled, scale)
}

/** A Buffer decodes text also where the heap is shared between threads, which TextDecoder refuses. */
export function bufferOf(heap: Uint8Array): Buffer {
  return Buffer.from(heap.buffer, heap.byteOffset, heap.byteLength)
}

function bytesReader(type: ColumnType, { heap, offsets, lengths }: BytesVector): Evaluate {
  const buffer = bufferOf(heap)
  const slice = (encoding: BufferEncoding) => (row: number) => {
    const start = offsets[row] as number
    return buffer.toString(encoding, start, start + (lengths[row] as number))
  }
  if (type.kind === 'binary') return slice('base64')
  if (type.kind !== 'uuid') return slice('utf8')
  const hex = slice('hex')
  return (row) => formatUuid(hex(row))
}

function checkedReader({ heap, offsets, lengths }: BytesVector): Evaluate {
  return (row) => {
    const start = offsets[row] as number
    // A copy: the memory of the ring is shared, which isUtf8 does not read.
    const bytes = Buffer.from(heap.slice(start, start + (lengths[row] as number)))
    if (!isUtf8(bytes)) throw new EvaluationFailure(NO_UTF8.reason, NO_UTF8)
    return bytes.toString('utf8')
  }
}

function formatUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

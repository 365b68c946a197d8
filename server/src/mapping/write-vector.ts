import type { ColumnType } from '#columns/column-type.ts'
import { type BytesVector, createVector, type Vector, vectorKindOf } from '#columns/vector.ts'
import { DateValue, MICROS_PER_DAY } from './dates.ts'
import { Decimal } from './decimal.ts'
import { bigWords } from './read-vector.ts'
import type { Value } from './values.ts'

/** Fills a fresh vector value by value. Values come in the form that `convertValue` gives. */
export interface VectorWriter {
  readonly vector: Vector
  /** Null leaves the row null. */
  write(row: number, value: Value): void
  /** The same value for every row; a text is stored once. */
  fill(value: Value): void
}

const encoder = new TextEncoder()

/** A writer for `rows` rows of a type. Every row counts as null until it is written. */
export function createVectorWriter(type: ColumnType, rows: number): VectorWriter {
  const vector = createVector(vectorKindOf(type), rows)
  vector.nullCount = rows
  const put = putterOf(type, vector, rows)
  const write = (row: number, value: Value) => {
    if (value === null) return
    put(row, value)
    vector.validity[row] = 1
    vector.nullCount--
  }
  return { vector, write, fill: (value) => fill(vector, rows, value, write) }
}

function fill(vector: Vector, rows: number, value: Value, write: VectorWriter['write']): void {
  if (value === null || rows === 0) return
  write(0, value)
  if (vector.kind !== 'bytes') {
    for (let row = 1; row < rows; row++) write(row, value)
    return
  }
  vector.lengths.fill(vector.lengths[0] as number)
  vector.validity.fill(1)
  vector.nullCount = 0
}

type Put = (row: number, value: Value) => void

/** Writes values of a type into a vector of `rows` rows. */
export function putterOf(type: ColumnType, vector: Vector, rows: number): Put {
  switch (vector.kind) {
    case 'bool':
      return (row, value) => {
        vector.values[row] = value === true ? 1 : 0
      }
    case 'int32':
    case 'float32':
    case 'float64':
      return (row, value) => {
        vector.values[row] = numberOf(value)
      }
    case 'int64': {
      const words = bigWords(vector.words)
      return (row, value) => {
        words[row] = integerOf(value)
      }
    }
    case 'int128': {
      const words = bigWords(vector.words)
      return (row, value) => {
        const integer = integerOf(value)
        words[row * 2] = BigInt.asIntN(64, integer)
        words[row * 2 + 1] = integer >> 64n
      }
    }
    case 'bytes':
      return bytesPutter(type, vector, rows)
  }
}

function numberOf(value: Value): number {
  return value instanceof DateValue ? Number(value.micros / MICROS_PER_DAY) : Number(value)
}

function integerOf(value: Value): bigint {
  if (value instanceof DateValue) return value.micros
  return value instanceof Decimal ? value.unscaled : (value as bigint)
}

const INITIAL_BYTES_PER_ROW = 16

function bytesPutter(type: ColumnType, vector: BytesVector, rows: number): Put {
  let end = 0
  vector.heap = new Uint8Array(rows * INITIAL_BYTES_PER_ROW)
  return (row, value) => {
    const text = String(value)
    vector.heap = withRoom(vector.heap, end, text.length * 3)
    const length = writeBytes(type, text, vector.heap, end)
    vector.offsets[row] = end
    vector.lengths[row] = length
    end += length
  }
}

function withRoom(heap: Uint8Array, used: number, more: number): Uint8Array {
  if (used + more <= heap.length) return heap
  const larger = new Uint8Array(Math.max(heap.length * 2, used + more))
  larger.set(heap.subarray(0, used))
  return larger
}

/** Returns the number of bytes written. */
function writeBytes(type: ColumnType, text: string, heap: Uint8Array, at: number): number {
  if (type.kind === 'string') return encoder.encodeInto(text, heap.subarray(at)).written
  const bytes =
    type.kind === 'uuid' ? Buffer.from(text.replaceAll('-', ''), 'hex') : Buffer.from(text, 'base64')
  heap.set(bytes, at)
  return bytes.length
}

import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import type { Extremes, Kernel } from '#kernel/kernel.ts'
import { findOtherLength } from '#kernel/twins/gather.ts'
import { findFixedExtremes } from '#kernel/twins/min-max.ts'
import type { ByteBuffer } from './byte-buffer.ts'
import { decimalByteLength } from './format.ts'
import type { RowRange } from './value-store.ts'

/** A value that its type does not allow. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError'
}

/** How values of a fixed size travel from a vector to a page: always as one, two or four dense words. */
export interface WordLayout {
  readonly wordsPerValue: 1 | 2 | 4
  /** Bytes of a value in a page. */
  readonly plainBytes: number
  /** Copies the values of the rows to the words from value `at` on; returns the value after the last. */
  readonly gather: (kernel: Kernel, vector: Vector, rows: RowRange, words: Int32Array, at: number) => number
  /** Returns how many of the values are NaN, for floating point. */
  readonly findExtremes: (
    kernel: Kernel,
    words: Int32Array,
    count: number,
    result: Extremes,
  ) => number | undefined
  /** Appends values `from` to `to` in PLAIN form. */
  readonly writePlain: (kernel: Kernel, words: Int32Array, from: number, to: number, page: ByteBuffer) => void
}

/** Types whose values have a fixed size of at least four bytes. */
export type WordType = Exclude<ColumnType, { readonly kind: 'boolean' | 'string' | 'binary' }>

export function wordLayoutOf(type: WordType): WordLayout {
  switch (type.kind) {
    case 'int':
    case 'date':
      return INT32
    case 'float':
      return FLOAT
    case 'double':
      return DOUBLE
    case 'uuid':
      return UUID
    case 'decimal':
      return decimalLayout(type.precision)
    default:
      return INT64
  }
}

function decimalLayout(precision: number): WordLayout {
  if (precision <= 9) return INT32
  if (precision <= 18) return INT64
  const width = decimalByteLength(precision)
  return { ...INT128, plainBytes: width, writePlain: bigEndianWriter(width) }
}

function gatherWords(wordsPerValue: 1 | 2 | 4): WordLayout['gather'] {
  return (kernel, vector, rows, words, at) => {
    const source = wordsOf(vector)
    const { validity, from, to } = rows
    // A decimal of up to 9 digits travels as 64 bits; its low word is the value.
    const stride = wordsPerValue === 1 && vector.kind === 'int64' ? 2 : 1
    if (validity === undefined && stride === 1)
      return copyAll(kernel, { source, words }, wordsPerValue, rows, at)
    return kernel.gatherWords(wordsPerValue, source, stride, validity, from, to, words, at)
  }
}

function copyAll(
  kernel: Kernel,
  { source, words }: { readonly source: Int32Array; readonly words: Int32Array },
  size: number,
  { from, to }: RowRange,
  at: number,
): number {
  kernel.copy(words.subarray(size * at), source.subarray(size * from, size * to))
  return at + to - from
}

function gatherUuids(kernel: Kernel, vector: Vector, rows: RowRange, words: Int32Array, at: number): number {
  if (vector.kind !== 'bytes') throw new TypeError(`a vector of ${vector.kind} holds no UUIDs`)
  const { validity, from, to } = rows
  const wrongRow = findOtherLength(vector.lengths, 16, validity, from, to)
  if (wrongRow >= 0) {
    throw new InvalidValueError(
      `A UUID has 16 bytes; row ${wrongRow} of the batch has ${vector.lengths[wrongRow]}.`,
    )
  }
  const heap = new DataView(vector.heap.buffer, vector.heap.byteOffset, vector.heap.byteLength)
  return kernel.gatherSixteenBytes(heap, vector.offsets, validity, from, to, words, at)
}

function wordsOf(vector: Vector): Int32Array {
  switch (vector.kind) {
    case 'int32':
      return vector.values
    case 'int64':
    case 'int128':
      return vector.words
    case 'float32':
    case 'float64': {
      const { buffer, byteOffset, byteLength } = vector.values
      return new Int32Array(buffer, byteOffset, byteLength / 4)
    }
    default:
      throw new TypeError(`a vector of ${vector.kind} holds no words`)
  }
}

function writeWords(wordsPerValue: number): WordLayout['writePlain'] {
  const size = 4 * wordsPerValue
  return (_kernel, words, from, to, page) =>
    page.append(new Uint8Array(words.buffer, words.byteOffset + from * size, (to - from) * size))
}

function bigEndianWriter(width: number): WordLayout['writePlain'] {
  return (kernel, words, from, to, page) => {
    page.reserve((to - from) * width)
    page.length = kernel.encodeBigEndian128(words, from, to, width, page.view, page.length)
  }
}

function findExtremes(wordsPerValue: 1 | 2 | 4): WordLayout['findExtremes'] {
  return (kernel, words, count, result) => {
    kernel.findExtremes(wordsPerValue, words, count, result)
    return undefined
  }
}

const INT32: WordLayout = {
  wordsPerValue: 1,
  plainBytes: 4,
  gather: gatherWords(1),
  findExtremes: findExtremes(1),
  writePlain: writeWords(1),
}

const FLOAT: WordLayout = {
  ...INT32,
  findExtremes: (kernel, { buffer, byteOffset }, count, result) =>
    kernel.findFloatExtremes(new Float32Array(buffer, byteOffset, count), count, result),
}

const INT64: WordLayout = {
  wordsPerValue: 2,
  plainBytes: 8,
  gather: gatherWords(2),
  findExtremes: findExtremes(2),
  writePlain: writeWords(2),
}

const DOUBLE: WordLayout = {
  ...INT64,
  findExtremes: (kernel, { buffer, byteOffset }, count, result) =>
    kernel.findFloatExtremes(new Float64Array(buffer, byteOffset, count), count, result),
}

const INT128: Omit<WordLayout, 'plainBytes' | 'writePlain'> = {
  wordsPerValue: 4,
  gather: gatherWords(4),
  findExtremes: findExtremes(4),
}

const UUID: WordLayout = {
  wordsPerValue: 4,
  plainBytes: 16,
  gather: gatherUuids,
  findExtremes: (_kernel, { buffer, byteOffset }, count, result) => {
    findFixedExtremes(new Uint8Array(buffer, byteOffset, 16 * count), 16, count, result)
    return undefined
  },
  writePlain: writeWords(4),
}

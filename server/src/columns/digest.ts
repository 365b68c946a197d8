import type { ColumnType } from './column-type.ts'
import type { Vector } from './vector.ts'

/** What is known of the values of one column of any number of rows. */
export interface ColumnDigest {
  /** Values that are not NULL. */
  readonly valueCount: number
  readonly nullCount: number
  /** Sum over the values of a 64-bit mix of each, as 16 hexadecimal digits. */
  readonly digest: string
}

/** A digest that is not one: not 16 hexadecimal digits. */
export class DigestFormatError extends Error {
  override readonly name = 'DigestFormatError'
}

/**
 * Digests the values of one column, in any order, in any number of batches: two columns that hold the same
 * values the same number of times have the same digest, and digests of parts add up (`combineDigests`).
 *
 * Every value is mixed to 64 bits from a canonical form that doesn't depend on how it travels:
 *   boolean            0 or 1
 *   int, date, long, time, timestamp, timestamptz   sign-extended to 64 bits
 *   decimal            its unscaled integer, sign-extended to 128 bits
 *   float, double      bit pattern, every NaN as one
 *   string, binary, uuid   bytes and their count
 *
 * Two 32-bit lanes are summed independently. For whole numbers the mix is a permutation of 64 bits, so no two
 * single values share one; it guards against mistakes, not against someone who chooses the values.
 */
export class ColumnDigester {
  readonly #type: ColumnType
  readonly #lanes = new Int32Array(2)
  #valueCount = 0
  #nullCount = 0

  constructor(type: ColumnType) {
    this.#type = type
  }

  get type(): ColumnType {
    return this.#type
  }

  /** Adds the first `rowCount` rows of a vector that holds values of this column's type. */
  addVector(vector: Vector, rowCount: number): void {
    const nullCount = vector.nullCount === 0 ? 0 : countZeros(vector.validity, rowCount)
    const validity = nullCount === 0 ? undefined : vector.validity
    this.#nullCount += nullCount
    this.#valueCount += rowCount - nullCount
    addValues(this.#lanes, vector, validity, rowCount)
  }

  addNull(): void {
    this.#nullCount++
  }

  /** Adds `count` NULLs. */
  addNulls(count: number): void {
    this.#nullCount += count
  }

  addBoolean(value: boolean): void {
    this.#valueCount++
    mixInt64(this.#lanes, value ? 1 : 0, 0)
  }

  /** int, date. */
  addInt32(value: number): void {
    this.#valueCount++
    mixInt64(this.#lanes, value, value >> 31)
  }

  /** long, time, timestamp, timestamptz, decimal of up to 18 digits: the 64-bit integer in two words. */
  addInt64(low: number, high: number): void {
    this.#valueCount++
    mixInt64(this.#lanes, low, high)
  }

  /** decimal: four words, low first, two's complement. */
  addInt128(w0: number, w1: number, w2: number, w3: number): void {
    this.#valueCount++
    mixInt128(this.#lanes, w0, w1, w2, w3)
  }

  /** float, by its 32-bit pattern. */
  addFloat32Bits(bits: number): void {
    this.#valueCount++
    mixFloat32(this.#lanes, bits)
  }

  /** double, by the two words of its pattern. */
  addFloat64Bits(low: number, high: number): void {
    this.#valueCount++
    mixFloat64(this.#lanes, low, high)
  }

  /** string, binary, uuid: `length` bytes of `heap` from `offset` on. */
  addBytes(heap: Uint8Array, offset: number, length: number): void {
    this.#valueCount++
    mixBytes(this.#lanes, heap, offset, length)
  }

  /** Everything added so far; adding may go on. */
  result(): ColumnDigest {
    return {
      valueCount: this.#valueCount,
      nullCount: this.#nullCount,
      digest: formatLanes(this.#lanes[0] as number, this.#lanes[1] as number),
    }
  }
}

/** The digest of no rows. */
export const EMPTY_DIGEST: ColumnDigest = Object.freeze({
  valueCount: 0,
  nullCount: 0,
  digest: '0000000000000000',
})

/** The digest of the rows of both. Throws DigestFormatError for a digest of another form. */
export function combineDigests(a: ColumnDigest, b: ColumnDigest): ColumnDigest {
  const [a0, a1] = parseLanes(a.digest)
  const [b0, b1] = parseLanes(b.digest)
  return {
    valueCount: a.valueCount + b.valueCount,
    nullCount: a.nullCount + b.nullCount,
    digest: formatLanes(a0 + b0, a1 + b1),
  }
}

function parseLanes(digest: string): readonly [number, number] {
  if (!/^[0-9a-f]{16}$/.test(digest)) {
    throw new DigestFormatError(`'${digest}' is not a digest of 16 hexadecimal digits`)
  }
  return [Number.parseInt(digest.slice(8), 16), Number.parseInt(digest.slice(0, 8), 16)]
}

/** Two lanes as a digest. */
export function formatLanes(lane0: number, lane1: number): string {
  const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
  return hex(lane1) + hex(lane0)
}

/** NULLs among the first rows. */
export function countZeros(validity: Uint8Array, rowCount: number): number {
  let zeros = 0
  for (let row = 0; row < rowCount; row++) {
    zeros += (validity[row] as number) ^ 1
  }
  return zeros
}

/** Adds one value of a vector, which is there, to two lanes. */
export function addValue(lanes: Int32Array, vector: Vector, row: number): void {
  switch (vector.kind) {
    case 'bool':
      mixInt64(lanes, vector.values[row] as number, 0)
      break
    case 'int32': {
      const value = vector.values[row] as number
      mixInt64(lanes, value, value >> 31)
      break
    }
    case 'int64':
      mixInt64(lanes, vector.words[2 * row] as number, vector.words[2 * row + 1] as number)
      break
    case 'int128':
      addInt128s(lanes, vector.words.subarray(4 * row, 4 * row + 4), undefined, 1)
      break
    case 'float32':
      addFloat32s(lanes, vector.values.subarray(row, row + 1), undefined, 1)
      break
    case 'float64':
      addFloat64s(lanes, vector.values.subarray(row, row + 1), undefined, 1)
      break
    case 'bytes':
      mixBytes(lanes, vector.heap, vector.offsets[row] as number, vector.lengths[row] as number)
  }
}

/** Adds 64 bits to two lanes. */
export function addWords(lanes: Int32Array, low: number, high: number): void {
  mixInt64(lanes, low, high)
}

type Validity = Uint8Array | undefined

function addValues(lanes: Int32Array, vector: Vector, validity: Validity, rowCount: number): void {
  switch (vector.kind) {
    case 'bool':
      addBooleans(lanes, vector.values, validity, rowCount)
      break
    case 'int32':
      addInt32s(lanes, vector.values, validity, rowCount)
      break
    case 'int64':
      addInt64s(lanes, vector.words, validity, rowCount)
      break
    case 'int128':
      addInt128s(lanes, vector.words, validity, rowCount)
      break
    case 'float32':
      addFloat32s(lanes, vector.values, validity, rowCount)
      break
    case 'float64':
      addFloat64s(lanes, vector.values, validity, rowCount)
      break
    case 'bytes':
      for (let row = 0; row < rowCount; row++) {
        if (validity === undefined || validity[row] === 1) {
          mixBytes(lanes, vector.heap, vector.offsets[row] as number, vector.lengths[row] as number)
        }
      }
  }
}

function addBooleans(lanes: Int32Array, values: Uint8Array, validity: Validity, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      mixInt64(lanes, values[row] as number, 0)
    }
  }
}

function addInt32s(lanes: Int32Array, values: Int32Array, validity: Validity, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      const value = values[row] as number
      mixInt64(lanes, value, value >> 31)
    }
  }
}

function addInt64s(lanes: Int32Array, words: Int32Array, validity: Validity, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      mixInt64(lanes, words[2 * row] as number, words[2 * row + 1] as number)
    }
  }
}

function addInt128s(lanes: Int32Array, words: Int32Array, validity: Validity, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      const at = 4 * row
      mixInt128(
        lanes,
        words[at] as number,
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
      )
    }
  }
}

function addFloat32s(lanes: Int32Array, values: Float32Array, validity: Validity, rowCount: number): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, rowCount)
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      mixFloat32(lanes, bits[row] as number)
    }
  }
}

function addFloat64s(lanes: Int32Array, values: Float64Array, validity: Validity, rowCount: number): void {
  const words = new Int32Array(values.buffer, values.byteOffset, rowCount * 2)
  for (let row = 0; row < rowCount; row++) {
    if (validity === undefined || validity[row] === 1) {
      mixFloat64(lanes, words[2 * row] as number, words[2 * row + 1] as number)
    }
  }
}

/** Three rounds of a Feistel network whose round functions are murmur3's finalizer: a permutation of 64 bits. */
function mixInt64(lanes: Int32Array, low: number, high: number): void {
  const right = high ^ finalize(low + 0x7f4a7c15)
  const left = low ^ finalize(right + 0x1ce4e5b9)
  lanes[0] = (lanes[0] as number) + left
  lanes[1] = (lanes[1] as number) + (right ^ finalize(left + 0x133111eb))
}

/** A decimal that fits 64 bits counts the same in either layout. */
function mixInt128(lanes: Int32Array, w0: number, w1: number, w2: number, w3: number): void {
  const sign = w1 >> 31
  if (w2 === sign && w3 === sign) {
    mixInt64(lanes, w0, w1)
    return
  }
  const low = w0 ^ finalize(w2 + 0x2545f491)
  const high = w1 ^ finalize(low ^ finalize(w3 + 0x4f6cdd1d))
  mixInt64(lanes, w2 ^ finalize(high + low), w3 ^ Math.imul(high, 0x9e3779b1) ^ low)
}

function mixFloat32(lanes: Int32Array, bits: number): void {
  const isNotANumber = (bits & 0x7fffffff) > 0x7f800000
  mixInt64(lanes, isNotANumber ? 0x7fc00000 : bits, 0)
}

function mixFloat64(lanes: Int32Array, low: number, high: number): void {
  const exponent = high & 0x7fffffff
  if (exponent > 0x7ff00000 || (exponent === 0x7ff00000 && low !== 0)) {
    mixInt64(lanes, 0, 0x7ff80000)
  } else {
    mixInt64(lanes, low, high)
  }
}

/** A state of two words takes the bytes four at a time, as murmur3 does; the last word is padded with zeros. */
function mixBytes(lanes: Int32Array, heap: Uint8Array, offset: number, length: number): void {
  let a = 0x243f6a88 ^ length
  let b = 0x85a308d3
  const wordsEnd = offset + (length & ~3)
  let at = offset
  for (; at < wordsEnd; at += 4) {
    const word = scramble(
      (heap[at] as number) |
        ((heap[at + 1] as number) << 8) |
        ((heap[at + 2] as number) << 16) |
        ((heap[at + 3] as number) << 24),
    )
    a = (Math.imul(rotate(a ^ word, 13), 5) + b) | 0
    b = (rotate(b ^ word, 19) + a) | 0
  }
  let tail = 0
  for (let shift = 0; shift < (length & 3) << 3; shift += 8) {
    tail |= (heap[at++] as number) << shift
  }
  mixInt64(lanes, a ^ scramble(tail), b)
}

function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** fmix32 of murmur3. */
function finalize(word: number): number {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

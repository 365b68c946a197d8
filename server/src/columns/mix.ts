import type { Vector } from './vector.ts'

/**
 * Mixes values one by one to 64 bits and adds them to a sum: of lists and maps, whose rows are folded from their
 * parts, and of values of 128 bits, whose halves DuckDB's hash would not tell apart. For whole numbers the mix is a
 * permutation of 64 bits.
 */

/** 64 bits in two words, low word first. */
export type Sum = Uint32Array

/** Adds 64 bits, given as two words of any sign. */
export function addWords(sum: Sum, low: number, high: number): void {
  const total = (sum[0] as number) + (low >>> 0)
  sum[0] = total
  sum[1] = (sum[1] as number) + (high >>> 0) + (total >= 2 ** 32 ? 1 : 0)
}

/** Mixes 64 bits and adds them. */
export function addMixed(sum: Sum, low: number, high: number): void {
  mixInt64(sum, low, high)
}

/** Adds one value of a vector, which is there. */
export function addValue(sum: Sum, vector: Vector, row: number): void {
  switch (vector.kind) {
    case 'bool':
      mixInt64(sum, vector.values[row] as number, 0)
      break
    case 'int32': {
      const value = vector.values[row] as number
      mixInt64(sum, value, value >> 31)
      break
    }
    case 'int64':
      mixInt64(sum, vector.words[2 * row] as number, vector.words[2 * row + 1] as number)
      break
    case 'int128':
      addInt128(sum, vector.words, 4 * row)
      break
    case 'float32':
      FLOAT[0] = vector.values[row] as number
      mixFloat32(sum, FLOAT_BITS[0] as number)
      break
    case 'float64':
      DOUBLE[0] = vector.values[row] as number
      mixFloat64(sum, DOUBLE_BITS[0] as number, DOUBLE_BITS[1] as number)
      break
    case 'bytes':
      mixBytes(sum, vector.heap, vector.offsets[row] as number, vector.lengths[row] as number)
  }
}

function addInt128(sum: Sum, words: Int32Array, at: number): void {
  mixInt128(
    sum,
    words[at] as number,
    words[at + 1] as number,
    words[at + 2] as number,
    words[at + 3] as number,
  )
}

const FLOAT = new Float32Array(1)
const FLOAT_BITS = new Int32Array(FLOAT.buffer)
const DOUBLE = new Float64Array(1)
const DOUBLE_BITS = new Int32Array(DOUBLE.buffer)

/** Three rounds of a Feistel network whose round functions are murmur3's finalizer: a permutation of 64 bits. */
function mixInt64(sum: Sum, low: number, high: number): void {
  const right = high ^ finalize(low + 0x7f4a7c15)
  const left = low ^ finalize(right + 0x1ce4e5b9)
  addWords(sum, left, right ^ finalize(left + 0x133111eb))
}

/** A decimal that fits 64 bits counts the same in either layout. */
function mixInt128(sum: Sum, w0: number, w1: number, w2: number, w3: number): void {
  const sign = w1 >> 31
  if (w2 === sign && w3 === sign) {
    mixInt64(sum, w0, w1)
    return
  }
  const low = w0 ^ finalize(w2 + 0x2545f491)
  const high = w1 ^ finalize(low ^ finalize(w3 + 0x4f6cdd1d))
  mixInt64(sum, w2 ^ finalize(high + low), w3 ^ Math.imul(high, 0x9e3779b1) ^ low)
}

function mixFloat32(sum: Sum, bits: number): void {
  const isNotANumber = (bits & 0x7fffffff) > 0x7f800000
  mixInt64(sum, isNotANumber ? 0x7fc00000 : bits, 0)
}

function mixFloat64(sum: Sum, low: number, high: number): void {
  const exponent = high & 0x7fffffff
  if (exponent > 0x7ff00000 || (exponent === 0x7ff00000 && low !== 0)) {
    mixInt64(sum, 0, 0x7ff80000)
  } else {
    mixInt64(sum, low, high)
  }
}

/** A state of two words takes the bytes four at a time, as murmur3 does; the last word is padded with zeros. */
function mixBytes(sum: Sum, heap: Uint8Array, offset: number, length: number): void {
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
  mixInt64(sum, a ^ scramble(tail), b)
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

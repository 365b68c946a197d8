/**
 * Sums of DuckDB's `hash()` over the rows 0 to `count` of a vector without its NULLs. The hash is a permutation of
 * 64 bits; 32-bit values are taken as unsigned. Floating-point numbers are hashed as DuckDB does it, with one zero
 * and one NaN, and each negative one adds NEGATIVE besides.
 *
 * Of the hashes both the exclusive or is kept and the sum of their upper 48 bits, for DuckDB adds 64 of them at half
 * the speed: the one sees every difference of a single value, the other what comes twice.
 */

type Validity = Uint8Array | undefined
/** 64 bits of the sum and 64 of the exclusive or, low words first. */
type Sum = Uint32Array

const FACTOR = [0x6659fd93, 0xd6e8feb8] as const
const LENGTH_FACTOR = [0x5bd1e995, 0xc6a4a793] as const
const SEED = 0xe17a1465
const NEGATIVE = [0x7f4a7c15, 0x9e3779b9] as const

/** The value at hand. */
let low = 0
let high = 0

/** Multiplies the value at hand by a factor. */
function multiply([factorLow, factorHigh]: readonly [number, number]): void {
  const upper = (Math.imul(low, factorHigh) + Math.imul(high, factorLow) + highProduct(low, factorLow)) | 0
  low = Math.imul(low, factorLow)
  high = upper
}

/** The upper 32 bits of the product of two words, from products of halves that stay exact. */
function highProduct(a: number, b: number): number {
  const [aLow, aHigh] = [a & 0xffff, a >>> 16]
  const [bLow, bHigh] = [b & 0xffff, b >>> 16]
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const other = aLow * bHigh + (middle & 0xffff)
  return aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(other / 65_536)
}

/** Mixes the value at hand and adds it. */
function addMixed(sum: Sum): void {
  low ^= high
  multiply(FACTOR)
  low ^= high
  multiply(FACTOR)
  low ^= high
  add(sum, (low >>> 16) | (high << 16), high >>> 16)
  sum[2] = (sum[2] as number) ^ low
  sum[3] = (sum[3] as number) ^ high
}

function add(sum: Sum, addedLow: number, addedHigh: number): void {
  const total = (sum[0] as number) + (addedLow >>> 0)
  sum[0] = total
  sum[1] = (sum[1] as number) + (addedHigh >>> 0) + (total >= 2 ** 32 ? 1 : 0)
}

export function sumHashesOfBytes1(values: Uint8Array, validity: Validity, count: number, sum: Sum): void {
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    low = values[row] as number
    high = 0
    addMixed(sum)
  }
}

/** Words `stride` words apart. */
export function sumHashesOfWords1(
  values: Int32Array,
  stride: number,
  validity: Validity,
  count: number,
  sum: Sum,
): void {
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    low = values[row * stride] as number
    high = 0
    addMixed(sum)
  }
}

export function sumHashesOfWords2(words: Int32Array, validity: Validity, count: number, sum: Sum): void {
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    low = words[2 * row] as number
    high = words[2 * row + 1] as number
    addMixed(sum)
  }
}

export function sumHashesOfFloats(values: Float32Array, validity: Validity, count: number, sum: Sum): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, count)
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    const word = bits[row] as number
    if (word < 0) add(sum, ...NEGATIVE)
    const magnitude = word & 0x7fffffff
    low = magnitude === 0 ? 0 : magnitude > 0x7f800000 ? 0x7fc00000 : word
    high = 0
    addMixed(sum)
  }
}

export function sumHashesOfDoubles(values: Float64Array, validity: Validity, count: number, sum: Sum): void {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * count)
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    low = words[2 * row] as number
    high = words[2 * row + 1] as number
    if (high < 0) add(sum, ...NEGATIVE)
    const magnitude = high & 0x7fffffff
    if (magnitude === 0 && low === 0) high = 0
    else if (magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && low !== 0)) {
      low = 0
      high = 0x7ff80000
    }
    addMixed(sum)
  }
}

/** Bytes are taken eight at a time; the last are filled up with zeros. */
export function sumHashesOfStrings(
  heap: Uint8Array,
  offsets: Uint32Array,
  lengths: Uint32Array,
  validity: Validity,
  count: number,
  sum: Sum,
): void {
  const view = new DataView(heap.buffer, heap.byteOffset, heap.byteLength)
  for (let row = 0; row < count; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    hashBytes(view, offsets[row] as number, lengths[row] as number)
    addMixed(sum)
  }
}

function hashBytes(view: DataView, start: number, length: number): void {
  low = length
  high = 0
  multiply(LENGTH_FACTOR)
  low ^= SEED
  const wordsEnd = start + (length & ~7)
  let at = start
  for (; at < wordsEnd; at += 8) {
    low ^= view.getInt32(at, true)
    high ^= view.getInt32(at + 4, true)
    multiply(FACTOR)
  }
  if (at === start + length) return
  for (let shift = 0; at < start + length; at++, shift += 8) {
    if (shift < 32) low ^= view.getUint8(at) << shift
    else high ^= view.getUint8(at) << (shift - 32)
  }
  multiply(FACTOR)
}

import type { ColumnDecoder, ColumnSpan } from './column-decoder.ts'
import { WireFormatError } from './wire-format-error.ts'

/**
 * numeric on the wire: ndigits, weight, sign and dscale of 16 bits each, then base-10000 digits, where digit i
 * counts 10000^(weight - i). The decoders below turn it into value * 10^scale in two's complement words.
 */
export const NUMERIC = Object.freeze({
  weight: 2,
  sign: 4,
  dscale: 6,
  digits: 8,
  negative: 0x4000,
  nan: 0xc000,
  infinity: 0xd000,
  minusInfinity: 0xf000,
})

const TWO_32 = 2 ** 32
/** So many groups and the digits of one more stay below 2^53. */
const EXACT_GROUPS = 3

/** Four words of 32 bits, low first; doubles so that the product with 10000 stays exact. */
const LIMBS = new Float64Array(4)

/** NaN (the infinities can't occur under a declared precision) becomes the smallest value of the layout. */
export function decodeNumeric64(scale: number): ColumnDecoder {
  return (span, vector) => {
    if (vector.kind !== 'int64') throw new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
    const { starts, base, from, to } = span
    const { words, validity } = vector
    for (let row = from; row < to; row++) {
      const start = starts[base + row] as number
      validity[row] = start === 0 ? 0 : 1
      if (start === 0) vector.nullCount++
      else writeInt64(span, start, scale, words, 2 * row)
    }
  }
}

/** As {@link decodeNumeric64}, for 19 to 38 digits. */
export function decodeNumeric128(scale: number): ColumnDecoder {
  return (span, vector) => {
    if (vector.kind !== 'int128') throw new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
    const { starts, base, from, to } = span
    const { words, validity } = vector
    for (let row = from; row < to; row++) {
      const start = starts[base + row] as number
      validity[row] = start === 0 ? 0 : 1
      if (start === 0) vector.nullCount++
      else writeInt128(span, start, scale, words, 4 * row)
    }
  }
}

function writeInt64(span: ColumnSpan, start: number, scale: number, words: Int32Array, at: number): void {
  const { view } = span
  const sign = view.getUint16(start + NUMERIC.sign)
  if (sign > NUMERIC.negative) {
    words[at] = 0
    words[at + 1] = -0x80000000
    return
  }
  const groups = view.getInt16(start + NUMERIC.weight) + 1 + (scale >> 2)
  if (groups <= EXACT_GROUPS) {
    const magnitude = smallMagnitude(view, start, groups, scale & 3)
    storeDouble(sign === 0 ? magnitude : -magnitude, words, at)
    return
  }
  fillLimbs(view, start, scale)
  if (LIMBS[2] !== 0 || LIMBS[3] !== 0) throw tooManyDigits()
  storeLimbs(words, at, 2, sign !== 0)
}

/** A whole number below 2^53 as two words. */
function storeDouble(value: number, words: Int32Array, at: number): void {
  const low = value | 0
  if (low === value) {
    words[at] = low
    words[at + 1] = low >> 31
    return
  }
  const high = Math.floor(value / TWO_32)
  words[at] = (value - high * TWO_32) | 0
  words[at + 1] = high
}

function writeInt128(span: ColumnSpan, start: number, scale: number, words: Int32Array, at: number): void {
  const { view } = span
  const sign = view.getUint16(start + NUMERIC.sign)
  if (sign > NUMERIC.negative) {
    words.fill(0, at, at + 3)
    words[at + 3] = -0x80000000
    return
  }
  fillLimbs(view, start, scale)
  storeLimbs(words, at, 4, sign !== 0)
}

/** The magnitude in a double: at most {@link EXACT_GROUPS} whole groups, and `rest` digits of the one after. */
function smallMagnitude(view: DataView, start: number, groups: number, rest: number): number {
  const count = view.getUint16(start)
  let value = 0
  for (let index = 0; index < groups; index++) {
    value = value * 10_000 + (index < count ? view.getUint16(start + NUMERIC.digits + 2 * index) : 0)
  }
  if (rest === 0) {
    assertNothingLeft(count, groups)
    return value
  }
  return value * powerOfTen(rest) + partialGroup(view, start, groups, rest)
}

/** The `rest` leading digits of group `index`, which is the last that may hold something. */
function partialGroup(view: DataView, start: number, index: number, rest: number): number {
  const count = view.getUint16(start)
  assertNothingLeft(count, index + 1)
  if (index < 0 || index >= count) return 0
  const group = view.getUint16(start + NUMERIC.digits + 2 * index)
  const divisor = powerOfTen(4 - rest)
  if (group % divisor !== 0) throw tooManyDigits()
  return group / divisor
}

function fillLimbs(view: DataView, start: number, scale: number): void {
  const count = view.getUint16(start)
  const groups = view.getInt16(start + NUMERIC.weight) + 1 + (scale >> 2)
  const rest = scale & 3
  LIMBS.fill(0)
  for (let index = 0; index < groups; index++) {
    multiplyAdd(10_000, index < count ? view.getUint16(start + NUMERIC.digits + 2 * index) : 0)
  }
  if (rest === 0) assertNothingLeft(count, groups)
  else multiplyAdd(powerOfTen(rest), partialGroup(view, start, groups, rest))
}

function multiplyAdd(factor: number, addend: number): void {
  let carry = addend
  for (let limb = 0; limb < 4; limb++) {
    const sum = (LIMBS[limb] as number) * factor + carry
    carry = Math.floor(sum / TWO_32)
    LIMBS[limb] = sum - carry * TWO_32
  }
  if (carry !== 0) throw tooManyDigits()
}

function storeLimbs(words: Int32Array, at: number, count: number, isNegative: boolean): void {
  let carry = 1
  for (let limb = 0; limb < count; limb++) {
    const word = LIMBS[limb] as number
    if (isNegative) {
      const flipped = TWO_32 - 1 - word + carry
      carry = flipped === TWO_32 ? 1 : 0
      words[at + limb] = flipped | 0
    } else {
      words[at + limb] = word | 0
    }
  }
}

function powerOfTen(exponent: number): number {
  return exponent === 1 ? 10 : exponent === 2 ? 100 : 1000
}

/** Digits behind the declared scale can't occur; if they do, the column isn't what it was when described. */
function assertNothingLeft(count: number, used: number): void {
  if (count > used && count > 0) throw tooManyDigits()
}

function tooManyDigits(): WireFormatError {
  return new WireFormatError('a numeric has more digits than its column was declared with')
}

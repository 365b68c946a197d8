import { readInt16, readUint16 } from './wire-rows'
import { MALFORMED } from './wire-values'

// numeric on the wire, as source/postgres/wire/numeric-decoder.ts describes it: value * 10^scale in two's complement.

const WEIGHT: usize = 2
const SIGN: usize = 4
const DIGITS: usize = 8
const NEGATIVE: u32 = 0x4000

/** So many groups of four digits stay below 2^64, whatever their digits. */
const SAFE_GROUPS: i32 = 4

/**
 * Nearly every value has at most four groups of digits before those of the rest. All of its groups are moved at once:
 * to where they count ten thousand times as much as the next, swapped to the order of the machine.
 */
export function decodeNumerics64(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  scale: i32,
  values: usize,
  validity: usize,
): i32 {
  const whole = 1 + (scale >> 2)
  const rest = scale & 3
  const divisor = powerOfTen(4 - rest)
  const factor = <u64>powerOfTen(rest)
  // A group has four digits: what it is divided by is exact enough as a fraction of 2^23.
  const inverse = (1 << 23) / <u64>divisor + 1
  const extra = i32(rest != 0)
  // Of the eight groups behind the header: the four before the one at `groups`, and that one; nothing behind it.
  const places = i8x16(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, -128, -128, -128, -128, -128, -128)
  const indices = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  const weights = i16x8(10000, 1, 10000, 1, 1, 0, 0, 0)
  let nulls: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    const at = heap + start
    const target = values + (row << 3)
    const sign = readUint16(at + SIGN)
    const count = <i32>readUint16(at)
    const groups = readInt16(at + WEIGHT) + whole
    // A group beyond these may hold the digits of the rest, and nothing may lie behind it.
    if (count > max(0, groups + extra)) {
      if (sign > NEGATIVE) store<i64>(target, i64.MIN_VALUE)
      else return MALFORMED
      continue
    }
    if (<u32>groups > <u32>SAFE_GROUPS || sign > NEGATIVE) {
      if (!decodeSlowly(at, sign, groups, rest, target)) return MALFORMED
      continue
    }
    const there = i8x16.lt_u(indices, i8x16.splat(<i8>(count << 1)))
    const digits = v128.and(v128.load(at + DIGITS), there)
    const moved = i8x16.swizzle(digits, i8x16.add(places, i8x16.splat(<i8>((groups - 4) << 1))))
    const sums = i32x4.dot_i16x8_s(moved, weights)
    const magnitude = <u64>i32x4.extract_lane(sums, 0) * 100000000 + <u64>i32x4.extract_lane(sums, 1)
    const group = <u64>i32x4.extract_lane(sums, 2)
    const leading = (group * inverse) >> 23
    if (leading * divisor != group) return MALFORMED
    const value = magnitude * factor + leading
    const negative = <u64>(sign >> 14)
    store<u64>(target, (value ^ (0 - negative)) + negative)
  }
  return nulls
}

/** Whatever the value; false where it has more digits than its column was declared with. */
function decodeSlowly(at: usize, sign: u32, groups: i32, rest: i32, target: usize): bool {
  if (sign > NEGATIVE) {
    store<i64>(target, i64.MIN_VALUE)
    return true
  }
  const count = <i32>readUint16(at)
  let magnitude: u64 = 0
  for (let index: i32 = 0; index < groups; index++) {
    if (index >= SAFE_GROUPS && magnitude > (u64.MAX_VALUE - 9999) / 10000) return false
    magnitude = magnitude * 10000 + groupAt(at, count, index)
  }
  if (rest != 0) {
    const factor = <u64>powerOfTen(rest)
    const divisor = powerOfTen(4 - rest)
    const group = groupAt(at, count, groups)
    const leading = group / divisor
    if (magnitude > (u64.MAX_VALUE - 999) / factor || leading * divisor != group) return false
    magnitude = magnitude * factor + leading
  }
  store<i64>(target, sign == 0 ? <i64>magnitude : -(<i64>magnitude))
  return true
}

export function decodeNumerics128(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  scale: i32,
  values: usize,
  validity: usize,
): i32 {
  const whole = 1 + (scale >> 2)
  const rest = scale & 3
  const divisor = powerOfTen(4 - rest)
  const extra = i32(rest != 0)
  let nulls: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    const at = heap + start
    const target = values + (row << 4)
    const sign = readUint16(at + SIGN)
    store<u64>(target, 0)
    if (sign > NEGATIVE) {
      store<i64>(target, i64.MIN_VALUE, 8)
      continue
    }
    store<u64>(target, 0, 8)
    const count = <i32>readUint16(at)
    const groups = readInt16(at + WEIGHT) + whole
    if (count > max(0, groups + extra)) return MALFORMED
    for (let index: i32 = 0; index < groups; index++) {
      if (!multiplyAdd(target, 10000, groupAt(at, count, index))) return MALFORMED
    }
    if (rest != 0) {
      const group = groupAt(at, count, groups)
      const leading = group / divisor
      if (leading * divisor != group) return MALFORMED
      if (!multiplyAdd(target, powerOfTen(rest), leading)) return MALFORMED
    }
    if (sign != 0) negate(target)
  }
  return nulls
}

/** Four words of 32 bits times `factor`, and `addend` more. False when they overflow. */
@inline
function multiplyAdd(words: usize, factor: u64, addend: u32): bool {
  let carry: u64 = addend
  for (let at: usize = 0; at < 16; at += 4) {
    const sum = <u64>load<u32>(words + at) * factor + carry
    store<u32>(words + at, <u32>sum)
    carry = sum >> 32
  }
  return carry == 0
}

@inline
function negate(words: usize): void {
  const low = load<u64>(words)
  const high = load<u64>(words, 8)
  store<u64>(words, 0 - low)
  store<u64>(words, ~high + u64(low == 0), 8)
}

/** Four decimal digits; 0 where the value has none. */
@inline
export function groupAt(value: usize, count: i32, index: i32): u32 {
  return index >= 0 && index < count ? readUint16(value + DIGITS + (<usize>index << 1)) : 0
}

@inline
function powerOfTen(exponent: i32): u32 {
  return exponent == 0 ? 1 : exponent == 1 ? 10 : exponent == 2 ? 100 : exponent == 3 ? 1000 : 10000
}

import { groupAt } from './wire-numerics'
import { readInt16, readInt32, readUint16 } from './wire-rows'
import { MALFORMED } from './wire-values'

// Values that are printed behind the bytes of the wire, from `state[0]` on, an offset in `heap` that moves with them:
// see source/postgres/wire/text-decoder.ts. Room for them was set aside by `splitRows`.

const DASH: u8 = 0x2d
const UUID_TEXT_BYTES: u32 = 36

/** 16 bytes -> 8-4-4-4-12 in lower case. */
export function printUuids(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  offsets: usize,
  lengths: usize,
  validity: usize,
  state: usize,
): i32 {
  const digits = i8x16(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102)
  const low = i8x16.splat(15)
  let fill = load<u32>(state)
  let nulls: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    if (readInt32(heap + start - 4) != 16) return MALFORMED
    const bytes = v128.load(heap + start)
    const highs = i8x16.swizzle(digits, i8x16.shr_u(bytes, 4))
    const lows = i8x16.swizzle(digits, v128.and(bytes, low))
    const first = v128.shuffle<u8>(highs, lows, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
    const second = v128.shuffle<u8>(highs, lows, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    const at = heap + fill
    store<i64>(at, i64x2.extract_lane(first, 0))
    store<u8>(at, DASH, 8)
    store<i32>(at, i32x4.extract_lane(first, 2), 9)
    store<u8>(at, DASH, 13)
    store<i32>(at, i32x4.extract_lane(first, 3), 14)
    store<u8>(at, DASH, 18)
    store<i32>(at, i32x4.extract_lane(second, 0), 19)
    store<u8>(at, DASH, 23)
    store<i32>(at, i32x4.extract_lane(second, 1), 24)
    store<i64>(at, i64x2.extract_lane(second, 1), 28)
    store<u32>(offsets + (row << 2), fill)
    store<u32>(lengths + (row << 2), UUID_TEXT_BYTES)
    fill += UUID_TEXT_BYTES
  }
  store<u32>(state, fill)
  return nulls
}

/** numeric as PostgreSQL prints it: `-12.50`, `0.00`, `NaN`, `Infinity`. */
export function printNumerics(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  offsets: usize,
  lengths: usize,
  validity: usize,
  state: usize,
): i32 {
  let fill = heap + load<u32>(state)
  let nulls: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    const end = printNumeric(heap + start, fill)
    store<u32>(offsets + (row << 2), fill - heap)
    store<u32>(lengths + (row << 2), end - fill)
    fill = end
  }
  store<u32>(state, fill - heap)
  return nulls
}

const WEIGHT: usize = 2
const SIGN: usize = 4
const SCALE: usize = 6
const NEGATIVE: u32 = 0x4000
const NAN: u32 = 0xc000
const INFINITY: u32 = 0xd000
const MINUS_INFINITY: u32 = 0xf000
/** `NaN` and `Infinity`, first letters lowest. */
const NAN_TEXT: u32 = 0x4e614e
const INFINITY_TEXT: u64 = 0x7974696e69666e49

function printNumeric(value: usize, target: usize): usize {
  const sign = readUint16(value + SIGN)
  let at = target
  if (sign == NAN) {
    store<u32>(at, NAN_TEXT)
    return at + 3
  }
  if (sign == INFINITY || sign == MINUS_INFINITY) {
    if (sign == MINUS_INFINITY) store<u8>(at++, DASH)
    store<u64>(at, INFINITY_TEXT)
    return at + 8
  }
  if (sign == NEGATIVE) store<u8>(at++, DASH)
  const count = <i32>readUint16(value)
  const weight = readInt16(value + WEIGHT)
  if (weight < 0) store<u8>(at++, 0x30)
  else {
    at = printLeadingGroup(at, groupAt(value, count, 0))
    for (let index = 1; index <= weight; index++) at = printGroup(at, groupAt(value, count, index))
  }
  const scale = readUint16(value + SCALE)
  if (scale == 0) return at
  store<u8>(at++, 0x2e)
  const end = at + scale
  for (let index = weight + 1; at < end; index++) at = printGroup(at, groupAt(value, count, index))
  return end
}

@inline
function printGroup(at: usize, group: u32): usize {
  store<u8>(at, 0x30 + group / 1000)
  store<u8>(at, 0x30 + ((group / 100) % 10), 1)
  store<u8>(at, 0x30 + ((group / 10) % 10), 2)
  store<u8>(at, 0x30 + (group % 10), 3)
  return at + 4
}

/** Without leading zeros, but at least one digit. */
@inline
function printLeadingGroup(target: usize, group: u32): usize {
  let at = target
  if (group >= 1000) store<u8>(at++, 0x30 + group / 1000)
  if (group >= 100) store<u8>(at++, 0x30 + ((group / 100) % 10))
  if (group >= 10) store<u8>(at++, 0x30 + ((group / 10) % 10))
  store<u8>(at++, 0x30 + (group % 10))
  return at
}

import { readInt16, readInt32 } from './wire-rows'

// Values of one column for the rows `from` to `to` of a slot, out of the bytes of the wire: the twins are the decoders
// in source/postgres/wire. `starts` is that of the column. Each returns the number of NULLs, or MALFORMED.

/** A value is not what its type says. */
export const MALFORMED: i32 = -1

/** Days from 1970-01-01 to 2000-01-01, PostgreSQL's day 0. */
const EPOCH_DAYS: i32 = 10957
const EPOCH_MICROS: i64 = 946684800000000

@inline
function readInt64(at: usize): i64 {
  return bswap<i64>(load<i64>(at))
}

export function decodeBooleans(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  values: usize,
  validity: usize,
): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 1
    store<u8>(values + row, load<u8>(heap + start))
  }
  return difference == 0 ? nulls : MALFORMED
}

export function decodeShorts(heap: usize, starts: usize, from: u32, to: u32, values: usize, validity: usize): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 2
    store<i32>(values + (row << 2), readInt16(heap + start))
  }
  return difference == 0 ? nulls : MALFORMED
}

/** Whole numbers of 32 bits and floats. */
export function decodeWords1(heap: usize, starts: usize, from: u32, to: u32, values: usize, validity: usize): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 4
    store<i32>(values + (row << 2), readInt32(heap + start))
  }
  return difference == 0 ? nulls : MALFORMED
}

/** Whole numbers of 64 bits and doubles. */
export function decodeWords2(heap: usize, starts: usize, from: u32, to: u32, values: usize, validity: usize): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 8
    store<i64>(values + (row << 3), readInt64(heap + start))
  }
  return difference == 0 ? nulls : MALFORMED
}

export function decodeDates(heap: usize, starts: usize, from: u32, to: u32, values: usize, validity: usize): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 4
    const days = readInt32(heap + start)
    const isInfinite = days == i32.MAX_VALUE || days == i32.MIN_VALUE
    store<i32>(values + (row << 2), isInfinite ? days : days + EPOCH_DAYS)
  }
  return difference == 0 ? nulls : MALFORMED
}

export function decodeTimestamps(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  values: usize,
  validity: usize,
): i32 {
  let nulls: i32 = 0
  let difference: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    difference |= readInt32(heap + start - 4) ^ 8
    const micros = readInt64(heap + start)
    let moved = micros + EPOCH_MICROS
    if (moved < micros) moved = i64.MAX_VALUE
    store<i64>(values + (row << 3), micros == i64.MIN_VALUE ? micros : moved)
  }
  return difference == 0 ? nulls : MALFORMED
}

/** Values stay where they are, but for the first `skip` bytes. */
export function referToValues(
  heap: usize,
  starts: usize,
  from: u32,
  to: u32,
  offsets: usize,
  lengths: usize,
  skip: u32,
  validity: usize,
): i32 {
  let nulls: i32 = 0
  for (let row = from; row < to; row++) {
    const start = load<u32>(starts + (row << 2))
    store<u8>(validity + row, u8(start != 0))
    if (start == 0) {
      nulls++
      continue
    }
    store<u32>(offsets + (row << 2), start + skip)
    store<u32>(lengths + (row << 2), readInt32(heap + start - 4) - skip)
  }
  return nulls
}

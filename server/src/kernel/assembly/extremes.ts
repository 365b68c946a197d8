// Places of the smallest and the largest of dense values, as two words at `result`; see twins/min-max.ts.

@inline
function setExtremes(result: usize, count: u32, min: i32, max: i32): void {
  store<i32>(result, count > 0 ? min : -1)
  store<i32>(result, count > 0 ? max : -1, 4)
}

export function findExtremes1(values: usize, count: u32, result: usize): void {
  let least = count > 0 ? load<i32>(values) : 0
  let most = least
  let min: u32 = 0
  let max: u32 = 0
  for (let i: u32 = 1; i < count; i++) {
    const value = load<i32>(values + (i << 2))
    if (value < least) {
      least = value
      min = i
    } else if (value > most) {
      most = value
      max = i
    }
  }
  setExtremes(result, count, min, max)
}

export function findExtremes2(values: usize, count: u32, result: usize): void {
  let least = count > 0 ? load<i64>(values) : 0
  let most = least
  let min: u32 = 0
  let max: u32 = 0
  for (let i: u32 = 1; i < count; i++) {
    const value = load<i64>(values + (i << 3))
    if (value < least) {
      least = value
      min = i
    } else if (value > most) {
      most = value
      max = i
    }
  }
  setExtremes(result, count, min, max)
}

export function findExtremes4(values: usize, count: u32, result: usize): void {
  let min: u32 = 0
  let max: u32 = 0
  for (let i: u32 = 1; i < count; i++) {
    if (isBelow4(values, i, min)) min = i
    else if (isBelow4(values, max, i)) max = i
  }
  setExtremes(result, count, min, max)
}

@inline
function isBelow4(values: usize, a: u32, b: u32): bool {
  const highA = load<i64>(values + (a << 4), 8)
  const highB = load<i64>(values + (b << 4), 8)
  if (highA != highB) return highA < highB
  return load<u64>(values + (a << 4)) < load<u64>(values + (b << 4))
}

export function findExtremesOfFloats(values: usize, count: u32, result: usize): u32 {
  return findExtremesOf<f32>(values, count, result, 2)
}

export function findExtremesOfDoubles(values: usize, count: u32, result: usize): u32 {
  return findExtremesOf<f64>(values, count, result, 3)
}

/** NaN is passed over; returns how many there were. */
@inline
function findExtremesOf<T>(values: usize, count: u32, result: usize, shift: u32): u32 {
  let min: i32 = -1
  let max: i32 = -1
  let least: T = 0
  let most: T = 0
  let nanCount: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const value = load<T>(values + (i << shift))
    if (value != value) {
      nanCount++
      continue
    }
    if (min < 0 || value < least) {
      least = value
      min = i
    }
    if (max < 0 || value > most) {
      most = value
      max = i
    }
  }
  setExtremes(result, count, min, max)
  return nanCount
}

/** Byte strings in PLAIN form; the results are where their length prefixes are. */
export function findPlainExtremes(plain: usize, count: u32, result: usize): void {
  let min: u32 = 0
  let max: u32 = 0
  let least = count > 0 ? prefixOf(plain) : 0
  let most = least
  let at: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const prefix = prefixOf(plain + at)
    if (prefix < least || (prefix == least && comparePlain(plain + at, plain + min) < 0)) {
      min = at
      least = prefix
    } else if (prefix > most || (prefix == most && comparePlain(plain + at, plain + max) > 0)) {
      max = at
      most = prefix
    }
    at += 4 + load<u32>(plain + at)
  }
  setExtremes(result, count, min, max)
}

/** First eight bytes of a value, big-endian, zero-padded. */
@inline
function prefixOf(plain: usize): u64 {
  const length = load<u32>(plain)
  const prefix = bswap<u64>(load<u64>(plain, 4))
  return length >= 8 ? prefix : length == 0 ? 0 : prefix & ~(~(<u64>0) >> (length << 3))
}

function comparePlain(a: usize, b: usize): i32 {
  const lengthA = load<u32>(a)
  const lengthB = load<u32>(b)
  const difference = memory.compare(a + 4, b + 4, min(lengthA, lengthB))
  if (difference != 0) return difference
  return lengthA < lengthB ? -1 : i32(lengthA > lengthB)
}

/** Byte after the last of at most `maxValues` values that fit `maxBytes`; how many they are is left at `result`. */
export function findPlainEnd(plain: usize, start: u32, maxValues: u32, maxBytes: u32, result: usize): u32 {
  let end = start
  let values: u32 = 0
  while (values < maxValues) {
    const next = end + 4 + load<u32>(plain + end)
    if (values > 0 && next - start > maxBytes) break
    end = next
    values++
  }
  store<u32>(result, values)
  return end
}

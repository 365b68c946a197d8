/**
 * Extremes of dense values. Every function returns [index of a smallest, index of a largest value] in
 * `result`, or [-1, -1] if there is nothing to compare.
 */
export type Extremes = Int32Array

function findExtremes1(values: Int32Array, count: number, result: Extremes): void {
  let [min, max] = [0, 0]
  for (let i = 1; i < count; i++) {
    const value = values[i] as number
    if (value < (values[min] as number)) min = i
    else if (value > (values[max] as number)) max = i
  }
  setExtremes(result, count, min, max)
}

/** Signed 64-bit values of two words, low word first. */
export function findExtremes2(words: Int32Array, count: number, result: Extremes): void {
  let [min, max] = [0, 0]
  let [minLow, minHigh] = [(words[0] as number) >>> 0, words[1] as number]
  let [maxLow, maxHigh] = [minLow, minHigh]
  for (let i = 1; i < count; i++) {
    const low = (words[2 * i] as number) >>> 0
    const high = words[2 * i + 1] as number
    if (high < minHigh || (high === minHigh && low < minLow)) {
      min = i
      minLow = low
      minHigh = high
    } else if (high > maxHigh || (high === maxHigh && low > maxLow)) {
      max = i
      maxLow = low
      maxHigh = high
    }
  }
  setExtremes(result, count, min, max)
}

/** Signed 128-bit values of four words, low word first. */
export function findExtremes4(words: Int32Array, count: number, result: Extremes): void {
  let [min, max] = [0, 0]
  for (let i = 1; i < count; i++) {
    if (isBelow4(words, i, min)) min = i
    else if (isBelow4(words, max, i)) max = i
  }
  setExtremes(result, count, min, max)
}

function isBelow4(words: Int32Array, a: number, b: number): boolean {
  const highA = words[4 * a + 3] as number
  const highB = words[4 * b + 3] as number
  if (highA !== highB) return highA < highB
  for (let word = 2; word >= 0; word--) {
    const wordA = (words[4 * a + word] as number) >>> 0
    const wordB = (words[4 * b + word] as number) >>> 0
    if (wordA !== wordB) return wordA < wordB
  }
  return false
}

/** NaN is passed over; returns how many there were. -0 and +0 are equal. */
export function findFloatExtremes(
  values: Float32Array | Float64Array,
  count: number,
  result: Extremes,
): number {
  let [min, max] = [-1, -1]
  let nanCount = 0
  for (let i = 0; i < count; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) {
      nanCount++
      continue
    }
    if (min < 0 || value < (values[min] as number)) min = i
    if (max < 0 || value > (values[max] as number)) max = i
  }
  setExtremes(result, count, min, max)
  return nanCount
}

/** Byte strings of `width` bytes, compared as unsigned bytes. */
export function findFixedExtremes(bytes: Uint8Array, width: number, count: number, result: Extremes): void {
  let [min, max] = [0, 0]
  for (let i = 1; i < count; i++) {
    if (compareBytes(bytes, i * width, width, bytes, min * width, width) < 0) min = i
    else if (compareBytes(bytes, i * width, width, bytes, max * width, width) > 0) max = i
  }
  setExtremes(result, count, min, max)
}

/**
 * Byte strings in PLAIN form, compared as unsigned bytes (the order of UTF-8's code points). The results are
 * not indices but the bytes of `plain` at which the length prefixes of the extremes are.
 */
export function findPlainExtremes(plain: DataView, count: number, result: Extremes): void {
  let [min, max] = [0, 0]
  let minPrefix = count > 0 ? readPrefix(plain, 0) : 0
  let maxPrefix = minPrefix
  let at = 0
  for (let i = 0; i < count; i++) {
    const prefix = readPrefix(plain, at)
    if (prefix < minPrefix || (prefix === minPrefix && comparePlain(plain, at, min) < 0)) {
      min = at
      minPrefix = prefix
    } else if (prefix > maxPrefix || (prefix === maxPrefix && comparePlain(plain, at, max) > 0)) {
      max = at
      maxPrefix = prefix
    }
    at += 4 + plain.getUint32(at, true)
  }
  setExtremes(result, count, min, max)
}

/** First four bytes of a value, big-endian, zero-padded: values that differ here need no further look. */
function readPrefix(plain: DataView, at: number): number {
  const length = plain.getUint32(at, true)
  if (length >= 4) return plain.getUint32(at + 4)
  let prefix = 0
  for (let i = 0; i < 4; i++) prefix = prefix * 256 + (i < length ? plain.getUint8(at + 4 + i) : 0)
  return prefix
}

function comparePlain(plain: DataView, a: number, b: number): number {
  const lengthA = plain.getUint32(a, true)
  const lengthB = plain.getUint32(b, true)
  const shared = Math.min(lengthA, lengthB)
  for (let i = 4; i < shared + 4; i++) {
    const difference = plain.getUint8(a + i) - plain.getUint8(b + i)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}

/** By the words of a value. */
export const FIND_EXTREMES = { 1: findExtremes1, 2: findExtremes2, 4: findExtremes4 } as const

/** Negative, 0 or positive, as unsigned bytes; a prefix comes before what it is a prefix of. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number {
  const shared = Math.min(aLength, bLength)
  for (let i = 0; i < shared; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number)
    if (difference !== 0) return difference
  }
  return aLength - bLength
}

function setExtremes(result: Extremes, count: number, min: number, max: number): void {
  result[0] = count > 0 ? min : -1
  result[1] = count > 0 ? max : -1
}

/**
 * Dense copies of the values of a vector: NULL rows are left out, as Parquet's data pages want it.
 * `validity` is `undefined` where no row of the vector is NULL. Every function returns the index after the
 * last value written to `target`. Words are 32 bits.
 */

/** Values of `wordsPerValue` words; those of one word lie `stride` words apart in `source`. */
export function gatherWords(
  wordsPerValue: 1 | 2 | 4,
  source: Int32Array,
  stride: number,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Int32Array,
  at: number,
): number {
  if (wordsPerValue === 1) return gatherWords1(source, stride, validity, from, to, target, at)
  const gather = wordsPerValue === 2 ? gatherWords2 : gatherWords4
  return gather(source, validity, from, to, target, at)
}

function gatherWords1(
  source: Int32Array,
  stride: number,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Int32Array,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    target[end] = source[row * stride] as number
    // A NULL's word is overwritten by the next value; no branch is needed to skip it.
    end += validity === undefined || validity[row] !== 0 ? 1 : 0
  }
  return end
}

function gatherWords2(
  source: Int32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Int32Array,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    target[2 * end] = source[2 * row] as number
    target[2 * end + 1] = source[2 * row + 1] as number
    end += validity === undefined || validity[row] !== 0 ? 1 : 0
  }
  return end
}

function gatherWords4(
  source: Int32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Int32Array,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    target[4 * end] = source[4 * row] as number
    target[4 * end + 1] = source[4 * row + 1] as number
    target[4 * end + 2] = source[4 * row + 2] as number
    target[4 * end + 3] = source[4 * row + 3] as number
    end += validity === undefined || validity[row] !== 0 ? 1 : 0
  }
  return end
}

/** Sixteen bytes per value, from anywhere in `heap`, as four words in memory order. */
export function gatherSixteenBytes(
  heap: DataView,
  offsets: Uint32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Int32Array,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    const offset = offsets[row] as number
    target[4 * end] = heap.getInt32(offset, true)
    target[4 * end + 1] = heap.getInt32(offset + 4, true)
    target[4 * end + 2] = heap.getInt32(offset + 8, true)
    target[4 * end + 3] = heap.getInt32(offset + 12, true)
    end++
  }
  return end
}

/** One byte per value, 0 or 1. */
export function gatherBooleans(
  source: Uint8Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    target[end] = source[row] === 0 ? 0 : 1
    end += validity === undefined || validity[row] !== 0 ? 1 : 0
  }
  return end
}

/** Bytes that the values of the rows `from` to `to` take without any length prefix. */
export function sumLengths(
  lengths: Uint32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
): number {
  let sum = 0
  for (let row = from; row < to; row++) {
    if (validity === undefined || validity[row] !== 0) sum += lengths[row] as number
  }
  return sum
}

/** First row among `from` to `to` whose value is not `length` bytes long; -1 if there is none. */
export function findOtherLength(
  lengths: Uint32Array,
  length: number,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
): number {
  for (let row = from; row < to; row++) {
    if (lengths[row] !== length && (validity === undefined || validity[row] !== 0)) return row
  }
  return -1
}

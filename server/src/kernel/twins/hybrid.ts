/**
 * Parquet's hybrid of run lengths and bit packing, for definition levels and dictionary indices. A run is a
 * varint header and its data: `count << 1` and one value in whole bytes, or `groups << 1 | 1` and 8 values of
 * `bitWidth` bits a group, lowest bits first.
 */

/** Shorter repeats cost more as a run of their own than bit-packed. */
const MIN_RUN = 16

/** Bytes that `count` values of at most 24 bits can take at worst. */
export function maxHybridBytes(count: number): number {
  return 4 * count + 64
}

/** Bits that the values 0 to `max` need; at least 1, because some readers stumble over widths of 0. */
export function bitWidthOf(max: number): number {
  return Math.max(1, 32 - Math.clz32(max))
}

/**
 * Encodes the values `from` to `to`, each below 2^bitWidth (1 to 24), into `target` at byte `at`.
 * Returns the byte after the last one written.
 */
export function encodeHybrid(
  values: Uint32Array,
  from: number,
  to: number,
  bitWidth: number,
  target: Uint8Array,
  at: number,
): number {
  let end = at
  let packedFrom = from
  let i = from
  while (i < to) {
    const runEnd = findRunEnd(values, i, to)
    if (runEnd - i < MIN_RUN) {
      i += 8
      continue
    }
    end = writePacked(values, packedFrom, i, bitWidth, target, end)
    end = writeRun(values[i] as number, runEnd - i, bitWidth, target, end)
    packedFrom = i = runEnd
  }
  return writePacked(values, packedFrom, to, bitWidth, target, end)
}

function findRunEnd(values: Uint32Array, from: number, to: number): number {
  const value = values[from]
  let end = from + 1
  while (end < to && values[end] === value) end++
  return end
}

/** One run of `count` times the same value. */
export function writeRun(
  value: number,
  count: number,
  bitWidth: number,
  target: Uint8Array,
  at: number,
): number {
  let end = writeVarint(count * 2, target, at)
  for (let shift = 0; shift < bitWidth; shift += 8) target[end++] = value >>> shift
  return end
}

/** One bit-packed run; nothing for an empty range. The last group is filled up with zeros. */
function writePacked(
  values: Uint32Array,
  from: number,
  to: number,
  bitWidth: number,
  target: Uint8Array,
  at: number,
): number {
  if (from >= to) return at
  const groups = (to - from + 7) >>> 3
  const start = writeVarint(groups * 2 + 1, target, at)
  const end = start + groups * bitWidth
  const filled = packBits(values, from, to, bitWidth, target, start)
  target.fill(0, filled, end)
  return end
}

/** Bits of the values one after the other, lowest first; the last byte is filled up with zeros. */
function packBits(
  values: Uint32Array,
  from: number,
  to: number,
  bitWidth: number,
  target: Uint8Array,
  at: number,
): number {
  let end = at
  let pending = 0
  let bits = 0
  for (let i = from; i < to; i++) {
    pending |= (values[i] as number) << bits
    bits += bitWidth
    while (bits >= 8) {
      target[end++] = pending
      pending >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) target[end++] = pending
  return end
}

function writeVarint(value: number, target: Uint8Array, at: number): number {
  let end = at
  let rest = value
  while (rest > 0x7f) {
    target[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[end++] = rest
  return end
}

/** Booleans in PLAIN form: one bit a value, lowest first. Returns the byte after the last one written. */
export function packBooleans(
  values: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  let end = at
  for (let i = from; i < to; i += 8) {
    const last = Math.min(i + 8, to)
    let byte = 0
    for (let k = i; k < last; k++) byte |= (values[k] as number) << (k - i)
    target[end++] = byte
  }
  return end
}

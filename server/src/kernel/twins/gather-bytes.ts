/** Byte strings in Parquet's PLAIN form: each value is its length (32 bits, little-endian) and its bytes. */

/** Above this length the built-in copy is faster than a loop, in spite of the two objects that it costs. */
const BUILT_IN_COPY_BYTES = 512

/**
 * Copies `length` bytes, four at a time. Neither buffer is touched outside the range.
 */
export function copyBytes(
  source: DataView,
  sourceStart: number,
  target: DataView,
  targetStart: number,
  length: number,
): void {
  if (length >= BUILT_IN_COPY_BYTES) {
    bytesOf(target, targetStart, length).set(bytesOf(source, sourceStart, length))
    return
  }
  const words = length & ~3
  for (let i = 0; i < words; i += 4) {
    target.setInt32(targetStart + i, source.getInt32(sourceStart + i, true), true)
  }
  for (let i = words; i < length; i++) target.setUint8(targetStart + i, source.getUint8(sourceStart + i))
}

function bytesOf(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length)
}

/**
 * Appends the values of the rows `from` to `to` to `target` at byte `at`; the caller made sure that they fit.
 * Returns the byte after the last one written.
 */
export function gatherPlainBytes(
  heap: DataView,
  offsets: Uint32Array,
  lengths: Uint32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: DataView,
  at: number,
): number {
  let end = at
  for (let row = from; row < to; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    const length = lengths[row] as number
    target.setInt32(end, length, true)
    copyBytes(heap, offsets[row] as number, target, end + 4, length)
    end += 4 + length
  }
  return end
}

/** Byte after the last of at most `maxValues` values from `start` on that fit `maxBytes`; one always fits. */
export function findPlainEnd(
  plain: DataView,
  start: number,
  maxValues: number,
  maxBytes: number,
  result: { values: number },
): number {
  let end = start
  let values = 0
  while (values < maxValues) {
    const next = end + 4 + plain.getUint32(end, true)
    if (values > 0 && next - start > maxBytes) break
    end = next
    values++
  }
  result.values = values
  return end
}

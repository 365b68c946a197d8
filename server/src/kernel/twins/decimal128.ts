/**
 * Writes 128-bit values (four words, low word first, two's complement) as big-endian integers of `width`
 * bytes (9 to 16), dropping the sign bytes above. Values are `from` to `to` of `words`; the bytes go to
 * `target` from `at` on. Returns the byte after the last one written.
 */
export function encodeBigEndian128(
  words: Int32Array,
  from: number,
  to: number,
  width: number,
  target: DataView,
  at: number,
): number {
  let end = at
  const highBytes = width - 8
  for (let i = from; i < to; i++) {
    for (let k = highBytes - 1; k >= 0; k--) {
      const word = words[4 * i + 2 + (k >> 2)] as number
      target.setUint8(end++, word >>> (8 * (k & 3)))
    }
    target.setInt32(end, words[4 * i + 1] as number)
    target.setInt32(end + 4, words[4 * i] as number)
    end += 8
  }
  return end
}

/** Values of 128 bits as big-endian integers of `width` bytes (9 to 16); see twins/decimal128.ts. */
export function encodeBigEndian128(words: usize, from: u32, to: u32, width: u32, target: usize, at: u32): u32 {
  let end = target + at
  const droppedBits = (16 - width) << 3
  for (let i = from; i < to; i++) {
    const low = load<u64>(words + (i << 4))
    const high = load<u64>(words + (i << 4), 8)
    // The zeros that come in behind are overwritten by the low half.
    store<u64>(end, bswap<u64>(high) >> droppedBits)
    store<u64>(end + width - 8, bswap<u64>(low))
    end += width
  }
  return <u32>(end - target)
}

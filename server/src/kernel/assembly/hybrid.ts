// Runs and bit packing; see twins/hybrid.ts.

const MIN_RUN: u32 = 16

export function encodeHybrid(values: usize, from: u32, to: u32, bitWidth: u32, target: usize, at: u32): u32 {
  let end = target + at
  let packedFrom = from
  let i = from
  while (i < to) {
    const runEnd = findRunEnd(values, i, to)
    if (runEnd - i < MIN_RUN) {
      i += 8
      continue
    }
    end = writePacked(values, packedFrom, i, bitWidth, end)
    end = writeRun(load<u32>(values + (i << 2)), runEnd - i, bitWidth, end)
    packedFrom = i = runEnd
  }
  return <u32>(writePacked(values, packedFrom, to, bitWidth, end) - target)
}

@inline
function findRunEnd(values: usize, from: u32, to: u32): u32 {
  const value = load<u32>(values + (from << 2))
  let end = from + 1
  while (end < to && load<u32>(values + (end << 2)) == value) end++
  return end
}

function writeRun(value: u32, count: u32, bitWidth: u32, at: usize): usize {
  let end = writeVarint(count << 1, at)
  for (let shift: u32 = 0; shift < bitWidth; shift += 8) store<u8>(end++, <u8>(value >> shift))
  return end
}

function writePacked(values: usize, from: u32, to: u32, bitWidth: u32, at: usize): usize {
  if (from >= to) return at
  const groups = (to - from + 7) >> 3
  const start = writeVarint((groups << 1) | 1, at)
  const end = start + groups * bitWidth
  let fill = start
  let pending: u64 = 0
  let bits: u32 = 0
  for (let i = from; i < to; i++) {
    pending |= <u64>load<u32>(values + (i << 2)) << bits
    bits += bitWidth
    if (bits >= 32) {
      store<u32>(fill, <u32>pending)
      fill += 4
      pending >>= 32
      bits -= 32
    }
  }
  for (; bits > 0; bits = bits > 8 ? bits - 8 : 0) {
    store<u8>(fill++, <u8>pending)
    pending >>= 8
  }
  if (fill < end) memory.fill(fill, 0, end - fill)
  return end
}

function writeVarint(value: u32, at: usize): usize {
  let end = at
  let rest = value
  while (rest > 0x7f) {
    store<u8>(end++, <u8>((rest & 0x7f) | 0x80))
    rest >>= 7
  }
  store<u8>(end++, <u8>rest)
  return end
}

export function packBooleans(values: usize, from: u32, to: u32, target: usize, at: u32): u32 {
  let end = target + at
  let i = from
  for (; i + 16 <= to; i += 16) {
    // A value of 1 becomes -1, whose sign is the bit.
    store<u16>(end, <u16>i8x16.bitmask(i8x16.neg(v128.load(values + i))))
    end += 2
  }
  for (; i < to; i += 8) {
    const last = min(i + 8, to)
    let byte: u32 = 0
    for (let k = i; k < last; k++) byte |= <u32>load<u8>(values + k) << (k - i)
    store<u8>(end++, <u8>byte)
  }
  return <u32>(end - target)
}

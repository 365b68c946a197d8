import { firstBytes, isThere } from './memory'

// Sums of DuckDB's hash over the rows 0 to `count` of a vector: see twins/hash-sums.ts. `sum` points to two words
// of 64 bits: the sum of the upper 48 bits of the hashes, and the exclusive or of the hashes.

const FACTOR: u64 = 0xd6e8feb86659fd93
/** Added for each negative floating-point number: the hash itself takes both zeros as one. */
const NEGATIVE: u64 = 0x9e3779b97f4a7c15

@inline
function mix(value: u64): u64 {
  let mixed = value ^ (value >> 32)
  mixed *= FACTOR
  mixed ^= mixed >> 32
  mixed *= FACTOR
  return mixed ^ (mixed >> 32)
}

export function sumHashesOfBytes1(values: usize, validity: usize, count: u32, sum: usize): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    const hash = mix(load<u8>(values + row))
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

/** Words `stride` words apart. */
export function sumHashesOfWords1(values: usize, stride: u32, validity: usize, count: u32, sum: usize): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  const step = stride << 2
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    const hash = mix(load<u32>(values + row * step))
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

export function sumHashesOfWords2(values: usize, validity: usize, count: u32, sum: usize): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    const hash = mix(load<u64>(values + (row << 3)))
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

export function sumHashesOfFloats(values: usize, validity: usize, count: u32, sum: usize): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    let bits = load<u32>(values + (row << 2))
    if (bits >> 31) total += NEGATIVE
    const magnitude = bits & 0x7fffffff
    if (magnitude == 0) bits = 0
    else if (magnitude > 0x7f800000) bits = 0x7fc00000
    const hash = mix(bits)
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

export function sumHashesOfDoubles(values: usize, validity: usize, count: u32, sum: usize): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    let bits = load<u64>(values + (row << 3))
    if (bits >> 63) total += NEGATIVE
    const magnitude = bits & 0x7fffffffffffffff
    if (magnitude == 0) bits = 0
    else if (magnitude > 0x7ff0000000000000) bits = 0x7ff8000000000000
    const hash = mix(bits)
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

export function sumHashesOfStrings(
  heap: usize,
  offsets: usize,
  lengths: usize,
  validity: usize,
  count: u32,
  sum: usize,
): void {
  let total = load<u64>(sum)
  let parity = load<u64>(sum, 8)
  for (let row: u32 = 0; row < count; row++) {
    if (!isThere(validity, row)) continue
    const hash = hashString(heap + load<u32>(offsets + (row << 2)), load<u32>(lengths + (row << 2)))
    total += hash >> 16
    parity ^= hash
  }
  store<u64>(sum, total)
  store<u64>(sum, parity, 8)
}

@inline
function hashString(start: usize, length: u32): u64 {
  let hash: u64 = 0xe17a1465 ^ (<u64>length * 0xc6a4a7935bd1e995)
  let at = start
  const wordsEnd = start + (length & ~7)
  for (; at < wordsEnd; at += 8) hash = (hash ^ load<u64>(at)) * FACTOR
  const rest = length & 7
  if (rest) hash = (hash ^ firstBytes(load<u64>(at), rest)) * FACTOR
  return mix(hash)
}

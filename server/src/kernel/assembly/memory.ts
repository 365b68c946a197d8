// Memory that the kernel may read and write a little beyond what it was given: TypeScript keeps SLACK bytes free
// behind every block (kernel-heap.ts), so that strings move sixteen bytes at a time whatever their length.

/** Copies `length` bytes; up to 15 bytes behind them in `target` are overwritten. */
@inline
export function copyLoosely(target: usize, source: usize, length: u32): void {
  if (length > 512) {
    memory.copy(target, source, length)
    return
  }
  for (let at: u32 = 0; at < length; at += 16) {
    v128.store(target + at, v128.load(source + at))
  }
}

/** Whether `length` bytes at both places are the same. */
@inline
export function isSame(a: usize, b: usize, length: u32): bool {
  let at: u32 = 0
  for (; at + 16 <= length; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false
  }
  for (; at + 8 <= length; at += 8) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false
  }
  return firstBytes(load<u64>(a + at), length - at) == firstBytes(load<u64>(b + at), length - at)
}

/** What the first `count` bytes (0 to 7) of a word leave of it. */
@inline
export function firstBytes(word: u64, count: u32): u64 {
  return word & (((<u64>1) << (count << 3)) - 1)
}

/** Whether a row has a value; a pointer of 0 stands for a column without NULLs. */
@inline
export function isThere(validity: usize, row: u32): bool {
  return validity == 0 || load<u8>(validity + row) != 0
}

/** Views of shared memory are filled and copied element by element in JavaScript; here, as fast as memory goes. */
export function fillBytes(target: usize, byte: u32, length: u32): void {
  memory.fill(target, <u8>byte, length)
}

export function copyBytes(target: usize, source: usize, length: u32): void {
  memory.copy(target, source, length)
}

import { copyLoosely, isThere } from './memory'

// Dense copies of the rows `from` to `to` of a vector without its NULLs; see twins/gather.ts.

export function gatherWords1(
  source: usize,
  stride: u32,
  validity: usize,
  from: u32,
  to: u32,
  target: usize,
  at: u32,
): u32 {
  const step = stride << 2
  let end = at
  for (let row = from; row < to; row++) {
    store<u32>(target + (end << 2), load<u32>(source + row * step))
    end += u32(isThere(validity, row))
  }
  return end
}

export function gatherWords2(source: usize, validity: usize, from: u32, to: u32, target: usize, at: u32): u32 {
  let end = at
  for (let row = from; row < to; row++) {
    store<u64>(target + (end << 3), load<u64>(source + (row << 3)))
    end += u32(isThere(validity, row))
  }
  return end
}

export function gatherWords4(source: usize, validity: usize, from: u32, to: u32, target: usize, at: u32): u32 {
  let end = at
  for (let row = from; row < to; row++) {
    v128.store(target + (end << 4), v128.load(source + (row << 4)))
    end += u32(isThere(validity, row))
  }
  return end
}

export function gatherSixteenBytes(
  heap: usize,
  offsets: usize,
  validity: usize,
  from: u32,
  to: u32,
  target: usize,
  at: u32,
): u32 {
  let end = at
  for (let row = from; row < to; row++) {
    if (!isThere(validity, row)) continue
    v128.store(target + (end++ << 4), v128.load(heap + load<u32>(offsets + (row << 2))))
  }
  return end
}

export function gatherBooleans(source: usize, validity: usize, from: u32, to: u32, target: usize, at: u32): u32 {
  let end = at
  for (let row = from; row < to; row++) {
    store<u8>(target + end, u8(load<u8>(source + row) != 0))
    end += u32(isThere(validity, row))
  }
  return end
}

export function gatherPlainBytes(
  heap: usize,
  offsets: usize,
  lengths: usize,
  validity: usize,
  from: u32,
  to: u32,
  target: usize,
  at: u32,
): u32 {
  let end = at
  for (let row = from; row < to; row++) {
    if (!isThere(validity, row)) continue
    const length = load<u32>(lengths + (row << 2))
    store<u32>(target + end, length)
    copyLoosely(target + end + 4, heap + load<u32>(offsets + (row << 2)), length)
    end += 4 + length
  }
  return end
}

/** In doubles: four thousand rows may have more than four gigabytes between them. */
export function sumLengths(lengths: usize, validity: usize, from: u32, to: u32): f64 {
  let sum: u64 = 0
  for (let row = from; row < to; row++) {
    if (isThere(validity, row)) sum += load<u32>(lengths + (row << 2))
  }
  return <f64>sum
}

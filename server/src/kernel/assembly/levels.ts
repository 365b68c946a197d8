// Definition levels out of validity bytes, sixteen rows at a time; see twins/levels.ts.

export function unitePresence(present: usize, validity: usize, rowCount: u32): void {
  let row: u32 = 0
  for (; row + 16 <= rowCount; row += 16) {
    const isThere = v128.and(i8x16.ne(v128.load(validity + row), i8x16.splat(0)), i8x16.splat(1))
    v128.store(present + row, v128.or(v128.load(present + row), isThere))
  }
  for (; row < rowCount; row++) if (load<u8>(validity + row) != 0) store<u8>(present + row, 1)
}

export function addLevel(levels: usize, at: u32, present: usize, from: u32, to: u32): void {
  let target = levels + at
  let row = from
  for (; row + 16 <= to; row += 16) {
    // -1 where the row is there.
    const isThere = i8x16.ne(v128.load(present + row), i8x16.splat(0))
    v128.store(target, i8x16.sub(v128.load(target), isThere))
    target += 16
  }
  for (; row < to; row++) {
    if (load<u8>(present + row) != 0) store<u8>(target, load<u8>(target) + 1)
    target++
  }
}

/** How many of the bytes `from` to `to` are equal to `level`. */
export function countLevel(levels: usize, level: u32, from: u32, to: u32): u32 {
  const wanted = i8x16.splat(<i8>level)
  let count: u32 = 0
  let i = from
  for (; i + 16 <= to; i += 16) {
    count += popcnt(<u32>i8x16.bitmask(i8x16.eq(v128.load(levels + i), wanted)))
  }
  for (; i < to; i++) count += u32(load<u8>(levels + i) == level)
  return count
}

export function widenLevels(levels: usize, from: u32, to: u32, target: usize): void {
  for (let i = from; i < to; i++) store<u32>(target + ((i - from) << 2), load<u8>(levels + i))
}

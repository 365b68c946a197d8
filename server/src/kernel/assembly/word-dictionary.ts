// Dictionaries of values of one, two or four words; see twins/word-dictionary.ts for the layout.

@inline
function spread1(word: u32): u32 {
  const hash: u64 = <u64>word * 0x9e3779b97f4a7c15
  return <u32>(hash >> 32)
}

@inline
function spread2(words: u64): u32 {
  const hash = (words ^ (words >> 32)) * 0x9e3779b97f4a7c15
  return <u32>(hash >> 32)
}

@inline
function spread4(low: u64, high: u64): u32 {
  return spread2(low ^ (high * 0xd6e8feb86659fd93))
}

export function appendDictionary1(
  table: usize,
  mask: u32,
  entries: usize,
  entryCount: u32,
  source: usize,
  from: u32,
  to: u32,
  indices: usize,
): u32 {
  let count = entryCount
  for (let i = from; i < to; i++) {
    const word = load<u32>(source + (i << 2))
    let slot = spread1(word) & mask
    let entry = load<u32>(table + (slot << 2))
    while (entry != 0 && load<u32>(entries + ((entry - 1) << 2)) != word) {
      slot = (slot + 1) & mask
      entry = load<u32>(table + (slot << 2))
    }
    if (entry == 0) {
      store<u32>(entries + (count << 2), word)
      entry = ++count
      store<u32>(table + (slot << 2), entry)
    }
    store<u32>(indices + (i << 2), entry - 1)
  }
  return count
}

export function appendDictionary2(
  table: usize,
  mask: u32,
  entries: usize,
  entryCount: u32,
  source: usize,
  from: u32,
  to: u32,
  indices: usize,
): u32 {
  let count = entryCount
  for (let i = from; i < to; i++) {
    const words = load<u64>(source + (i << 3))
    let slot = spread2(words) & mask
    let entry = load<u32>(table + (slot << 2))
    while (entry != 0 && load<u64>(entries + ((entry - 1) << 3)) != words) {
      slot = (slot + 1) & mask
      entry = load<u32>(table + (slot << 2))
    }
    if (entry == 0) {
      store<u64>(entries + (count << 3), words)
      entry = ++count
      store<u32>(table + (slot << 2), entry)
    }
    store<u32>(indices + (i << 2), entry - 1)
  }
  return count
}

export function appendDictionary4(
  table: usize,
  mask: u32,
  entries: usize,
  entryCount: u32,
  source: usize,
  from: u32,
  to: u32,
  indices: usize,
): u32 {
  let count = entryCount
  for (let i = from; i < to; i++) {
    const low = load<u64>(source + (i << 4))
    const high = load<u64>(source + (i << 4), 8)
    let slot = spread4(low, high) & mask
    let entry = load<u32>(table + (slot << 2))
    while (entry != 0) {
      const at = entries + ((entry - 1) << 4)
      if (load<u64>(at) == low && load<u64>(at, 8) == high) break
      slot = (slot + 1) & mask
      entry = load<u32>(table + (slot << 2))
    }
    if (entry == 0) {
      store<u64>(entries + (count << 4), low)
      store<u64>(entries + (count << 4), high, 8)
      entry = ++count
      store<u32>(table + (slot << 2), entry)
    }
    store<u32>(indices + (i << 2), entry - 1)
  }
  return count
}

export function rebuildTable(table: usize, mask: u32, entries: usize, entryCount: u32, wordsPerValue: u32): void {
  for (let entry: u32 = 0; entry < entryCount; entry++) {
    let hash: u32 = 0
    if (wordsPerValue == 1) hash = spread1(load<u32>(entries + (entry << 2)))
    else if (wordsPerValue == 2) hash = spread2(load<u64>(entries + (entry << 3)))
    else hash = spread4(load<u64>(entries + (entry << 4)), load<u64>(entries + (entry << 4), 8))
    let slot = hash & mask
    while (load<u32>(table + (slot << 2)) != 0) slot = (slot + 1) & mask
    store<u32>(table + (slot << 2), entry + 1)
  }
}

import { copyLoosely, firstBytes, isSame, isThere } from './memory'

// A dictionary of byte strings; see twins/bytes-dictionary.ts for the layout of `keys` and `data`. Strings of more
// than eight bytes have 64 bits of a hash for a key.

const FACTOR: u64 = 0xd6e8feb86659fd93

@inline
function keyOf(start: usize, length: u32): u64 {
  if (length < 8) return firstBytes(load<u64>(start), length)
  if (length == 8) return load<u64>(start)
  let hash: u64 = length
  const last = start + length - 8
  for (let at = start; at < last; at += 8) {
    hash = (hash ^ load<u64>(at)) * FACTOR
    hash ^= hash >> 29
  }
  hash = (hash ^ load<u64>(last)) * FACTOR
  return hash ^ (hash >> 32)
}

@inline
function spread(key: u64, length: u32): u32 {
  const hash = (key ^ (key >> 32) ^ (<u64>length << 56)) * 0x9e3779b97f4a7c15
  return <u32>(hash >> 32)
}

/** `state` holds the number of entries and the end of `data`, and is brought up to date. */
export function appendBytesDictionary(
  table: usize,
  mask: u32,
  keys: usize,
  data: usize,
  state: usize,
  heap: usize,
  offsets: usize,
  lengths: usize,
  validity: usize,
  from: u32,
  to: u32,
  indices: usize,
  at: u32,
): u32 {
  let count = load<u32>(state)
  let dataEnd = load<u32>(state, 4)
  let end = at
  for (let row = from; row < to; row++) {
    if (!isThere(validity, row)) continue
    const start = heap + load<u32>(offsets + (row << 2))
    const length = load<u32>(lengths + (row << 2))
    const key = keyOf(start, length)
    let slot = spread(key, length) & mask
    let entry = load<u32>(table + (slot << 2))
    while (entry != 0) {
      const known = keys + ((entry - 1) << 4)
      if (load<u64>(known) == key && load<u32>(known, 8) == length) {
        if (length <= 8 || isSame(data + load<u32>(known, 12), start, length)) break
      }
      slot = (slot + 1) & mask
      entry = load<u32>(table + (slot << 2))
    }
    if (entry == 0) {
      const added = keys + (count << 4)
      store<u32>(data + dataEnd, length)
      copyLoosely(data + dataEnd + 4, start, length)
      store<u64>(added, key)
      store<u32>(added, length, 8)
      store<u32>(added, dataEnd + 4, 12)
      dataEnd += 4 + length
      entry = ++count
      store<u32>(table + (slot << 2), entry)
    }
    store<u32>(indices + (end++ << 2), entry - 1)
  }
  store<u32>(state, count)
  store<u32>(state, dataEnd, 4)
  return end
}

export function rebuildBytesTable(table: usize, mask: u32, keys: usize, entryCount: u32): void {
  for (let entry: u32 = 0; entry < entryCount; entry++) {
    const known = keys + (entry << 4)
    let slot = spread(load<u64>(known), load<u32>(known, 8)) & mask
    while (load<u32>(table + (slot << 2)) != 0) slot = (slot + 1) & mask
    store<u32>(table + (slot << 2), entry + 1)
  }
}

export function sumEntryBytes(keys: usize, indices: usize, count: u32): u32 {
  let sum = count << 2
  for (let i: u32 = 0; i < count; i++) sum += load<u32>(keys + (load<u32>(indices + (i << 2)) << 4), 8)
  return sum
}

export function expandBytesDictionary(keys: usize, data: usize, indices: usize, count: u32, target: usize): u32 {
  let end: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const known = keys + (load<u32>(indices + (i << 2)) << 4)
    const size = load<u32>(known, 8) + 4
    copyLoosely(target + end, data + load<u32>(known, 12) - 4, size)
    end += size
  }
  return end
}

/**
 * Dictionaries of values of one, two or four words: an open-addressing table of 1-based entry numbers (0 is
 * free) whose size is a power of two and at least twice the number of entries.
 *
 * The append functions number the dense values `from` to `to` of `source`, adding unknown ones to `entries`,
 * and return the new number of entries. The caller made sure that `to - from` more entries fit.
 */

/** Spreads the bits of one word over a hash. */
function hash1(word: number): number {
  let hash = Math.imul(word, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

function hash2(low: number, high: number): number {
  return hash1(Math.imul(low, 0xcc9e2d51) ^ (high + (low >>> 17)))
}

function hash4(a: number, b: number, c: number, d: number): number {
  return hash2(hash2(a, b) ^ c, d)
}

function appendDictionary1(
  table: Int32Array,
  entries: Int32Array,
  entryCount: number,
  source: Int32Array,
  from: number,
  to: number,
  indices: Uint32Array,
): number {
  const mask = table.length - 1
  let count = entryCount
  for (let i = from; i < to; i++) {
    const word = source[i] as number
    let slot = hash1(word) & mask
    let entry = table[slot] as number
    while (entry !== 0 && entries[entry - 1] !== word) {
      slot = (slot + 1) & mask
      entry = table[slot] as number
    }
    if (entry === 0) {
      entries[count] = word
      entry = ++count
      table[slot] = entry
    }
    indices[i] = entry - 1
  }
  return count
}

function appendDictionary2(
  table: Int32Array,
  entries: Int32Array,
  entryCount: number,
  source: Int32Array,
  from: number,
  to: number,
  indices: Uint32Array,
): number {
  const mask = table.length - 1
  let count = entryCount
  for (let i = from; i < to; i++) {
    const low = source[2 * i] as number
    const high = source[2 * i + 1] as number
    let slot = hash2(low, high) & mask
    let entry = table[slot] as number
    while (entry !== 0 && (entries[2 * entry - 2] !== low || entries[2 * entry - 1] !== high)) {
      slot = (slot + 1) & mask
      entry = table[slot] as number
    }
    if (entry === 0) {
      entries[2 * count] = low
      entries[2 * count + 1] = high
      entry = ++count
      table[slot] = entry
    }
    indices[i] = entry - 1
  }
  return count
}

export function appendDictionary4(
  table: Int32Array,
  entries: Int32Array,
  entryCount: number,
  source: Int32Array,
  from: number,
  to: number,
  indices: Uint32Array,
): number {
  const mask = table.length - 1
  let count = entryCount
  for (let i = from; i < to; i++) {
    const hash = hash4(
      source[4 * i] as number,
      source[4 * i + 1] as number,
      source[4 * i + 2] as number,
      source[4 * i + 3] as number,
    )
    let slot = hash & mask
    let entry = table[slot] as number
    while (entry !== 0 && !isSame4(entries, entry - 1, source, i)) {
      slot = (slot + 1) & mask
      entry = table[slot] as number
    }
    if (entry === 0) {
      entries[4 * count] = source[4 * i] as number
      entries[4 * count + 1] = source[4 * i + 1] as number
      entries[4 * count + 2] = source[4 * i + 2] as number
      entries[4 * count + 3] = source[4 * i + 3] as number
      entry = ++count
      table[slot] = entry
    }
    indices[i] = entry - 1
  }
  return count
}

function isSame4(entries: Int32Array, entry: number, source: Int32Array, i: number): boolean {
  return (
    entries[4 * entry] === source[4 * i] &&
    entries[4 * entry + 1] === source[4 * i + 1] &&
    entries[4 * entry + 2] === source[4 * i + 2] &&
    entries[4 * entry + 3] === source[4 * i + 3]
  )
}

/** By the words of a value. */
export const APPEND_DICTIONARY = { 1: appendDictionary1, 2: appendDictionary2, 4: appendDictionary4 } as const

/** Fills an empty table with the numbers of entries that are known to differ. */
export function rebuildTable(
  table: Int32Array,
  entries: Int32Array,
  entryCount: number,
  wordsPerValue: number,
): void {
  const mask = table.length - 1
  for (let entry = 0; entry < entryCount; entry++) {
    let slot = hashEntry(entries, entry, wordsPerValue) & mask
    while (table[slot] !== 0) slot = (slot + 1) & mask
    table[slot] = entry + 1
  }
}

function hashEntry(entries: Int32Array, entry: number, wordsPerValue: number): number {
  const at = entry * wordsPerValue
  const first = entries[at] as number
  if (wordsPerValue === 1) return hash1(first)
  const second = entries[at + 1] as number
  if (wordsPerValue === 2) return hash2(first, second)
  return hash4(first, second, entries[at + 2] as number, entries[at + 3] as number)
}

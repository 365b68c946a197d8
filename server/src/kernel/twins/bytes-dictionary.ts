import { copyBytes } from './gather-bytes.ts'

/**
 * A dictionary of byte strings. `keys` has four words an entry:
 *
 *   [0], [1]  up to 8 bytes: the bytes themselves, zero-padded; longer: two hashes of the bytes
 *   [2]       length in bytes
 *   [3]       where the bytes start in `data`
 *
 * so that short strings are compared as three words, and long ones are read again only when both hashes
 * agree. `data` holds the entries in Parquet's PLAIN form, ready to be a dictionary page. `table` is as in
 * word-dictionary.ts.
 */
export interface BytesDictionary {
  table: Int32Array
  keys: Int32Array
  entryCount: number
  data: DataView
  dataEnd: number
}

/** Longest string that is its own key. */
const INLINE_BYTES = 8

/** What a string of 0 to 8 bytes leaves of the two words that start with it. */
const LOW_MASKS = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1)
const HIGH_MASKS = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1)

/** Writes the key of any string to `key`, without reading bytes that are not its own. */
export function readKey(heap: DataView, offset: number, length: number, key: Int32Array): void {
  if (length > INLINE_BYTES) {
    hashLong(heap, offset, length, key)
  } else {
    key[0] = readTail(heap, offset, Math.min(length, 4))
    key[1] = readTail(heap, offset + 4, length - 4)
  }
}

/** Up to four bytes as one little-endian word; 0 for none. */
function readTail(heap: DataView, offset: number, length: number): number {
  let word = 0
  for (let i = 0; i < length; i++) word |= heap.getUint8(offset + i) << (8 * i)
  return word
}

function hashLong(heap: DataView, offset: number, length: number, key: Int32Array): void {
  let a = length
  let b = 0x9e3779b1 | 0
  const words = length & ~3
  for (let i = 0; i < words; i += 4) {
    const word = heap.getInt32(offset + i, true)
    a = Math.imul(a ^ word, 0xcc9e2d51)
    a ^= a >>> 15
    b = Math.imul((b << 13) | (b >>> 19), 5) + Math.imul(word, 0x1b873593)
  }
  const tail = readTail(heap, offset + words, length - words)
  key[0] = Math.imul(a ^ tail, 0xcc9e2d51)
  key[1] = Math.imul((b << 13) | (b >>> 19), 5) + Math.imul(tail, 0x1b873593)
}

function hashKey(low: number, high: number, length: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high + length, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}

/**
 * Numbers the values of the rows `from` to `to`, adding unknown ones. The caller made sure that as many
 * entries and all their bytes fit. Returns the index after the last one written to `indices`.
 */
export function appendBytesDictionary(
  dictionary: BytesDictionary,
  heap: DataView,
  offsets: Uint32Array,
  lengths: Uint32Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  indices: Uint32Array,
  at: number,
): number {
  const { table } = dictionary
  const mask = table.length - 1
  // From here down eight bytes can be read at once: some of them after the string, none after the heap.
  const lastWide = heap.byteLength - INLINE_BYTES
  let end = at
  for (let row = from; row < to; row++) {
    if (validity !== undefined && validity[row] === 0) continue
    const offset = offsets[row] as number
    const length = lengths[row] as number
    let low: number
    let high: number
    if (length <= INLINE_BYTES && offset <= lastWide) {
      low = heap.getInt32(offset, true) & (LOW_MASKS[length] as number)
      high = heap.getInt32(offset + 4, true) & (HIGH_MASKS[length] as number)
    } else {
      readKey(heap, offset, length, KEY)
      low = KEY[0] as number
      high = KEY[1] as number
    }
    let slot = hashKey(low, high, length) & mask
    let entry = table[slot] as number
    while (entry !== 0 && !isEntry(dictionary, entry - 1, low, high, length, heap, offset)) {
      slot = (slot + 1) & mask
      entry = table[slot] as number
    }
    if (entry === 0) {
      entry = addEntry(dictionary, low, high, length, heap, offset)
      table[slot] = entry
    }
    indices[end++] = entry - 1
  }
  return end
}

/** Key of the string that was looked at last. */
const KEY = new Int32Array(2)

function isEntry(
  dictionary: BytesDictionary,
  entry: number,
  low: number,
  high: number,
  length: number,
  heap: DataView,
  offset: number,
): boolean {
  const { keys } = dictionary
  const at = 4 * entry
  if (keys[at] !== low || keys[at + 1] !== high || keys[at + 2] !== length) return false
  return length <= INLINE_BYTES || isSame(dictionary.data, keys[at + 3] as number, heap, offset, length)
}

function isSame(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  const words = length & ~3
  for (let i = 0; i < words; i += 4) {
    if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false
  }
  for (let i = words; i < length; i++) {
    if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false
  }
  return true
}

/** Adds a string that is not yet there and returns its 1-based number. */
function addEntry(
  dictionary: BytesDictionary,
  low: number,
  high: number,
  length: number,
  heap: DataView,
  offset: number,
): number {
  const { keys, data, dataEnd } = dictionary
  const at = 4 * dictionary.entryCount
  const start = dataEnd + 4
  data.setInt32(dataEnd, length, true)
  copyBytes(heap, offset, data, start, length)
  keys[at] = low
  keys[at + 1] = high
  keys[at + 2] = length
  keys[at + 3] = start
  dictionary.dataEnd = start + length
  return ++dictionary.entryCount
}

/** Fills the empty table of a dictionary whose entries are known to differ. */
export function rebuildBytesTable(dictionary: BytesDictionary): void {
  const { table, keys, entryCount } = dictionary
  const mask = table.length - 1
  for (let entry = 0; entry < entryCount; entry++) {
    const at = 4 * entry
    let slot = hashKey(keys[at] as number, keys[at + 1] as number, keys[at + 2] as number) & mask
    while (table[slot] !== 0) slot = (slot + 1) & mask
    table[slot] = entry + 1
  }
}

/** Bytes that `count` values take in PLAIN form. */
export function sumEntryBytes(keys: Int32Array, indices: Uint32Array, count: number): number {
  let sum = 4 * count
  for (let i = 0; i < count; i++) sum += keys[4 * (indices[i] as number) + 2] as number
  return sum
}

/**
 * Writes the values behind `indices` in PLAIN form to the start of `target`. Returns the byte after the
 * last.
 */
export function expandBytesDictionary(
  dictionary: BytesDictionary,
  indices: Uint32Array,
  count: number,
  target: DataView,
): number {
  const { keys, data } = dictionary
  let end = 0
  for (let i = 0; i < count; i++) {
    const at = 4 * (indices[i] as number)
    const size = (keys[at + 2] as number) + 4
    copyBytes(data, (keys[at + 3] as number) - 4, target, end, size)
    end += size
  }
  return end
}

// The messages of COPY binary, a row each: see #parseRows in source/postgres/wire/copy-decoder.ts, which does what is
// left: messages of other kinds, the first and the last row, and rows that are larger than a slot.

const COPY_DATA: u32 = 0x64

/** Some tens of kilobytes of most tables: what is near the processor. */
const ROWS_AT_ONCE: u32 = 128

/** What a column's value takes when it is printed behind the bytes of the wire. */
const PRINTS_UUID: u32 = 1
const PRINTS_NUMERIC: u32 = 2
const UUID_TEXT_BYTES: u32 = 36

@inline
export function readInt32(at: usize): i32 {
  return bswap<i32>(load<i32>(at))
}

@inline
export function readUint16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at))
}

@inline
export function readInt16(at: usize): i32 {
  return <i32>bswap<i16>(load<i16>(at))
}

/** Why {@link splitRows} has stopped. */
const STOPPED: u32 = 0
const FULL: u32 = 1
const MORE: u32 = 2

/**
 * Takes the complete rows between `state[0]` and `fill` (offsets in `heap`), and writes where the value of column c in
 * row r starts to `starts[c * stride + r]`, 0 for NULL. Stops before anything that is not such a row, and after some
 * rows, so that what has been split is decoded while it is at hand.
 *
 * state: [0] where the first byte that is not taken lies, [1] room for text that is taken, [2] why it has stopped.
 * `prints` has a byte a column; 0 for none at all.
 *
 * Returns the number of rows in the slot.
 */
export function splitRows(
  heap: usize,
  fill: u32,
  starts: usize,
  stride: u32,
  slotRows: u32,
  columnCount: u32,
  prints: usize,
  heapBytes: u32,
  firstRow: u32,
  state: usize,
): u32 {
  const fillEnd = heap + fill
  const step = stride << 2
  let at = heap + load<u32>(state)
  let reserved = load<u32>(state, 4)
  let row = firstRow
  const lastRow = min(slotRows, firstRow + ROWS_AT_ONCE)
  let reason = STOPPED
  while (fillEnd - at >= 7 && load<u8>(at) == COPY_DATA) {
    const length = readInt32(at + 1)
    if (length < 6 || fillEnd - at <= <u32>length) break
    const end = at + 1 + length
    if (readUint16(at + 5) != columnCount) break
    if (row == lastRow) {
      reason = row == slotRows ? FULL : MORE
      break
    }
    let value = at + 7
    let text: u32 = 0
    let target = starts + (row << 2)
    let column: u32 = 0
    for (; column < columnCount; column++) {
      if (value + 4 > end) break
      const size = readInt32(value)
      value += 4
      store<u32>(target, size < 0 ? 0 : <u32>(value - heap))
      if (size > 0) {
        if (<u32>size > <u32>(end - value)) break
        if (prints != 0) text += textBound(load<u8>(prints + column), value)
        value += size
      }
      target += step
    }
    if (column < columnCount || value != end) break
    if (reserved + text > heapBytes) {
      reason = FULL
      break
    }
    reserved += text
    at = end
    row++
  }
  store<u32>(state, <u32>(at - heap))
  store<u32>(state, reserved, 4)
  store<u32>(state, reason, 8)
  return row
}

@inline
function textBound(prints: u32, value: usize): u32 {
  if (prints == PRINTS_UUID) return UUID_TEXT_BYTES
  if (prints != PRINTS_NUMERIC) return 0
  // Sign and point, a leading 0, and the last group of the fraction, which is printed whole and cut.
  return 12 + 4 * max(0, readInt16(value + 2) + 1) + readUint16(value + 6)
}

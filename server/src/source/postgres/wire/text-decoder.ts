import type { Vector } from '#columns/vector.ts'
import type { DecoderName } from '#typemap/postgres-types.ts'
import type { ColumnSpan } from './column-decoder.ts'
import { NUMERIC } from './numeric-decoder.ts'
import { UUID_TEXT_BYTES } from './slot.ts'
import { WireFormatError } from './wire-format-error.ts'

/** Decoders that print: they write behind the raw bytes of the heap, from `span.textFill` on. */

/** An upper bound of the bytes that the value at `start` takes when printed; 0 for decoders that don't print. */
export function textBound(decoder: DecoderName, view: DataView, start: number): number {
  if (start === 0) return 0
  if (decoder === 'uuidText') return UUID_TEXT_BYTES
  if (decoder !== 'numericText') return 0
  const weight = view.getInt16(start + NUMERIC.weight)
  // Sign and point, a leading 0, and the last group of the fraction, which is printed whole and cut.
  return 12 + 4 * Math.max(0, weight + 1) + view.getUint16(start + NUMERIC.dscale)
}

const HEX = new TextEncoder().encode('0123456789abcdef')
const UUID_BYTES = 16

/** 16 bytes -> 8-4-4-4-12 in lower case. */
export function decodeUuidText(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'bytes') throw new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
  const { view, heap, starts, base } = span
  for (let row = span.from; row < span.to; row++) {
    const start = starts[base + row] as number
    vector.validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    if (view.getInt32(start - 4) !== UUID_BYTES) throw new WireFormatError('a uuid has not 16 bytes')
    vector.offsets[row] = span.textFill
    vector.lengths[row] = UUID_TEXT_BYTES
    span.textFill = writeUuid(heap, start, span.textFill)
  }
}

function writeUuid(heap: Uint8Array, start: number, at: number): number {
  let fill = at
  for (let index = 0; index < UUID_BYTES; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) heap[fill++] = 0x2d
    const byte = heap[start + index] as number
    heap[fill++] = HEX[byte >> 4] as number
    heap[fill++] = HEX[byte & 15] as number
  }
  return fill
}

/** numeric -> its digits as PostgreSQL prints them: `-12.50`, `0.00`, `NaN`, `Infinity`. */
export function decodeNumericText(span: ColumnSpan, vector: Vector): void {
  if (vector.kind !== 'bytes') throw new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
  const { starts, base } = span
  for (let row = span.from; row < span.to; row++) {
    const start = starts[base + row] as number
    vector.validity[row] = start === 0 ? 0 : 1
    if (start === 0) {
      vector.nullCount++
      continue
    }
    const at = span.textFill
    writeNumeric(span, start)
    vector.offsets[row] = at
    vector.lengths[row] = span.textFill - at
  }
}

const SPECIAL: ReadonlyMap<number, Uint8Array> = new Map([
  [NUMERIC.nan, new TextEncoder().encode('NaN')],
  [NUMERIC.infinity, new TextEncoder().encode('Infinity')],
  [NUMERIC.minusInfinity, new TextEncoder().encode('-Infinity')],
])

function writeNumeric(span: ColumnSpan, start: number): void {
  const { view, heap } = span
  const sign = view.getUint16(start + NUMERIC.sign)
  const special = SPECIAL.get(sign)
  if (special) {
    heap.set(special, span.textFill)
    span.textFill += special.length
    return
  }
  if (sign === NUMERIC.negative) heap[span.textFill++] = 0x2d
  writeWhole(span, start)
  const dscale = view.getUint16(start + NUMERIC.dscale)
  if (dscale > 0) writeFraction(span, start, dscale)
}

function writeWhole(span: ColumnSpan, start: number): void {
  const weight = span.view.getInt16(start + NUMERIC.weight)
  if (weight < 0) {
    span.heap[span.textFill++] = 0x30
    return
  }
  span.textFill = writeLeadingGroup(span.heap, span.textFill, groupAt(span.view, start, 0))
  for (let index = 1; index <= weight; index++) {
    span.textFill = writeGroup(span.heap, span.textFill, groupAt(span.view, start, index))
  }
}

function writeFraction(span: ColumnSpan, start: number, dscale: number): void {
  span.heap[span.textFill++] = 0x2e
  const end = span.textFill + dscale
  let index = span.view.getInt16(start + NUMERIC.weight) + 1
  while (span.textFill < end) {
    span.textFill = writeGroup(span.heap, span.textFill, groupAt(span.view, start, index++))
  }
  span.textFill = end
}

function groupAt(view: DataView, start: number, index: number): number {
  const count = view.getUint16(start)
  return index >= 0 && index < count ? view.getUint16(start + NUMERIC.digits + 2 * index) : 0
}

function writeGroup(heap: Uint8Array, at: number, group: number): number {
  heap[at] = 0x30 + Math.floor(group / 1000)
  heap[at + 1] = 0x30 + (Math.floor(group / 100) % 10)
  heap[at + 2] = 0x30 + (Math.floor(group / 10) % 10)
  heap[at + 3] = 0x30 + (group % 10)
  return at + 4
}

/** Without leading zeros, but at least one digit. */
function writeLeadingGroup(heap: Uint8Array, at: number, group: number): number {
  let fill = at
  if (group >= 1000) heap[fill++] = 0x30 + Math.floor(group / 1000)
  if (group >= 100) heap[fill++] = 0x30 + (Math.floor(group / 100) % 10)
  if (group >= 10) heap[fill++] = 0x30 + (Math.floor(group / 10) % 10)
  heap[fill++] = 0x30 + (group % 10)
  return fill
}

import bindings, { type Vector as DuckVector } from '@duckdb/node-bindings'
import { type ColumnType, isColumnType, type LakeType } from '#columns/column-type.ts'
import type { AnyVector, BytesVector, Vector } from '#columns/vector.ts'
import { asVector, bytesPerValue, type FixedType } from './fixed-values.ts'
import { type BytesTaker, LongStringReader } from './long-strings.ts'

/** A text is four words: its length, then its bytes if they are at most twelve, else four of them and its address. */
const MAX_INLINED_BYTES = 12

/**
 * The first rows of a vector of DuckDB as one of ours, with everything in it. Values of a fixed size are the
 * engine's own memory, texts are copies.
 */
export function readNested(type: LakeType, vector: DuckVector, rowCount: number): AnyVector {
  const validity = readValidity(vector, rowCount)
  const base = { validity, nullCount: validity.reduce((count, valid) => count + (valid ^ 1), 0) }
  if (isColumnType(type)) return readPlain(type, vector, rowCount, base)
  if (type.kind === 'struct') {
    const fields = type.fields.map((field, index) =>
      readNested(field.type, bindings.struct_vector_get_child(vector, index), rowCount),
    )
    return { kind: 'struct', fields, ...base }
  }
  const items = { ...readRanges(vector, rowCount, validity), ...base }
  const child = bindings.list_vector_get_child(vector)
  const childCount = bindings.list_vector_get_size(vector)
  if (type.kind === 'list') {
    return { kind: 'list', element: readNested(type.element, child, childCount), ...items }
  }
  const part = (inner: LakeType, index: number) =>
    readNested(inner, bindings.struct_vector_get_child(child, index), childCount)
  return { kind: 'map', keys: part(type.key, 0), values: part(type.value, 1), ...items }
}

type Base = Pick<Vector, 'validity' | 'nullCount'>

function readValidity(vector: DuckVector, rowCount: number): Uint8Array {
  // @NOTE declared as never null, but a vector without NULLs has no bits at all.
  const bits: Uint8Array | null = bindings.vector_get_validity(vector, Math.ceil(rowCount / 64) * 8)
  if (!bits) return new Uint8Array(rowCount).fill(1)
  return Uint8Array.from({ length: rowCount }, (_, row) => ((bits[row >>> 3] as number) >>> (row & 7)) & 1)
}

/** Where the items of each row are: two 64-bit numbers a row, of which 32 bits are more than a chunk can have. */
function readRanges(vector: DuckVector, rowCount: number, validity: Uint8Array) {
  const { buffer, byteOffset } = bindings.vector_get_data(vector, rowCount * 16)
  const words = new Uint32Array(buffer, byteOffset, rowCount * 4)
  const [offsets, lengths] = [new Uint32Array(rowCount), new Uint32Array(rowCount)]
  for (let row = 0; row < rowCount; row++) {
    if (validity[row] === 0) continue
    offsets[row] = words[4 * row] as number
    lengths[row] = words[4 * row + 2] as number
  }
  return { offsets, lengths }
}

function readPlain(type: ColumnType, vector: DuckVector, rowCount: number, base: Base): Vector {
  const data = bindings.vector_get_data(vector, rowCount * bytesPerValue(type))
  switch (type.kind) {
    case 'string':
    case 'binary':
      return readTexts(data, rowCount, base)
    case 'uuid':
      return readUuids(data, rowCount, base)
    default:
      return asVector(type satisfies FixedType, data, rowCount, base)
  }
}

function readTexts(data: Uint8Array, rowCount: number, base: Base): BytesVector {
  const words = new Uint32Array(data.buffer, data.byteOffset, rowCount * 4)
  const lengths = Uint32Array.from({ length: rowCount }, (_, row) =>
    base.validity[row] === 1 ? (words[4 * row] as number) : 0,
  )
  const offsets = new Uint32Array(rowCount)
  const heap = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  const long = new LongStringReader(rowCount)
  // Long texts come in the order of their rows, and so do the places for them.
  const longRows: number[] = []
  let end = 0
  for (let row = 0; row < rowCount; row++) {
    const length = lengths[row] as number
    offsets[row] = end
    if (length > MAX_INLINED_BYTES) {
      long.note(row)
      longRows.push(row)
    } else heap.set(data.subarray(16 * row + 4, 16 * row + 4 + length), end)
    end += length
  }
  long.addTo(new HeapFiller(heap, offsets, longRows), words)
  return { kind: 'bytes', offsets, lengths, heap, ...base }
}

/** Copies texts to the places that are theirs. */
class HeapFiller implements BytesTaker {
  readonly #heap: Uint8Array
  readonly #offsets: Uint32Array
  readonly #rows: readonly number[]
  #next = 0

  constructor(heap: Uint8Array, offsets: Uint32Array, rows: readonly number[]) {
    this.#heap = heap
    this.#offsets = offsets
    this.#rows = rows
  }

  addBytes(bytes: Uint8Array, offset: number, length: number): void {
    const row = this.#rows[this.#next++] as number
    this.#heap.set(bytes.subarray(offset, offset + length), this.#offsets[row])
  }
}

/** DuckDB keeps a UUID as a 128-bit integer whose highest bit is flipped. */
function readUuids(data: Uint8Array, rowCount: number, base: Base): BytesVector {
  const heap = new Uint8Array(rowCount * 16)
  for (let at = 0; at < heap.length; at++) heap[at] = data[(at & ~15) + 15 - (at & 15)] as number
  for (let row = 0; row < rowCount; row++) heap[16 * row] = (heap[16 * row] as number) ^ 0x80
  const offsets = Uint32Array.from({ length: rowCount }, (_, row) => 16 * row)
  return { kind: 'bytes', offsets, lengths: new Uint32Array(rowCount).fill(16), heap, ...base }
}

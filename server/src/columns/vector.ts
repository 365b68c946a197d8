import type { ColumnType } from './column-type.ts'

/**
 * Values of one column for the rows of one batch. A batch goes from the wire decoder through the mapping to
 * the Parquet encoder without an object, a string or a BigInt per value.
 *
 * Words are 32 bits in the byte order of the machine (little-endian on every machine that Node.js 24 runs on),
 * low word first, so that 64-bit values can be moved without BigInt.
 */
export type Vector =
  | BoolVector
  | Int32Vector
  | Int64Vector
  | Int128Vector
  | Float32Vector
  | Float64Vector
  | BytesVector

interface VectorBase {
  /** One byte a row: 1 where there is a value, 0 where it is NULL. Values under a 0 are undefined. */
  readonly validity: Uint8Array
  /** Zeros in `validity` among the rows of the batch; lets readers skip the test. */
  nullCount: number
}

/** boolean: 0 or 1. */
export interface BoolVector extends VectorBase {
  readonly kind: 'bool'
  readonly values: Uint8Array
}

/** int, date. */
export interface Int32Vector extends VectorBase {
  readonly kind: 'int32'
  readonly values: Int32Array
}

/** long, time, timestamp, timestamptz, decimal of up to 18 digits: words [2 * row] (low) and [2 * row + 1] (high). */
export interface Int64Vector extends VectorBase {
  readonly kind: 'int64'
  readonly words: Int32Array
}

/** decimal of 19 to 38 digits: four words a row, low first, two's complement. */
export interface Int128Vector extends VectorBase {
  readonly kind: 'int128'
  readonly words: Int32Array
}

/** float. */
export interface Float32Vector extends VectorBase {
  readonly kind: 'float32'
  readonly values: Float32Array
}

/** double. */
export interface Float64Vector extends VectorBase {
  readonly kind: 'float64'
  readonly values: Float64Array
}

/** string, binary, uuid: value `row` is `heap.subarray(offsets[row], offsets[row] + lengths[row])`. */
export interface BytesVector extends VectorBase {
  readonly kind: 'bytes'
  readonly offsets: Uint32Array
  readonly lengths: Uint32Array
  /** Shared by all vectors that point into it; may be backed by a SharedArrayBuffer. */
  heap: Uint8Array
}

/**
 * Values with parts: of lists, maps, and of structs inside them. They are rare and take a slower path. Parts of a
 * row without a value are NULL, too.
 */
export type NestedVector = ListVector | MapVector | StructVector

/** Any column of a mapped batch. */
export type AnyVector = Vector | NestedVector

/** list: the items of `row` are `element[offsets[row]]` to before `element[offsets[row] + lengths[row]]`. */
export interface ListVector extends VectorBase {
  readonly kind: 'list'
  readonly offsets: Uint32Array
  readonly lengths: Uint32Array
  readonly element: AnyVector
}

/** map: the entries of `row` lie in `keys` and `values` as the items of a list do. */
export interface MapVector extends VectorBase {
  readonly kind: 'map'
  readonly offsets: Uint32Array
  readonly lengths: Uint32Array
  readonly keys: AnyVector
  readonly values: AnyVector
}

/** struct inside a list or map: `fields[i]` has as many rows as the struct. */
export interface StructVector extends VectorBase {
  readonly kind: 'struct'
  readonly fields: readonly AnyVector[]
}

/** True for values with parts. */
export function isNested(vector: AnyVector): vector is NestedVector {
  return vector.kind === 'list' || vector.kind === 'map' || vector.kind === 'struct'
}

/** Rows that travel together: at most a few thousand. `columns` are in the order of the plan that made them. */
export interface ColumnBatch {
  readonly rowCount: number
  readonly columns: readonly Vector[]
}

/** The layout of a type's values. */
export type VectorKind = Vector['kind']

/** Largest precision whose unscaled value fits 64 bits. */
const MAX_INT64_PRECISION = 18

/** The layout in which values of `type` travel. */
export function vectorKindOf(type: ColumnType): VectorKind {
  switch (type.kind) {
    case 'boolean':
      return 'bool'
    case 'int':
    case 'date':
      return 'int32'
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'int64'
    case 'decimal':
      return type.precision <= MAX_INT64_PRECISION ? 'int64' : 'int128'
    case 'float':
      return 'float32'
    case 'double':
      return 'float64'
    case 'string':
    case 'binary':
    case 'uuid':
      return 'bytes'
  }
}

/** Bytes that one row of a vector takes besides its validity byte (and, for `bytes`, besides the heap). */
const BYTES_PER_ROW: Readonly<Record<VectorKind, number>> = {
  bool: 1,
  int32: 4,
  int64: 8,
  int128: 16,
  float32: 4,
  float64: 8,
  bytes: 8,
}

/**
 * Lays a vector of `rows` rows over `buffer` from `byteOffset` (a multiple of 8) on: values first, then
 * validity. Returns the vector and the first free offset after it, again a multiple of 8.
 * For `bytes`, `heap` becomes the vector's heap.
 */
export function layVector(
  kind: VectorKind,
  rows: number,
  buffer: ArrayBufferLike,
  byteOffset: number,
  heap: Uint8Array = EMPTY_HEAP,
): { readonly vector: Vector; readonly end: number } {
  const valuesEnd = byteOffset + align8(rows * BYTES_PER_ROW[kind])
  const validity = new Uint8Array(buffer, valuesEnd, rows)
  const end = valuesEnd + align8(rows)
  const base = { validity, nullCount: 0 }
  switch (kind) {
    case 'bool':
      return { vector: { kind, values: new Uint8Array(buffer, byteOffset, rows), ...base }, end }
    case 'int32':
      return { vector: { kind, values: new Int32Array(buffer, byteOffset, rows), ...base }, end }
    case 'int64':
      return { vector: { kind, words: new Int32Array(buffer, byteOffset, rows * 2), ...base }, end }
    case 'int128':
      return { vector: { kind, words: new Int32Array(buffer, byteOffset, rows * 4), ...base }, end }
    case 'float32':
      return { vector: { kind, values: new Float32Array(buffer, byteOffset, rows), ...base }, end }
    case 'float64':
      return { vector: { kind, values: new Float64Array(buffer, byteOffset, rows), ...base }, end }
    case 'bytes': {
      const offsets = new Uint32Array(buffer, byteOffset, rows)
      const lengths = new Uint32Array(buffer, byteOffset + rows * 4, rows)
      return { vector: { kind, offsets, lengths, heap, ...base }, end }
    }
  }
}

/** Bytes that {@link layVector} takes for such a vector. */
export function vectorSizeBytes(kind: VectorKind, rows: number): number {
  return align8(rows * BYTES_PER_ROW[kind]) + align8(rows)
}

/** A vector of its own memory. All rows start as NULL without being counted; the writer sets `nullCount`. */
export function createVector(kind: VectorKind, rows: number): Vector {
  return layVector(kind, rows, new ArrayBuffer(vectorSizeBytes(kind, rows)), 0).vector
}

const EMPTY_HEAP = new Uint8Array(0)

function align8(bytes: number): number {
  return (bytes + 7) & ~7
}

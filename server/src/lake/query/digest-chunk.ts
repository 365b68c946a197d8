import type { DuckDBDataChunk } from '@duckdb/node-api'
import bindings, { type Vector as DuckVector } from '@duckdb/node-bindings'
import type { ColumnType } from '#columns/column-type.ts'
import type { ColumnDigester } from '#columns/digest.ts'
import type { Vector } from '#columns/vector.ts'
import { LongStringReader } from './long-strings.ts'

/** Rows of DuckDB's vectors at most. */
const MAX_ROWS = bindings.vector_size()
/** A text is four words: its length, then its bytes if they are at most twelve, else four of them and its address. */
const MAX_INLINED_BYTES = 12

/** Digests chunks of a result, column by column, straight from the engine's memory. */
export class ChunkDigester {
  readonly #digesters: readonly ColumnDigester[]
  readonly #longStrings = new LongStringReader(MAX_ROWS)
  readonly #validity = new Uint8Array(MAX_ROWS)
  readonly #uuid = new Uint8Array(16)

  constructor(digesters: readonly ColumnDigester[]) {
    this.#digesters = digesters
  }

  /** Adds every row of `chunk`, whose columns are those of the digesters, in their types. */
  add(chunk: DuckDBDataChunk): void {
    const rowCount = chunk.rowCount
    for (const [index, digester] of this.#digesters.entries()) {
      this.#addColumn(digester, bindings.data_chunk_get_vector(chunk.chunk, index), rowCount)
    }
  }

  #addColumn(digester: ColumnDigester, vector: DuckVector, rowCount: number): void {
    const nullCount = this.#readValidity(vector, rowCount)
    const data = bindings.vector_get_data(vector, rowCount * bytesPerValue(digester.type))
    switch (digester.type.kind) {
      case 'string':
      case 'binary':
        digester.addNulls(nullCount)
        this.#addBytes(digester, data, rowCount)
        break
      case 'uuid':
        digester.addNulls(nullCount)
        this.#addUuids(digester, data, rowCount)
        break
      default: {
        const base = { validity: this.#validity, nullCount }
        digester.addVector(asVector(digester.type, data, rowCount, base), rowCount)
      }
    }
  }

  /** Spreads the bits to bytes; returns how many are zero. */
  #readValidity(vector: DuckVector, rowCount: number): number {
    // @NOTE declared as never null, but a vector without NULLs has no bits at all.
    const bits: Uint8Array | null = bindings.vector_get_validity(vector, Math.ceil(rowCount / 64) * 8)
    if (!bits) {
      this.#validity.fill(1)
      return 0
    }
    let nullCount = 0
    for (let row = 0; row < rowCount; row++) {
      const bit = ((bits[row >>> 3] as number) >>> (row & 7)) & 1
      this.#validity[row] = bit
      nullCount += bit ^ 1
    }
    return nullCount
  }

  #addBytes(digester: ColumnDigester, data: Uint8Array, rowCount: number): void {
    const words = new Uint32Array(data.buffer, data.byteOffset, rowCount * 4)
    for (let row = 0; row < rowCount; row++) {
      if (this.#validity[row] === 0) {
        continue
      }
      const length = words[4 * row] as number
      if (length <= MAX_INLINED_BYTES) {
        digester.addBytes(data, 16 * row + 4, length)
      } else {
        this.#longStrings.note(row)
      }
    }
    this.#longStrings.addTo(digester, words)
  }

  /** DuckDB keeps a UUID as a 128-bit integer whose highest bit is flipped. */
  #addUuids(digester: ColumnDigester, data: Uint8Array, rowCount: number): void {
    for (let row = 0; row < rowCount; row++) {
      if (this.#validity[row] === 1) {
        for (let byte = 0; byte < 16; byte++) {
          this.#uuid[byte] = data[16 * row + 15 - byte] as number
        }
        this.#uuid[0] = (this.#uuid[0] as number) ^ 0x80
        digester.addBytes(this.#uuid, 0, 16)
      }
    }
  }
}

/** Bytes of a value in DuckDB's vectors. */
function bytesPerValue(type: ColumnType): number {
  switch (type.kind) {
    case 'boolean':
      return 1
    case 'int':
    case 'date':
    case 'float':
      return 4
    case 'long':
    case 'double':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 8
    case 'decimal':
      return bytesPerDecimal(type.precision)
    case 'string':
    case 'binary':
    case 'uuid':
      return 16
  }
}

function bytesPerDecimal(precision: number): number {
  if (precision <= 4) return 2
  if (precision <= 9) return 4
  return precision <= 18 ? 8 : 16
}

type FixedType = Exclude<ColumnType, { readonly kind: 'string' | 'binary' | 'uuid' }>

/** The same memory as one of our vectors. */
function asVector(
  type: FixedType,
  { buffer, byteOffset }: Uint8Array,
  rowCount: number,
  base: { readonly validity: Uint8Array; readonly nullCount: number },
): Vector {
  switch (type.kind) {
    case 'boolean':
      return { kind: 'bool', values: new Uint8Array(buffer, byteOffset, rowCount), ...base }
    case 'float':
      return { kind: 'float32', values: new Float32Array(buffer, byteOffset, rowCount), ...base }
    case 'double':
      return { kind: 'float64', values: new Float64Array(buffer, byteOffset, rowCount), ...base }
    default:
      break
  }
  switch (bytesPerValue(type)) {
    case 2:
      return { kind: 'int32', values: Int32Array.from(new Int16Array(buffer, byteOffset, rowCount)), ...base }
    case 4:
      return { kind: 'int32', values: new Int32Array(buffer, byteOffset, rowCount), ...base }
    case 8:
      return { kind: 'int64', words: new Int32Array(buffer, byteOffset, rowCount * 2), ...base }
    default:
      return { kind: 'int128', words: new Int32Array(buffer, byteOffset, rowCount * 4), ...base }
  }
}

import type { DuckDBDataChunk } from '@duckdb/node-api'
import bindings, { type Vector as DuckVector } from '@duckdb/node-bindings'
import { isColumnType, type LakeType } from '#columns/column-type.ts'
import { type ColumnDigest, ColumnDigester } from '#columns/digest.ts'
import { NestedDigester } from '#columns/nested-digest.ts'
import { asVector, bytesPerValue } from './fixed-values.ts'
import { LongStringReader } from './long-strings.ts'
import { readNested } from './nested-values.ts'

/** Rows of DuckDB's vectors at most. */
const MAX_ROWS = bindings.vector_size()
/** A text is four words: its length, then its bytes if they are at most twelve, else four of them and its address. */
const MAX_INLINED_BYTES = 12

/** Digests chunks of a result, column by column, straight from the engine's memory. */
export class ChunkDigester {
  readonly #columns: readonly ChunkColumn[]
  readonly #longStrings = new LongStringReader(MAX_ROWS)
  readonly #validity = new Uint8Array(MAX_ROWS)
  readonly #uuid = new Uint8Array(16)

  constructor(types: readonly LakeType[]) {
    this.#columns = types.map((type) =>
      isColumnType(type) ? new ColumnDigester(type) : { type, digester: new NestedDigester() },
    )
  }

  /** Adds every row of `chunk`, whose columns are of the types. */
  add(chunk: DuckDBDataChunk): void {
    const rowCount = chunk.rowCount
    for (const [index, column] of this.#columns.entries()) {
      const vector = bindings.data_chunk_get_vector(chunk.chunk, index)
      if (column instanceof ColumnDigester) this.#addColumn(column, vector, rowCount)
      else column.digester.addVector(readNested(column.type, vector, rowCount), rowCount)
    }
  }

  /** Of everything added so far, in the order of the types. */
  results(): ColumnDigest[] {
    return this.#columns.map((column) =>
      column instanceof ColumnDigester ? column.result() : column.digester.result(),
    )
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

type ChunkColumn = ColumnDigester | { readonly type: LakeType; readonly digester: NestedDigester }

import type { DuckDBDataChunk } from '@duckdb/node-api'
import bindings from '@duckdb/node-bindings'
import type { LakeType } from '#columns/column-type.ts'
import type { ColumnDigest } from '#columns/digest.ts'
import { createMixer, type Digester } from '#columns/nested-digest.ts'
import { readNested } from './nested-values.ts'

/** Digests chunks of a result, column by column, of types that the engine can't digest by itself. */
export class ChunkDigester {
  readonly #columns: readonly { readonly type: LakeType; readonly digester: Digester }[]

  constructor(types: readonly LakeType[]) {
    this.#columns = types.map((type) => ({ type, digester: createMixer(type) }))
  }

  /** Adds every row of `chunk`, whose columns are of the types. */
  add(chunk: DuckDBDataChunk): void {
    for (const [index, { type, digester }] of this.#columns.entries()) {
      const vector = bindings.data_chunk_get_vector(chunk.chunk, index)
      digester.addVector(readNested(type, vector, chunk.rowCount), chunk.rowCount)
    }
  }

  /** Of everything added so far, in the order of the types. */
  results(): ColumnDigest[] {
    return this.#columns.map(({ digester }) => digester.result())
  }
}

import type { ColumnBatch } from '#columns/vector.ts'
import type { SliceIssue } from '#engine/task.ts'
import type { Evaluate } from '#mapping/evaluate.ts'
import type { HasObject } from '#mapping/object-presence.ts'
import { type ColumnReader, createColumnReader } from '#mapping/read-vector.ts'
import { toJson } from '#mapping/values.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'

/** How the rows of a slice come to its mapping, and how people see those that are set aside. */
export interface SourceRows {
  /** Where the mapping reads its columns, unless it does so in the vectors of the batch. */
  readonly readers?: readonly Evaluate[] | undefined
  /** Makes the rows of a batch the ones at hand. */
  take(batch: ColumnBatch): TakenRows
  /** Whether a row has an object at a path, where rows have objects of their own. */
  readonly hasObject?: HasObject | undefined
  /** After the last row. Throws where the rows have nothing to do with the table. */
  assertFitting?(): void
  /** What is to be told of all rows that were taken. */
  warnings(): readonly SliceIssue[]
  /** A row of the mapping's batch as JSON. */
  rowAt(row: number): Record<string, unknown>
}

export interface TakenRows {
  /** For the mapping. */
  readonly batch: ColumnBatch
  /** Texts that are no row. */
  readonly broken: readonly string[]
}

/** Rows that come as columns. */
export class ColumnRows implements SourceRows {
  readonly #columns: readonly WireColumn[]
  readonly #readers: readonly ColumnReader[]
  #batch: ColumnBatch | undefined

  constructor(columns: readonly WireColumn[]) {
    this.#columns = columns
    this.#readers = columns.map((column) => createColumnReader(column.type.columnType))
  }

  take(batch: ColumnBatch): TakenRows {
    this.#batch = batch
    return { batch, broken: [] }
  }

  warnings(): readonly SliceIssue[] {
    return []
  }

  /** Columns that are NULL are left out, as everywhere in the API. */
  rowAt(row: number): Record<string, unknown> {
    this.#bind()
    const values: Record<string, unknown> = {}
    this.#columns.forEach(({ name }, index) => {
      const value = this.#readers[index]?.read(row) ?? null
      if (value !== null) values[name] = toJson(value)
    })
    return values
  }

  /** Once a batch, and only where somebody looks. */
  #bind(): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#readers.forEach((reader, index) => {
      const vector = batch.columns[index]
      if (vector !== undefined) reader.bind(vector)
    })
    this.#batch = undefined
  }
}

import { isUtf8 } from 'node:buffer'
import type { ColumnBatch, Vector } from '#columns/vector.ts'
import type { RowOrigin } from '#engine/row-origin.ts'
import type { SliceIssue } from '#engine/task.ts'
import type { Evaluate } from '#mapping/evaluate.ts'
import type { HasObject } from '#mapping/object-presence.ts'
import { printValue } from '#mapping/printed-values.ts'
import { bufferOf, type ColumnReader, createColumnReader } from '#mapping/read-vector.ts'
import { toJson, type Value } from '#mapping/values.ts'
import { formatTid } from '#source/postgres/read/origin-columns.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { type ExactValue, LINE_MEMBERS, type RowSource } from './row-source.ts'

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
  /** A column of it, by its place in what the mapping reads, as it is printed in the source; null for NULL. */
  textAt(row: number, place: number): string | null
  /** Which row of the source it is, where that has names for its rows. */
  sourceOf(row: number): RowSource | undefined
}

export interface TakenRows {
  /** For the mapping. */
  readonly batch: ColumnBatch
  /** Texts that are no row. */
  readonly broken: readonly string[]
}

export interface ColumnRowsOptions {
  /** How many of the columns the mapping reads: the first. */
  readonly usedCount?: number | undefined
  readonly origin?: RowOrigin | undefined
}

/** Rows that come as columns. */
export class ColumnRows implements SourceRows {
  readonly #columns: readonly WireColumn[]
  readonly #usedCount: number
  readonly #origin: RowOrigin | undefined
  readonly #readers: readonly ColumnReader[]
  #vectors: readonly Vector[] = []
  #isBound = false

  constructor(columns: readonly WireColumn[], { usedCount, origin }: ColumnRowsOptions = {}) {
    this.#columns = columns
    this.#usedCount = usedCount ?? columns.length
    this.#origin = origin
    this.#readers = columns.map((column) => createColumnReader(column.type.columnType))
  }

  take(batch: ColumnBatch): TakenRows {
    this.#vectors = batch.columns
    this.#isBound = false
    return { batch, broken: [] }
  }

  warnings(): readonly SliceIssue[] {
    return []
  }

  /** Columns that are NULL are left out, as everywhere in the API. */
  rowAt(row: number): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    this.#columns.slice(0, this.#usedCount).forEach(({ name }, place) => {
      const value = this.#read(row, place)
      if (value !== null) setMember(values, name, toJson(value))
    })
    return values
  }

  textAt(row: number, place: number): string | null {
    const column = this.#columns[place]
    return column === undefined ? null : printValue(this.#read(row, place), column.type.columnType)
  }

  sourceOf(row: number): RowSource | undefined {
    const origin = this.#origin
    if (origin === undefined) return undefined
    const { ctid, key } = origin
    return {
      relation: this.#relationOf(row, origin),
      ctid: ctid === undefined ? undefined : formatTid(this.#bytesAt(row, ctid)),
      key: key.length === 0 ? undefined : this.#textsAt(row, key),
      values: this.exactValuesAt(row),
    }
  }

  #relationOf(row: number, { relation, relations, tableoid }: RowOrigin): string {
    const oid = tableoid === undefined ? undefined : BigInt.asUintN(32, this.#read(row, tableoid) as bigint)
    return relations?.[String(oid)] ?? relation
  }

  #textsAt(row: number, places: readonly number[]): Record<string, string | null> {
    const texts: Record<string, string | null> = {}
    for (const place of places) setMember(texts, this.#columns[place]?.name ?? '', this.textAt(row, place))
    return texts
  }

  /** What the row as JSON does not show as the very text. */
  exactValuesAt(row: number): Record<string, ExactValue> {
    const { ctid, tableoid } = this.#origin ?? {}
    const values: Record<string, ExactValue> = {}
    this.#columns.forEach(({ name }, place) => {
      if (place === ctid || place === tableoid) return
      const value = this.#read(row, place)
      const exact = this.#exactly(row, place, value)
      const isShown = place < this.#usedCount && !LINE_MEMBERS.has(name) && toJson(value) === exact
      if (exact !== null && !isShown) setMember(values, name, exact)
    })
    return values
  }

  #exactly(row: number, place: number, value: Value): ExactValue | null {
    const text = printValue(value, (this.#columns[place] as WireColumn).type.columnType)
    if (text === null || !text.includes('\uFFFD')) return text
    const bytes = this.#bytesAt(row, place)
    return isUtf8(bytes) ? text : { base64: bytes.toString('base64') }
  }

  /** A copy of the bytes of a value: the memory of the ring is shared. */
  #bytesAt(row: number, place: number): Buffer {
    const vector = this.#vectors[place]
    if (vector?.kind !== 'bytes') return Buffer.alloc(0)
    const start = vector.offsets[row] as number
    return Buffer.from(bufferOf(vector.heap).subarray(start, start + (vector.lengths[row] as number)))
  }

  #read(row: number, place: number): Value {
    if (!this.#isBound) this.#bind()
    return this.#readers[place]?.read(row) ?? null
  }

  /** Once a batch, and only where somebody looks. */
  #bind(): void {
    this.#isBound = true
    this.#readers.forEach((reader, place) => {
      const vector = this.#vectors[place]
      if (vector !== undefined) reader.bind(vector)
    })
  }
}

/** A column may have any name. */
function setMember<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value
  else Object.defineProperty(record, name, { value, enumerable: true })
}

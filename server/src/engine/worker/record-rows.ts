import { isUtf8 } from 'node:buffer'
import type { LakeField } from '#columns/column-type.ts'
import type { BoolVector, BytesVector, ColumnBatch } from '#columns/vector.ts'
import type { SliceIssue } from '#engine/task.ts'
import type { Evaluate } from '#mapping/evaluate.ts'
import type { HasObject } from '#mapping/object-presence.ts'
import { parseJsonValue } from '#mapping/parse-json.ts'
import { bufferOf } from '#mapping/read-vector.ts'
import { EvaluationFailure, isMap, toJson, type Value, type ValueMap } from '#mapping/values.ts'
import type { SourceRows, TakenRows } from './source-rows.ts'
import { UnknownFields } from './unknown-fields.ts'

/** Rows that come as the texts of JSON objects (RECORD_COLUMNS). Those that are none are broken. */
export class RecordRows implements SourceRows {
  readonly readers: readonly Evaluate[]
  readonly #unknown: UnknownFields
  #records: ValueMap[] = []

  /** `names` are the members of a record that the mapping reads, in its order; `fields` are those of the table. */
  constructor(names: readonly string[], fields: readonly LakeField[]) {
    this.#unknown = new UnknownFields(fields)
    this.readers = names.map((name) => (row: number) => this.#records[row]?.get(name) ?? null)
  }

  take({ rowCount, columns }: ColumnBatch): TakenRows {
    const [texts, flags] = columns as readonly [BytesVector, BoolVector]
    const heap = bufferOf(texts.heap)
    const records: ValueMap[] = []
    const broken: string[] = []
    for (let row = 0; row < rowCount; row++) {
      const start = texts.offsets[row] as number
      const bytes = heap.subarray(start, start + (texts.lengths[row] as number))
      const record = flags.values[row] === 1 ? undefined : readRecord(bytes)
      if (record === undefined) broken.push(bytes.toString('utf8'))
      else records.push(record)
    }
    this.#records = records
    for (const record of records) this.#unknown.see(record)
    return { batch: { rowCount: records.length, columns: [] }, broken }
  }

  readonly hasObject: HasObject = (path, row) => {
    let value: Value = this.#records[row] ?? null
    for (const name of path) value = isMap(value) ? (value.get(name) ?? null) : null
    return isMap(value)
  }

  assertFitting(): void {
    this.#unknown.assertSomethingKnown()
  }

  warnings(): readonly SliceIssue[] {
    return this.#unknown.list()
  }

  rowAt(row: number): Record<string, unknown> {
    return toJson(this.#records[row] ?? new Map()) as Record<string, unknown>
  }

  textAt(row: number, place: number): string | null {
    const value = this.readers[place]?.(row) ?? null
    if (value === null || typeof value === 'string') return value
    return JSON.stringify(toJson(value))
  }

  sourceOf(): undefined {
    return undefined
  }
}

function readRecord(bytes: Buffer): ValueMap | undefined {
  // A copy: the memory of the ring is shared, which isUtf8 does not read.
  const text = isUtf8(Uint8Array.from(bytes)) ? bytes.toString('utf8') : undefined
  try {
    const value = text === undefined ? null : parseJsonValue(text)
    return isMap(value) ? value : undefined
  } catch (error) {
    if (error instanceof EvaluationFailure) return undefined
    throw error
  }
}

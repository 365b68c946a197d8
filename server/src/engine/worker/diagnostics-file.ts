import { basename } from 'node:path'
import type { ColumnBatch } from '#columns/vector.ts'
import type { RejectedRow } from '#mapping/batch-log.ts'
import { type ColumnReader, createColumnReader } from '#mapping/read-vector.ts'
import { toJson } from '#mapping/values.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { PartFile } from './part-file.ts'

/**
 * The rows of a slice that were set aside, as JSON lines: the source row itself with `_errors` and the
 * name of the file. The file is made when the first row comes.
 */
export class DiagnosticsFile {
  readonly #path: string
  readonly #columns: readonly WireColumn[]
  readonly #readers: readonly ColumnReader[]
  #file: PartFile | undefined

  constructor(path: string, columns: readonly WireColumn[]) {
    this.#path = path
    this.#columns = columns
    this.#readers = columns.map((column) => createColumnReader(column.type.columnType))
  }

  add(batch: ColumnBatch, rejects: readonly RejectedRow[]): void {
    if (rejects.length === 0) return
    this.#file ??= new PartFile(this.#path)
    this.#readers.forEach((reader, index) => {
      const vector = batch.columns[index]
      if (vector !== undefined) reader.bind(vector)
    })
    const lines = rejects.map((reject) => `${JSON.stringify(this.#recordOf(reject), exactly)}\n`)
    this.#file.write(Buffer.from(lines.join('')))
  }

  /** Returns whether there is a file. */
  finish(): boolean {
    this.#file?.finish()
    return this.#file !== undefined
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]()
  }

  #recordOf({ row, problems }: RejectedRow): Record<string, unknown> {
    const errors = problems.map(({ column, code, message }) => ({ column, code, message }))
    return { ...this.#sourceRow(row), _errors: errors, _filename: basename(this.#path) }
  }

  /** Columns that are NULL are left out, as everywhere in the API. */
  #sourceRow(row: number): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    this.#columns.forEach(({ name }, index) => {
      const value = this.#readers[index]?.read(row) ?? null
      if (value !== null) values[name] = toJson(value)
    })
    return values
  }
}

/** JSON has one kind of number; integers of 64 bits and what is no number at all become text. */
function exactly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

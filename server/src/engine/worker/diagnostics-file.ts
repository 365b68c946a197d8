import { closeSync, openSync, writeSync } from 'node:fs'
import type { ColumnBatch } from '#columns/vector.ts'
import type { RejectedRow } from '#mapping/batch-log.ts'
import { type ColumnReader, createColumnReader } from '#mapping/read-vector.ts'
import { toJson } from '#mapping/values.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'

/**
 * The rows of a slice that were set aside, as JSON lines: the source row itself with `_errors`. The file is
 * made when the first row comes.
 */
export class DiagnosticsFile {
  readonly #path: string
  readonly #columns: readonly WireColumn[]
  readonly #readers: readonly ColumnReader[]
  #file: number | undefined
  #rowCount = 0

  constructor(path: string, columns: readonly WireColumn[]) {
    this.#path = path
    this.#columns = columns
    this.#readers = columns.map((column) => createColumnReader(column.type.columnType))
  }

  add(batch: ColumnBatch, reject: RejectedRow): void {
    this.#file ??= openSync(this.#path, 'wx')
    const errors = reject.problems.map(({ column, code, message }) => ({ column, code, message }))
    const record = { ...this.#sourceRow(batch, reject.row), _errors: errors }
    writeSync(this.#file, `${JSON.stringify(record, exactly)}\n`)
    this.#rowCount++
  }

  /** Returns whether there is a file. */
  finish(): boolean {
    this.close()
    return this.#rowCount > 0
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** Columns that are NULL are left out, as everywhere in the API. */
  #sourceRow(batch: ColumnBatch, row: number): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    this.#columns.forEach(({ name }, index) => {
      const [reader, vector] = [this.#readers[index], batch.columns[index]]
      if (reader === undefined || vector === undefined) return
      reader.bind(vector)
      const value = reader.read(row)
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

import { basename } from 'node:path'
import { PartFile } from './part-file.ts'

/** What is wrong with a row, as its line says it. */
export interface LineError {
  /** Absent where the row as a whole is meant. */
  readonly column?: string | undefined
  readonly code: string
  readonly message: string
}

/**
 * Rows of a slice that were set aside, as JSON lines: the source row itself with `_errors` and the name of the file.
 * The file is made when the first row comes.
 */
export class DiagnosticsFile {
  readonly #path: string
  #file: PartFile | undefined

  constructor(path: string) {
    this.#path = path
  }

  add(
    rows: readonly { readonly row: Record<string, unknown>; readonly errors: readonly LineError[] }[],
  ): void {
    if (rows.length === 0) return
    this.#file ??= new PartFile(this.#path)
    const filename = basename(this.#path)
    const lines = rows.map(
      ({ row, errors }) => `${JSON.stringify({ ...row, _errors: errors, _filename: filename }, exactly)}\n`,
    )
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
}

/** JSON has one kind of number; integers of 64 bits and what is no number at all become text. */
function exactly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

import { basename } from 'node:path'
import { PartFile } from './part-file.ts'
import type { LineError } from './row-errors.ts'
import type { RowSource } from './row-source.ts'

/** A row that was set aside. */
export interface RejectedLine {
  /** As JSON carries it: what would lose digits is text. */
  readonly row: Record<string, unknown>
  readonly errors: readonly LineError[]
  /** Which row of the source it was, and what JSON does not carry exactly. */
  readonly source?: RowSource | undefined
}

/**
 * Rows of a slice that were set aside, as JSON lines: the source row itself with `_errors`, the name of the file and
 * `_source`. The file is made when the first row comes.
 */
export class DiagnosticsFile {
  readonly #path: string
  #file: PartFile | undefined

  constructor(path: string) {
    this.#path = path
  }

  add(rows: readonly RejectedLine[]): void {
    if (rows.length === 0) return
    this.#file ??= new PartFile(this.#path)
    const filename = basename(this.#path)
    const lines = rows.map(
      ({ row, errors, source }) =>
        `${JSON.stringify({ ...row, _errors: errors, _filename: filename, _source: source })}\n`,
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

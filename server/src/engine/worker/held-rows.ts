import type { BoolVector, BytesVector, ColumnBatch, Vector } from '#columns/vector.ts'
import type { SliceIssue } from '#engine/task.ts'
import { isObject } from '#kit/json.ts'
import { parsePrinted } from '#mapping/printed-values.ts'
import { bufferOf } from '#mapping/read-vector.ts'
import { createVectorWriter } from '#mapping/write-vector.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { type ExactValue, LINE_MEMBERS, type RowSource } from './row-source.ts'
import { ColumnRows, type SourceRows, type TakenRows } from './source-rows.ts'

/** A line of diagnostics that holds no row any more. Nothing is passed over: the replay fails. */
export class HeldRowError extends Error {
  override readonly name = 'HeldRowError'
  readonly code = 'HW-QUARANTINE-UNREADABLE'
}

interface HeldLine {
  readonly members: Readonly<Record<string, unknown>>
  readonly source: RowSource
}

/** Rows that were set aside, as the lines of their diagnostics: columns again, with the very values that they had. */
export class HeldRows implements SourceRows {
  readonly #columns: readonly WireColumn[]
  readonly #rows: ColumnRows
  #lines: readonly HeldLine[] = []

  /** The columns that were held, those that the mapping reads first. */
  constructor(columns: readonly WireColumn[], usedCount: number) {
    this.#columns = columns
    this.#rows = new ColumnRows(columns, { usedCount })
  }

  /** @throws HeldRowError */
  take({ rowCount, columns }: ColumnBatch): TakenRows {
    const [texts, flags] = columns as readonly [BytesVector, BoolVector]
    const heap = bufferOf(texts.heap)
    this.#lines = Array.from({ length: rowCount }, (_, row) => {
      const start = texts.offsets[row] as number
      const text = heap.toString('utf8', start, start + (texts.lengths[row] as number))
      return readLine(flags.values[row] === 1 ? '' : text)
    })
    const vectors = this.#columns.map((column) => this.#vectorOf(column))
    return this.#rows.take({ rowCount, columns: vectors })
  }

  warnings(): readonly SliceIssue[] {
    return []
  }

  rowAt(row: number): Record<string, unknown> {
    return this.#rows.rowAt(row)
  }

  textAt(row: number, place: number): string | null {
    return this.#rows.textAt(row, place)
  }

  /** Where the row was when it was read. */
  sourceOf(row: number): RowSource | undefined {
    const line = this.#lines[row]
    return line && { ...line.source, values: this.#rows.exactValuesAt(row) }
  }

  #vectorOf({ name, type: { columnType } }: WireColumn): Vector {
    const values = this.#lines.map((line) => heldValue(line, name))
    const isBinary = values.some((value) => typeof value === 'object' && value !== null)
    // Bytes are written as what they are, whatever they mean.
    const type = isBinary ? ({ kind: 'binary' } as const) : columnType
    const writer = createVectorWriter(type, values.length)
    values.forEach((value, row) => {
      if (value === null) return
      const printed = typeof value === 'string' ? value : value.base64
      writer.write(row, isBinary ? base64Of(value) : parse(printed, name, columnType))
    })
    return writer.vector
  }
}

function readLine(text: string): HeldLine {
  const line = parseJson(text)
  const source: unknown = isObject(line) ? line['_source'] : undefined
  if (!isObject(line) || !isObject(source) || !isObject(source['values']))
    throw new HeldRowError('A line of the diagnostics of this run has been changed, and is no row any more.')
  return { members: line, source: source as unknown as RowSource }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function heldValue({ members, source }: HeldLine, name: string): ExactValue | null {
  if (Object.hasOwn(source.values, name)) return source.values[name] ?? null
  const shown: unknown = LINE_MEMBERS.has(name) || !Object.hasOwn(members, name) ? null : members[name]
  return typeof shown === 'string' ? shown : null
}

function base64Of(value: ExactValue): string {
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : value.base64
}

function parse(text: string, name: string, type: WireColumn['type']['columnType']) {
  try {
    return parsePrinted(text, type)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw new HeldRowError(
      `A line of the diagnostics of this run has been changed: ${reason} of the column ${name}.`,
      { cause },
    )
  }
}

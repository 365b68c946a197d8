import { isUtf8 } from 'node:buffer'
import { type CsvDialect, parseCsvRow } from './csv-row.ts'
import {
  FileFormatError,
  type FileRecord,
  RecordBytes,
  type RecordSplitter,
  withoutMark,
} from './file-record.ts'

const NEW_LINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Where in a field: before it, in a plain one, between quotes, or after a quote that closes it or is the first of two. */
type FieldState = 'start' | 'plain' | 'quoted' | 'closed'

/** CSV whose first row has the names of the fields; every other row becomes an object of texts. */
export class CsvSplitter implements RecordSplitter {
  readonly #dialect: CsvDialect
  readonly #row = new RecordBytes()
  readonly #quote: number
  readonly #escape: number
  readonly #delimiter: number
  #header: readonly (readonly string[])[] | undefined
  #isFirst = true
  #state: FieldState = 'start'
  #isEscaped = false

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect
    this.#quote = dialect.quote.charCodeAt(0)
    this.#escape = dialect.escape.charCodeAt(0)
    this.#delimiter = dialect.delimiter.charCodeAt(0)
  }

  push(chunk: Buffer): FileRecord[] {
    const bytes = this.#isFirst ? withoutMark(chunk) : chunk
    this.#isFirst = false
    const records: FileRecord[] = []
    let start = 0
    for (let index = 0; index < bytes.length; index++) {
      if (!this.#endsRow(bytes[index] as number)) continue
      this.#row.add(bytes.subarray(start, index))
      records.push(...this.#take())
      start = index + 1
    }
    this.#row.add(bytes.subarray(start))
    return records
  }

  end(): FileRecord[] {
    const records = this.#take()
    if (this.#header === undefined)
      throw new FileFormatError('118', 'has no header: its first row must have the names of the fields')
    return records
  }

  /** A quote opens a text only where a field begins; elsewhere it is a character like any other. */
  #endsRow(byte: number): boolean {
    if (this.#state === 'quoted') {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === this.#quote) this.#state = 'closed'
      else this.#isEscaped = byte === this.#escape
      return false
    }
    const opens = byte === this.#quote && this.#state !== 'plain'
    if (opens) this.#state = 'quoted'
    else this.#state = byte === this.#delimiter || byte === NEW_LINE ? 'start' : 'plain'
    return byte === NEW_LINE
  }

  #take(): FileRecord[] {
    const taken = this.#row.take()
    const bytes = taken.at(-1) === CARRIAGE_RETURN ? taken.subarray(0, -1) : taken
    if (bytes.length === 0) return []
    const values = isUtf8(bytes) ? parseCsvRow(bytes.toString('utf8'), this.#dialect) : undefined
    if (this.#header === undefined) {
      this.#header = readHeader(values)
      return []
    }
    const isWhole = values !== undefined && values.length === this.#header.length
    return [isWhole ? { bytes: recordOf(this.#header, values), isBroken: false } : { bytes, isBroken: true }]
  }
}

function readHeader(values: readonly (string | null)[] | undefined): (readonly string[])[] {
  if (values === undefined) throw new FileFormatError('118', "has a header that can't be read")
  const names = values.map((value) => value?.trim() ?? '')
  if (names.includes('')) throw new FileFormatError('118', 'has a column without a name in its header')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new FileFormatError('118', `has the column "${twice}" twice in its header`)
  const around = names.find((name) =>
    names.some((other) => other.startsWith(`${name}.`) || other.startsWith(`${name}/`)),
  )
  if (around !== undefined)
    throw new FileFormatError('118', `has "${around}" in its header and fields of it as well`)
  return names.map((name) => name.split(name.includes('/') ? '/' : '.'))
}

/** Values are texts, and those that are missing are left out. */
function recordOf(header: readonly (readonly string[])[], values: readonly (string | null)[]): Buffer {
  const record: Tree = Object.create(null)
  header.forEach((path, index) => {
    const value = values[index] ?? null
    if (value !== null) place(record, path, value)
  })
  return Buffer.from(JSON.stringify(record))
}

interface Tree {
  [name: string]: Tree | string
}

function place(tree: Tree, [name = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    tree[name] = value
    return
  }
  const inner = (tree[name] ?? Object.create(null)) as Tree
  tree[name] = inner
  place(inner, rest, value)
}

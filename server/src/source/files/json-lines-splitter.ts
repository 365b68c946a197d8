import {
  FileFormatError,
  type FileRecord,
  RecordBytes,
  type RecordSplitter,
  withoutMark,
} from './file-record.ts'
import { JsonSplitter } from './json-splitter.ts'

const NEW_LINE = 0x0a
const OPEN_ARRAY = 0x5b

/** A record a line. Blank lines are none, and a line that is an array has a record in each item. */
export class JsonLinesSplitter implements RecordSplitter {
  readonly #line = new RecordBytes()
  #isFirst = true

  push(chunk: Buffer): FileRecord[] {
    const bytes = this.#isFirst ? withoutMark(chunk) : chunk
    this.#isFirst = false
    const records: FileRecord[] = []
    let start = 0
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
      this.#line.add(bytes.subarray(start, end))
      records.push(...recordsOf(this.#line.take()))
      start = end + 1
    }
    this.#line.add(bytes.subarray(start))
    return records
  }

  end(): FileRecord[] {
    return recordsOf(this.#line.take())
  }
}

function recordsOf(line: Buffer): FileRecord[] {
  let start = 0
  while (start < line.length && (line[start] as number) <= 0x20) start++
  if (start === line.length) return []
  return line[start] === OPEN_ARRAY ? itemsOf(line) : [{ bytes: line, isBroken: false }]
}

function itemsOf(line: Buffer): FileRecord[] {
  const splitter = new JsonSplitter()
  try {
    return [...splitter.push(line), ...splitter.end()]
  } catch (error) {
    if (error instanceof FileFormatError) return [{ bytes: line, isBroken: true }]
    throw error
  }
}

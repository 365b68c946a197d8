/** One record of a file. */
export interface FileRecord {
  /** The text of a JSON object in UTF-8, or, of a broken one, what stands in the file. */
  readonly bytes: Uint8Array
  readonly isBroken: boolean
}

/** Cuts the bytes of a file, as they come, into records. */
export interface RecordSplitter {
  /** The records that end in these bytes. @throws FileFormatError */
  push(chunk: Buffer): FileRecord[]
  /** What is left when the file is over. @throws FileFormatError */
  end(): FileRecord[]
}

const MAX_MESSAGE = 500

/** A file as a whole can't be read. The message goes on after the name of the file: `is empty`. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    // It may quote the file, which may hold anything.
    super(
      message
        .slice(0, MAX_MESSAGE)
        .toWellFormed()
        .replace(/\p{Cc}/gu, '\uFFFD'),
      options,
    )
    this.code = code
  }
}

/** The largest record: what is larger is no record but a file of another format. */
const MAX_RECORD_BYTES = 32 * 1024 * 1024

/** The bytes of one record, which may come in several pieces. */
export class RecordBytes {
  #parts: Buffer[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @throws FileFormatError HW-RECORD-TOO-LARGE */
  add(part: Buffer): void {
    if (part.length === 0) return
    this.#size += part.length
    if (this.#size > MAX_RECORD_BYTES) {
      const message = `has a record of more than ${MAX_RECORD_BYTES / 1024 / 1024} MB; check that it is of the format that the batch was created with`
      throw new FileFormatError('HW-RECORD-TOO-LARGE', message)
    }
    this.#parts.push(part)
  }

  /** What was added since the last time. */
  take(): Buffer {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    this.#parts = []
    this.#size = 0
    return bytes
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The first bytes of a file without a byte order mark. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
}

import {
  FileFormatError,
  type FileRecord,
  RecordBytes,
  type RecordSplitter,
  withoutMark,
} from './file-record.ts'

const BYTE = Object.freeze({
  quote: 0x22,
  comma: 0x2c,
  backslash: 0x5c,
  openArray: 0x5b,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
})

/**
 * Records of JSON one after the other, or as the items of one array. It only looks for where a record ends; whether
 * it is JSON is for the parser to say.
 */
export class JsonSplitter implements RecordSplitter {
  readonly #record = new RecordBytes()
  #isFirst = true
  #isInArray = false
  /** Within a record. */
  #isOpen = false
  /** The record at hand is a number or a word, which ends where something else begins. */
  #isBare = false
  #depth = 0
  #isInText = false
  #isEscaped = false

  push(chunk: Buffer): FileRecord[] {
    const bytes = this.#isFirst ? withoutMark(chunk) : chunk
    this.#isFirst = false
    const records: FileRecord[] = []
    let start = 0
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number
      if (this.#isOpen && this.#isBare && isSeparator(byte)) {
        records.push(this.#close(bytes.subarray(start, index)))
      }
      if (!this.#isOpen) {
        if (!this.#opens(byte)) continue
        start = index
      }
      if (this.#ends(byte)) {
        records.push(this.#close(bytes.subarray(start, index + 1)))
        start = index + 1
      }
    }
    if (this.#isOpen) this.#record.add(bytes.subarray(start))
    return records
  }

  end(): FileRecord[] {
    if (this.#isInArray) {
      throw new FileFormatError('HW-FILE-TRUNCATED', 'ends in the middle of an array; send all of it')
    }
    return this.#isOpen ? [this.#close(Buffer.alloc(0))] : []
  }

  /** Looks at a byte between records. True for one that begins a record. */
  #opens(byte: number): boolean {
    if (isBlank(byte) || byte === BYTE.comma) return false
    if (byte === BYTE.openArray && !this.#isInArray) {
      this.#isInArray = true
      return false
    }
    if (byte === BYTE.closeArray && this.#isInArray) {
      this.#isInArray = false
      return false
    }
    this.#isOpen = true
    this.#isBare = byte !== BYTE.openObject && byte !== BYTE.openArray && byte !== BYTE.quote
    return true
  }

  /** Looks at a byte of a record. True for the last one. */
  #ends(byte: number): boolean {
    if (this.#isBare) return false
    if (this.#isInText) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BYTE.backslash) this.#isEscaped = true
      else if (byte === BYTE.quote) this.#isInText = false
    } else if (byte === BYTE.quote) this.#isInText = true
    else if (byte === BYTE.openObject || byte === BYTE.openArray) this.#depth++
    else if (byte === BYTE.closeObject || byte === BYTE.closeArray) this.#depth--
    return this.#depth === 0 && !this.#isInText
  }

  #close(rest: Buffer): FileRecord {
    this.#record.add(rest)
    this.#isOpen = false
    this.#depth = 0
    this.#isInText = false
    this.#isEscaped = false
    return { bytes: this.#record.take(), isBroken: false }
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isSeparator(byte: number): boolean {
  return isBlank(byte) || byte === BYTE.comma || byte === BYTE.closeArray || byte === BYTE.openObject
}

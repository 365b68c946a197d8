import type { Vector } from '#columns/vector.ts'
import { ByteBuffer, growInt32, growUint32 } from './byte-buffer.ts'
import type { Extremes } from './kernel/min-max.ts'
import {
  appendDictionary1,
  appendDictionary2,
  appendDictionary4,
  rebuildTable,
} from './kernel/word-dictionary.ts'
import {
  type DictionaryPage,
  isPoorDictionary,
  type RowRange,
  tableSizeFor,
  type ValueExtremes,
  type ValueStore,
  writeIndices,
} from './value-store.ts'
import type { WordLayout } from './word-layout.ts'

const APPEND_DICTIONARY = { 1: appendDictionary1, 2: appendDictionary2, 4: appendDictionary4 } as const

/**
 * Values of a fixed size of at least four bytes. They are kept plain in any case, and numbered by a
 * dictionary beside it as long as that looks worthwhile: giving the dictionary up costs nothing.
 */
export class WordStore implements ValueStore {
  readonly #layout: WordLayout
  #words = new Int32Array(1024)
  #count = 0
  #isDictionary = true
  #entries = new Int32Array(256)
  #entryCount = 0
  #table = new Int32Array(1024)
  #indices = new Uint32Array(256)
  /** Values already written to pages. */
  #written = 0

  constructor(layout: WordLayout) {
    this.#layout = layout
  }

  get bufferedBytes(): number {
    return this.#count * (4 * this.#layout.wordsPerValue + (this.#isDictionary ? 4 : 0))
  }

  append(vector: Vector, rows: RowRange): void {
    const { wordsPerValue, gather } = this.#layout
    this.#words = growInt32(this.#words, (this.#count + rows.to - rows.from) * wordsPerValue)
    const end = gather(vector, rows, this.#words, this.#count)
    if (this.#isDictionary) this.#number(this.#count, end)
    this.#count = end
  }

  #number(from: number, to: number): void {
    const { wordsPerValue } = this.#layout
    this.#reserveEntries(to - from)
    this.#indices = growUint32(this.#indices, to)
    this.#entryCount = APPEND_DICTIONARY[wordsPerValue](
      this.#table,
      this.#entries,
      this.#entryCount,
      this.#words,
      from,
      to,
      this.#indices,
    )
    this.#isDictionary = !isPoorDictionary(this.#entryCount, 4 * wordsPerValue * this.#entryCount, to)
  }

  #reserveEntries(extra: number): void {
    const { wordsPerValue } = this.#layout
    const needed = this.#entryCount + extra
    this.#entries = growInt32(this.#entries, needed * wordsPerValue)
    if (2 * needed <= this.#table.length) return
    this.#table = new Int32Array(tableSizeFor(needed))
    rebuildTable(this.#table, this.#entries, this.#entryCount, wordsPerValue)
  }

  seal(): void {
    if (2 * this.#entryCount > this.#count || this.#count === 0) this.#isDictionary = false
  }

  dictionary(): DictionaryPage | undefined {
    if (!this.#isDictionary) return undefined
    const write = (page: ByteBuffer) => this.#layout.writePlain(this.#entries, 0, this.#entryCount, page)
    return { entryCount: this.#entryCount, write }
  }

  extremes(): ValueExtremes {
    const { findExtremes, countNaN } = this.#layout
    const words = this.#isDictionary ? this.#entries : this.#words
    const count = this.#isDictionary ? this.#entryCount : this.#count
    findExtremes(words, count, EXTREMES)
    const [min, max] = [EXTREMES[0] as number, EXTREMES[1] as number]
    return {
      min: min < 0 ? undefined : this.#plainValue(words, min),
      max: max < 0 ? undefined : this.#plainValue(words, max),
      nanCount: countNaN?.(this.#words, this.#count),
    }
  }

  #plainValue(words: Int32Array<ArrayBuffer>, index: number): Uint8Array {
    const value = new ByteBuffer(this.#layout.plainBytes)
    this.#layout.writePlain(words, index, index + 1, value)
    return value.used()
  }

  fitPage(maxValues: number): number {
    return maxValues
  }

  writePage(count: number, page: ByteBuffer): void {
    const range = { from: this.#written, to: this.#written + count }
    this.#written = range.to
    if (this.#isDictionary) writeIndices(this.#indices, range, this.#entryCount, page)
    else this.#layout.writePlain(this.#words, range.from, range.to, page)
  }

  reset(): void {
    this.#count = 0
    this.#written = 0
    this.#entryCount = 0
    this.#isDictionary = true
    this.#table.fill(0)
  }
}

const EXTREMES: Extremes = new Int32Array(2)

import type { Vector } from '#columns/vector.ts'
import type { Extremes, Kernel } from '#kernel/kernel.ts'
import { ByteBuffer, growInt32, growUint32 } from './byte-buffer.ts'
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

/**
 * Values of a fixed size of at least four bytes. They are kept plain in any case, and numbered by a
 * dictionary beside it as long as that looks worthwhile: giving the dictionary up costs nothing.
 */
export class WordStore implements ValueStore {
  readonly #layout: WordLayout
  readonly #kernel: Kernel
  #words: Int32Array
  #count = 0
  #isDictionary = true
  #entries: Int32Array
  #entryCount = 0
  #table: Int32Array
  #indices: Uint32Array
  /** Values already written to pages. */
  #written = 0

  constructor(layout: WordLayout, kernel: Kernel) {
    this.#layout = layout
    this.#kernel = kernel
    const { heap } = kernel
    this.#words = heap.int32(1024)
    this.#entries = heap.int32(256)
    this.#table = kernel.fill(heap.int32(1024), 0)
    this.#indices = heap.uint32(256)
  }

  get bufferedBytes(): number {
    return this.#count * (4 * this.#layout.wordsPerValue + (this.#isDictionary ? 4 : 0))
  }

  /** A page of words is no reason to hurry: there are few bytes to a value. */
  get settledBytes(): number {
    return 0
  }

  append(vector: Vector, rows: RowRange): void {
    const { wordsPerValue, gather } = this.#layout
    const { heap } = this.#kernel
    this.#words = growInt32(heap, this.#words, (this.#count + rows.to - rows.from) * wordsPerValue)
    const end = gather(this.#kernel, vector, rows, this.#words, this.#count)
    if (this.#isDictionary) this.#number(this.#count, end)
    this.#count = end
  }

  #number(from: number, to: number): void {
    const { wordsPerValue } = this.#layout
    this.#reserveEntries(to - from)
    this.#indices = growUint32(this.#kernel.heap, this.#indices, to)
    this.#entryCount = this.#kernel.appendDictionary(
      wordsPerValue,
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
    this.#entries = growInt32(this.#kernel.heap, this.#entries, needed * wordsPerValue)
    if (2 * needed <= this.#table.length) return
    const { heap } = this.#kernel
    heap.free(this.#table)
    this.#table = this.#kernel.fill(heap.int32(tableSizeFor(needed)), 0)
    this.#kernel.rebuildTable(this.#table, this.#entries, this.#entryCount, wordsPerValue)
  }

  seal(): void {
    if (2 * this.#entryCount > this.#count || this.#count === 0) this.#isDictionary = false
  }

  dictionary(): DictionaryPage | undefined {
    if (!this.#isDictionary) return undefined
    const write = (page: ByteBuffer) =>
      this.#layout.writePlain(this.#kernel, this.#entries, 0, this.#entryCount, page)
    return { entryCount: this.#entryCount, write }
  }

  extremes(): ValueExtremes {
    const words = this.#isDictionary ? this.#entries : this.#words
    const count = this.#isDictionary ? this.#entryCount : this.#count
    const nanCount = this.#layout.findExtremes(this.#kernel, words, count, EXTREMES)
    const [min, max] = [EXTREMES[0] as number, EXTREMES[1] as number]
    return {
      min: min < 0 ? undefined : this.#plainValue(words, min),
      max: max < 0 ? undefined : this.#plainValue(words, max),
      nanCount: nanCount && this.#isDictionary ? this.#countNaN() : nanCount,
    }
  }

  /** In all values, where a dictionary has it once. */
  #countNaN(): number | undefined {
    return this.#layout.findExtremes(this.#kernel, this.#words, this.#count, new Int32Array(2))
  }

  #plainValue(words: Int32Array, index: number): Uint8Array {
    const value = new ByteBuffer(this.#layout.plainBytes)
    this.#layout.writePlain(this.#kernel, words, index, index + 1, value)
    return value.used()
  }

  fitPage(maxValues: number): number {
    return maxValues
  }

  takePage(count: number, page: ByteBuffer): Uint8Array {
    const range = { from: this.#written, to: this.#written + count }
    this.#written = range.to
    if (this.#isDictionary) writeIndices(this.#kernel, this.#indices, range, this.#entryCount, page)
    else this.#layout.writePlain(this.#kernel, this.#words, range.from, range.to, page)
    return page.used()
  }

  dropPage(): void {}

  reset(): void {
    this.#count = 0
    this.#written = 0
    this.#entryCount = 0
    this.#isDictionary = true
    this.#kernel.fill(this.#table, 0)
  }
}

const EXTREMES: Extremes = new Int32Array(2)

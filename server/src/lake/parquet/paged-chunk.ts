import type { ColumnType } from '#columns/column-type.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { bitWidthOf, maxHybridBytes } from '#kernel/twins/hybrid.ts'
import { BoolStore } from './bool-store.ts'
import { type ByteBuffer, growUint32 } from './byte-buffer.ts'
import { BytesStore } from './bytes-store.ts'
import { chunkStatistics } from './column-metrics.ts'
import { Encoding, PageType, type PhysicalLayout, physicalLayoutOf } from './format.ts'
import type { ChunkMetadata } from './metadata.ts'
import type { EncodedPage, PageKind, PageSize, PageWriter } from './page-writer.ts'
import { MAX_PAGE_BYTES, type ValueExtremes, type ValueStore } from './value-store.ts'
import { wordLayoutOf } from './word-layout.ts'
import { WordStore } from './word-store.ts'

/** Entries of a page at most; readers decode, and later skip, a page as a whole. */
export const PAGE_ENTRIES = 65_536

/** A page before it is compressed. */
export interface FilledPage {
  /** The entry after its last. */
  readonly end: number
  /** Valid until the chunk is used again. */
  readonly body: Uint8Array
}

/** One column of the file in the row group that is being filled: entries, which are values or the lack of one. */
export abstract class PagedChunk {
  protected readonly store: ValueStore
  protected entryCount = 0
  /** Entries without a value. */
  protected nullCount = 0
  readonly #type: ColumnType
  readonly #path: readonly string[]
  readonly #layout: PhysicalLayout
  protected readonly kernel: Kernel
  #wideLevels: Uint32Array
  readonly #early: EncodedPage[] = []
  #earlyBytes = 0
  /** Entries that are in early pages. */
  #pagedEntries = 0

  constructor(type: ColumnType, path: readonly string[], kernel: Kernel) {
    this.kernel = kernel
    this.#wideLevels = kernel.heap.uint32(0)
    this.#type = type
    this.#path = path
    this.#layout = physicalLayoutOf(type)
    this.store = createStore(type, kernel)
  }

  /** Makes a page of the entries from `entry` on, in `page` or where its values lie. */
  protected abstract fillPage(entry: number, page: ByteBuffer): FilledPage

  /** Memory that pages wait in which were made before the chunk is complete. */
  protected get earlyBytes(): number {
    return this.#earlyBytes
  }

  /**
   * Makes pages of values that are plain whatever comes: compressed they take a fraction of the memory. They are
   * written with the rest of the chunk, since a chunk is one piece of the file.
   */
  pageEarly(out: PageWriter, page: ByteBuffer): void {
    while (this.store.settledBytes >= MAX_PAGE_BYTES) {
      page.clear()
      const from = this.#pagedEntries
      const { end, body } = this.fillPage(from, page)
      const encoded = out.encodeForLater(dataPage(end - from, Encoding.PLAIN), body)
      this.#early.push(encoded)
      this.#earlyBytes += encoded.compressed.length
      this.#pagedEntries = end
      this.store.dropPage()
    }
  }

  /** Writes the chunk's pages and makes room for the next chunk. There must be at least one entry. */
  flush(
    out: PageWriter,
    page: ByteBuffer,
  ): { readonly metadata: ChunkMetadata; readonly extremes: ValueExtremes } {
    const store = this.store
    store.seal()
    const extremes = store.extremes()
    const size = new SizeSum()
    const dictionaryPageOffset = this.#writeDictionary(out, page, size)
    const dataPageOffset = out.offset
    const encoding = dictionaryPageOffset === undefined ? Encoding.PLAIN : Encoding.RLE_DICTIONARY
    let dataPageCount = this.#early.length
    for (const early of this.#early) size.add(out.writeEncoded(early))
    for (let entry = this.#pagedEntries; entry < this.entryCount; dataPageCount++) {
      page.clear()
      const { end, body } = this.fillPage(entry, page)
      size.add(out.writePage(dataPage(end - entry, encoding), body))
      entry = end
    }
    const metadata = {
      path: this.#path,
      layout: this.#layout,
      valueCount: this.entryCount,
      dictionaryPageOffset,
      dataPageOffset,
      dataPageCount,
      uncompressedBytes: size.uncompressedBytes,
      compressedBytes: size.compressedBytes,
      statistics: chunkStatistics(this.#type, this.nullCount, extremes),
    }
    this.#reset()
    return { metadata, extremes }
  }

  #reset(): void {
    this.entryCount = 0
    this.nullCount = 0
    this.#early.length = 0
    this.#earlyBytes = 0
    this.#pagedEntries = 0
    this.store.reset()
  }

  #writeDictionary(out: PageWriter, page: ByteBuffer, size: SizeSum): number | undefined {
    const dictionary = this.store.dictionary()
    if (dictionary === undefined) return undefined
    const offset = out.offset
    page.clear()
    dictionary.write(page)
    const header = {
      type: PageType.DICTIONARY_PAGE,
      valueCount: dictionary.entryCount,
      encoding: Encoding.PLAIN,
    }
    size.add(out.writePage(header, page.used()))
    return offset
  }

  /** Levels of the entries `from` to `to`, behind their length in bytes. */
  protected writeLevels(
    levels: Uint8Array,
    maxLevel: number,
    range: { readonly from: number; readonly to: number },
    page: ByteBuffer,
  ): void {
    const { from, to } = range
    page.reserve(4 + maxHybridBytes(to - from))
    const lengthAt = page.length
    const start = lengthAt + 4
    const wide = growUint32(this.kernel.heap, this.#wideLevels, to - from)
    this.#wideLevels = wide
    this.kernel.widenLevels(levels, from, to, wide)
    page.length = this.kernel.encodeHybrid(wide, 0, to - from, bitWidthOf(maxLevel), page.bytes, start)
    page.view.setUint32(lengthAt, page.length - start, true)
  }
}

function dataPage(valueCount: number, encoding: Encoding): PageKind {
  return { type: PageType.DATA_PAGE, valueCount, encoding }
}

class SizeSum {
  uncompressedBytes = 0
  compressedBytes = 0

  add(size: PageSize): void {
    this.uncompressedBytes += size.uncompressedBytes
    this.compressedBytes += size.compressedBytes
  }
}

function createStore(type: ColumnType, kernel: Kernel): ValueStore {
  switch (type.kind) {
    case 'boolean':
      return new BoolStore(kernel)
    case 'string':
    case 'binary':
      return new BytesStore(kernel)
    default:
      return new WordStore(wordLayoutOf(type), kernel)
  }
}

import type { ColumnType } from '#columns/column-type.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { bitWidthOf, maxHybridBytes } from '#kernel/twins/hybrid.ts'
import { BoolStore } from './bool-store.ts'
import { type ByteBuffer, growUint32 } from './byte-buffer.ts'
import { BytesStore } from './bytes-store.ts'
import { chunkStatistics } from './column-metrics.ts'
import { Encoding, PageType, type PhysicalLayout, physicalLayoutOf } from './format.ts'
import type { ChunkMetadata } from './metadata.ts'
import type { PageSize, PageWriter } from './page-writer.ts'
import type { ValueExtremes, ValueStore } from './value-store.ts'
import { wordLayoutOf } from './word-layout.ts'
import { WordStore } from './word-store.ts'

/** Entries of a page at most; readers decode, and later skip, a page as a whole. */
export const PAGE_ENTRIES = 65_536

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

  constructor(type: ColumnType, path: readonly string[], kernel: Kernel) {
    this.kernel = kernel
    this.#wideLevels = kernel.heap.uint32(0)
    this.#type = type
    this.#path = path
    this.#layout = physicalLayoutOf(type)
    this.store = createStore(type, kernel)
  }

  /** Fills a page with the entries from `entry` on and returns the entry after its last. */
  protected abstract fillPage(entry: number, page: ByteBuffer): number

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
    let dataPageCount = 0
    for (let entry = 0; entry < this.entryCount; dataPageCount++) {
      page.clear()
      const end = this.fillPage(entry, page)
      size.add(out.writePage({ type: PageType.DATA_PAGE, valueCount: end - entry, encoding }, page.used()))
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
    this.entryCount = 0
    this.nullCount = 0
    store.reset()
    return { metadata, extremes }
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

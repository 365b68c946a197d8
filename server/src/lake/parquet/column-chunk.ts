import type { ColumnType } from '#columns/column-type.ts'
import { type Vector, vectorKindOf } from '#columns/vector.ts'
import { BoolStore } from './bool-store.ts'
import { type ByteBuffer, growUint8, growUint32 } from './byte-buffer.ts'
import { BytesStore } from './bytes-store.ts'
import { chunkStatistics } from './column-metrics.ts'
import { Encoding, PageType, type PhysicalLayout, physicalLayoutOf } from './format.ts'
import { bitWidthOf, encodeHybrid, maxHybridBytes, writeRun } from './kernel/hybrid.ts'
import { addLevel, countLevel, countNulls, findLevelEnd, findMissing, widenLevels } from './kernel/levels.ts'
import type { LeafNode } from './leaves.ts'
import type { ChunkMetadata } from './metadata.ts'
import type { PageSize, PageWriter } from './page-writer.ts'
import type { StructPresence } from './struct-presence.ts'
import type { ValueExtremes, ValueStore } from './value-store.ts'
import { wordLayoutOf } from './word-layout.ts'
import { WordStore } from './word-store.ts'

/** A NULL in a field that must have a value. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError'
}

/** Rows of a page at most; readers decode, and later skip, a page as a whole. */
const PAGE_ROWS = 20_480

/** One column of the row group that is being filled. */
export class ColumnChunk {
  readonly #node: LeafNode
  readonly #layout: PhysicalLayout
  readonly #store: ValueStore
  /** Definition level of every row; not kept for columns without levels. */
  #levels = new Uint8Array(256)
  #wideLevels = new Uint32Array(0)
  #rowCount = 0
  #nullCount = 0

  constructor(node: LeafNode) {
    this.#node = node
    this.#layout = physicalLayoutOf(node.leaf.type)
    this.#store = createStore(node.leaf.type)
  }

  get bufferedBytes(): number {
    return this.#rowCount + this.#store.bufferedBytes
  }

  /**
   * Checks the whole of a vector before any of its rows is taken.
   * Throws {@link MissingValueError} for a NULL where the field is required and its struct is there.
   */
  check(vector: Vector, rowCount: number, presence: StructPresence): void {
    const { leaf, optionalAncestors } = this.#node
    const kind = vectorKindOf(leaf.type)
    const name = leaf.path.join('.')
    if (vector.kind !== kind) {
      throw new TypeError(`Field ${name} takes a vector of ${kind}, not of ${vector.kind}.`)
    }
    if (!leaf.required || vector.nullCount === 0) return
    const parent = optionalAncestors.at(-1)
    const row = findMissing(vector.validity, parent === undefined ? undefined : presence.of(parent), rowCount)
    if (row < 0) return
    throw new MissingValueError(
      `Field ${name} is required, but row ${row} of the batch has no value for it. Make it optional or give it a default.`,
    )
  }

  /** Takes the rows `from` to `to` of a checked vector. */
  append(vector: Vector, from: number, to: number, presence: StructPresence): void {
    const validity = vector.nullCount === 0 ? undefined : vector.validity
    if (this.#node.maxLevel > 0) this.#appendLevels(validity, from, to, presence)
    if (validity) this.#nullCount += countNulls(validity, from, to)
    this.#store.append(vector, { validity, from, to })
    this.#rowCount += to - from
  }

  #appendLevels(validity: Uint8Array | undefined, from: number, to: number, presence: StructPresence): void {
    const at = this.#rowCount
    const end = at + to - from
    const levels = growUint8(this.#levels, end)
    this.#levels = levels
    if (validity === undefined) {
      levels.fill(this.#node.maxLevel, at, end)
      return
    }
    const ancestors = this.#node.optionalAncestors.map((group) => presence.of(group))
    const sometimes = ancestors.filter((present) => present !== undefined)
    levels.fill(ancestors.length - sometimes.length, at, end)
    for (const present of sometimes) addLevel(levels, at, present, from, to)
    if (!this.#node.leaf.required) addLevel(levels, at, validity, from, to)
  }

  /** Writes the chunk's pages and makes room for the next chunk. There must be at least one row. */
  flush(
    out: PageWriter,
    page: ByteBuffer,
  ): { readonly metadata: ChunkMetadata; readonly extremes: ValueExtremes } {
    const store = this.#store
    store.seal()
    const extremes = store.extremes()
    const size = new SizeSum()
    const dictionaryPageOffset = this.#writeDictionary(out, page, size)
    const dataPageOffset = out.offset
    const encoding = dictionaryPageOffset === undefined ? Encoding.PLAIN : Encoding.RLE_DICTIONARY
    let dataPageCount = 0
    for (let row = 0; row < this.#rowCount; dataPageCount++) {
      page.clear()
      const end = this.#fillPage(row, page)
      size.add(out.writePage({ type: PageType.DATA_PAGE, valueCount: end - row, encoding }, page.used()))
      row = end
    }
    const metadata = {
      path: this.#node.leaf.path,
      layout: this.#layout,
      valueCount: this.#rowCount,
      dictionaryPageOffset,
      dataPageOffset,
      dataPageCount,
      uncompressedBytes: size.uncompressedBytes,
      compressedBytes: size.compressedBytes,
      statistics: chunkStatistics(this.#node.leaf.type, this.#nullCount, extremes),
    }
    this.#reset()
    return { metadata, extremes }
  }

  #writeDictionary(out: PageWriter, page: ByteBuffer, size: SizeSum): number | undefined {
    const dictionary = this.#store.dictionary()
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

  /** Fills a page with the rows from `row` on and returns the row after its last. */
  #fillPage(row: number, page: ByteBuffer): number {
    const { maxLevel } = this.#node
    const levels = this.#levels
    const lastRow = Math.min(row + PAGE_ROWS, this.#rowCount)
    const hasNulls = this.#nullCount > 0
    const values = hasNulls ? countLevel(levels, maxLevel, row, lastRow) : lastRow - row
    const count = this.#store.fitPage(values)
    let end = lastRow
    if (count < values) end = hasNulls ? findLevelEnd(levels, maxLevel, row, lastRow, count) : row + count
    if (maxLevel > 0) this.#writeLevels(row, end, page)
    this.#store.writePage(count, page)
    return end
  }

  /** Definition levels, behind their length in bytes. */
  #writeLevels(from: number, to: number, page: ByteBuffer): void {
    const { maxLevel } = this.#node
    const bitWidth = bitWidthOf(maxLevel)
    page.reserve(4 + maxHybridBytes(to - from))
    const lengthAt = page.length
    const start = lengthAt + 4
    if (this.#nullCount === 0) {
      page.length = writeRun(maxLevel, to - from, bitWidth, page.bytes, start)
    } else {
      const wide = growUint32(this.#wideLevels, to - from)
      this.#wideLevels = wide
      widenLevels(this.#levels, from, to, wide)
      page.length = encodeHybrid(wide, 0, to - from, bitWidth, page.bytes, start)
    }
    page.view.setUint32(lengthAt, page.length - start, true)
  }

  #reset(): void {
    this.#rowCount = 0
    this.#nullCount = 0
    this.#store.reset()
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

function createStore(type: ColumnType): ValueStore {
  switch (type.kind) {
    case 'boolean':
      return new BoolStore()
    case 'string':
    case 'binary':
      return new BytesStore()
    default:
      return new WordStore(wordLayoutOf(type))
  }
}

import type { Vector } from '#columns/vector.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { bitWidthOf, maxHybridBytes } from '#kernel/twins/hybrid.ts'
import type { ByteBuffer } from './byte-buffer.ts'

/** Rows `from` to `to` of a vector. `validity` is `undefined` when none of the vector's rows is NULL. */
export interface RowRange {
  readonly validity: Uint8Array | undefined
  readonly from: number
  readonly to: number
}

/**
 * Smallest and largest value of a chunk in PLAIN form without a length; absent if nothing can be compared.
 */
export interface ValueExtremes {
  readonly min?: Uint8Array | undefined
  readonly max?: Uint8Array | undefined
  /** For floating point only. */
  readonly nanCount?: number | undefined
}

/** The page that comes before the data pages of a dictionary-encoded chunk. */
export interface DictionaryPage {
  readonly entryCount: number
  /** Appends the entries in PLAIN form. */
  readonly write: (page: ByteBuffer) => void
}

/**
 * The values of one column chunk, without the NULLs. One chunk's life:
 *
 *   (append, (fitPage -> takePage -> dropPage)*)*  ->  seal  ->  dictionary, extremes, (fitPage -> takePage)*  ->  reset
 *
 * Values that are plain for good (`settledBytes`) may be taken before the chunk is sealed.
 *
 * Memory is kept from chunk to chunk.
 */
export interface ValueStore {
  /** Memory in use by the chunk, roughly. */
  readonly bufferedBytes: number
  /** Bytes that are plain whatever comes, and not yet taken. */
  readonly settledBytes: number
  append(vector: Vector, rows: RowRange): void
  /** Decides between dictionary and plain. */
  seal(): void
  dictionary(): DictionaryPage | undefined
  extremes(): ValueExtremes
  /**
   * How many of the next `maxValues` values belong in one page, which should have no more than `maxBytes`; at
   * least 1 unless `maxValues` is 0.
   */
  fitPage(maxValues: number, maxBytes?: number): number
  /** The next `count` values behind what `page` holds already, in one piece; valid until either is used again. */
  takePage(count: number, page: ByteBuffer): Uint8Array
  /** Forgets the values that were taken, but for their extremes. */
  dropPage(): void
  reset(): void
}

/** A dictionary above this is not worth a reader's memory. */
export const MAX_DICTIONARY_BYTES = 1024 * 1024

/** Plain values are cut into pages of about this size. */
export const MAX_PAGE_BYTES = 1024 * 1024

/** Fewer distinct values than this say nothing yet about the rest of the chunk. */
const MIN_SAMPLE_ENTRIES = 4096

/** True as soon as a chunk should give up its dictionary. */
export function isPoorDictionary(entryCount: number, entryBytes: number, valueCount: number): boolean {
  if (entryBytes > MAX_DICTIONARY_BYTES) return true
  return entryCount >= MIN_SAMPLE_ENTRIES && 2 * entryCount > valueCount
}

/** Slots of a hash table for so many entries: a power of two, at least half of them free. */
export function tableSizeFor(entryCount: number): number {
  return 2 ** (32 - Math.clz32(2 * entryCount - 1))
}

/**
 * Appends indices `from` to `to` as a data page of the RLE_DICTIONARY encoding: bit width, then the hybrid.
 */
export function writeIndices(
  kernel: Kernel,
  indices: Uint32Array,
  range: { readonly from: number; readonly to: number },
  entryCount: number,
  page: ByteBuffer,
): void {
  const bitWidth = bitWidthOf(entryCount - 1)
  page.reserve(1 + maxHybridBytes(range.to - range.from))
  page.bytes[page.length++] = bitWidth
  page.length = kernel.encodeHybrid(indices, range.from, range.to, bitWidth, page.bytes, page.length)
}

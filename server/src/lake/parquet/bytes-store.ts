import type { BytesVector, Vector } from '#columns/vector.ts'
import type { BytesDictionary, Extremes, Kernel } from '#kernel/kernel.ts'
import { compareBytes } from '#kernel/twins/min-max.ts'
import { ByteBuffer, growInt32, growUint32 } from './byte-buffer.ts'
import {
  type DictionaryPage,
  isPoorDictionary,
  MAX_DICTIONARY_BYTES,
  MAX_PAGE_BYTES,
  type RowRange,
  tableSizeFor,
  type ValueExtremes,
  type ValueStore,
  writeIndices,
} from './value-store.ts'

/** Free bytes before the values of a page, where its levels fit unless they are many: a page is one piece then. */
const HEADROOM = 256
/** Bounds are cut long before this, so that of a longer value its start says as much. */
const MAX_EXTREME_BYTES = 1024

/** Values of one append above this are not even tried against the dictionary. */
const MAX_TRIED_BYTES = 8 * MAX_DICTIONARY_BYTES

/**
 * Strings and other bytes. A chunk starts with a dictionary, straight from the heap of the vectors; when that
 * turns out poor, the values so far are written out in PLAIN form, and the rest goes there at once.
 */
export class BytesStore implements ValueStore {
  readonly #kernel: Kernel
  #isDictionary = true
  readonly #dictionary: BytesDictionary
  /** Backs `data` of the dictionary. */
  readonly #entryData: ByteBuffer
  #indices: Uint32Array
  /** Values in PLAIN form, unless there is a dictionary. */
  readonly #plain: ByteBuffer
  #count = 0
  #written = 0
  /** Byte of `plain` at which the next page starts, and at which it ends. */
  #pageStart = HEADROOM
  #pageEnd = HEADROOM
  /** Of values that are dropped already. */
  #extremes: { readonly min?: Uint8Array | undefined; readonly max?: Uint8Array | undefined } = {}

  constructor(kernel: Kernel) {
    const { heap } = kernel
    this.#kernel = kernel
    this.#entryData = new ByteBuffer(4096, kernel)
    this.#indices = heap.uint32(256)
    this.#plain = new ByteBuffer(4096, kernel)
    this.#plain.length = HEADROOM
    this.#dictionary = {
      table: kernel.fill(heap.int32(1024), 0),
      keys: heap.int32(1024),
      entryCount: 0,
      data: this.#entryData.view,
      dataEnd: 0,
    }
  }

  get bufferedBytes(): number {
    return this.#isDictionary ? 4 * this.#count + this.#dictionary.dataEnd : this.#plain.length
  }

  get settledBytes(): number {
    return this.#isDictionary ? 0 : this.#plain.length - this.#pageStart
  }

  append(vector: Vector, rows: RowRange): void {
    if (vector.kind !== 'bytes') throw new TypeError(`a vector of ${vector.kind} holds no strings`)
    const { validity, from, to } = rows
    const heap = new DataView(vector.heap.buffer, vector.heap.byteOffset, vector.heap.byteLength)
    const sizeBytes = this.#kernel.sumLengths(vector.lengths, validity, from, to)
    if (this.#isDictionary && sizeBytes > MAX_TRIED_BYTES) this.#fallBack()
    if (this.#isDictionary) this.#appendIndices(vector, heap, rows, sizeBytes)
    else this.#appendPlain(vector, heap, rows, sizeBytes)
  }

  #appendIndices(vector: BytesVector, heap: DataView, rows: RowRange, sizeBytes: number): void {
    const { offsets, lengths } = vector
    const { validity, from, to } = rows
    const dictionary = this.#dictionary
    this.#reserveEntries(to - from, sizeBytes)
    this.#indices = growUint32(this.#kernel.heap, this.#indices, this.#count + to - from)
    const [indices, at] = [this.#indices, this.#count]
    this.#count = this.#kernel.appendBytesDictionary(
      dictionary,
      heap,
      offsets,
      lengths,
      validity,
      from,
      to,
      indices,
      at,
    )
    if (isPoorDictionary(dictionary.entryCount, dictionary.dataEnd, this.#count)) this.#fallBack()
  }

  #reserveEntries(extra: number, extraBytes: number): void {
    const [dictionary, { heap }] = [this.#dictionary, this.#kernel]
    const needed = dictionary.entryCount + extra
    dictionary.keys = growInt32(heap, dictionary.keys, 4 * needed)
    this.#entryData.length = dictionary.dataEnd
    this.#entryData.reserve(4 * extra + extraBytes)
    dictionary.data = this.#entryData.view
    if (2 * needed <= dictionary.table.length) return
    heap.free(dictionary.table)
    dictionary.table = this.#kernel.fill(heap.int32(tableSizeFor(needed)), 0)
    this.#kernel.rebuildBytesTable(dictionary)
  }

  #fallBack(): void {
    this.#isDictionary = false
    this.#plain.reserve(this.#kernel.sumEntryBytes(this.#dictionary.keys, this.#indices, this.#count))
    const { buffer, byteOffset, byteLength } = this.#plain.bytes
    const target = new DataView(buffer, byteOffset + HEADROOM, byteLength - HEADROOM)
    const size = this.#kernel.expandBytesDictionary(this.#dictionary, this.#indices, this.#count, target)
    this.#plain.length = HEADROOM + size
  }

  #appendPlain(vector: BytesVector, heap: DataView, rows: RowRange, sizeBytes: number): void {
    const { offsets, lengths } = vector
    const { validity, from, to } = rows
    const plain = this.#plain
    plain.reserve(sizeBytes + 4 * (to - from))
    const start = plain.length
    plain.length = this.#kernel.gatherPlainBytes(
      heap,
      offsets,
      lengths,
      validity,
      from,
      to,
      plain.view,
      start,
    )
    this.#count += (plain.length - start - sizeBytes) / 4
  }

  seal(): void {
    if (this.#isDictionary && 2 * this.#dictionary.entryCount > this.#count) this.#fallBack()
    if (this.#count === 0) this.#isDictionary = false
  }

  dictionary(): DictionaryPage | undefined {
    if (!this.#isDictionary) return undefined
    const { entryCount, dataEnd } = this.#dictionary
    return { entryCount, write: (page) => page.append(this.#entryData.bytes.subarray(0, dataEnd)) }
  }

  extremes(): ValueExtremes {
    const found = this.#isDictionary
      ? this.#extremesOf(this.#entryData, 0, this.#dictionary.entryCount)
      : this.#extremesOf(this.#plain, this.#pageStart, this.#count - this.#written)
    return {
      min: outermost(found.min, this.#extremes.min, -1),
      max: outermost(found.max, this.#extremes.max, 1),
    }
  }

  /** Of `count` values from byte `start` on. */
  #extremesOf({ bytes }: ByteBuffer, start: number, count: number): ValueExtremes {
    const { buffer, byteOffset, byteLength } = bytes
    const view = new DataView(buffer, byteOffset + start, byteLength - start)
    this.#kernel.findPlainExtremes(view, count, EXTREMES)
    const [min, max] = [EXTREMES[0] as number, EXTREMES[1] as number]
    return min < 0 ? {} : { min: readPlain(view, min), max: readPlain(view, max) }
  }

  fitPage(maxValues: number, maxBytes = MAX_PAGE_BYTES): number {
    if (this.#isDictionary) return maxValues
    const { view } = this.#plain
    this.#pageEnd = this.#kernel.findPlainEnd(view, this.#pageStart, maxValues, maxBytes, FIT)
    return FIT.values
  }

  takePage(count: number, page: ByteBuffer): Uint8Array {
    const range = { from: this.#written, to: this.#written + count }
    this.#written = range.to
    if (this.#isDictionary) {
      writeIndices(this.#kernel, this.#indices, range, this.#dictionary.entryCount, page)
      return page.used()
    }
    const [start, end] = [this.#pageStart, this.#pageEnd]
    this.#pageStart = end
    return this.#inOnePiece(page, start, end)
  }

  /** What lies before a page was taken with the one before it, so that levels may be written over it. */
  #inOnePiece(page: ByteBuffer, start: number, end: number): Uint8Array {
    const { bytes } = this.#plain
    if (page.length <= HEADROOM) {
      bytes.set(page.used(), start - page.length)
      return bytes.subarray(start - page.length, end)
    }
    page.append(bytes.subarray(start, end))
    return page.used()
  }

  dropPage(): void {
    const plain = this.#plain
    const found = this.#extremesOf(plain, HEADROOM, this.#written)
    this.#extremes = {
      min: outermost(found.min, this.#extremes.min, -1),
      max: outermost(found.max, this.#extremes.max, 1),
    }
    const rest = plain.bytes.subarray(this.#pageStart, plain.length)
    if (rest.length === 0) plain.clear()
    else plain.bytes.copyWithin(HEADROOM, this.#pageStart, plain.length)
    plain.length = HEADROOM + rest.length
    this.#count -= this.#written
    this.#written = 0
    this.#pageStart = this.#pageEnd = HEADROOM
  }

  reset(): void {
    this.#isDictionary = true
    this.#kernel.fill(this.#dictionary.table, 0)
    this.#dictionary.entryCount = 0
    this.#dictionary.dataEnd = 0
    this.#plain.clear()
    this.#plain.length = HEADROOM
    this.#pageStart = this.#pageEnd = HEADROOM
    this.#count = this.#written = 0
    this.#extremes = {}
  }
}

/** A copy of the start of the value whose length prefix is at byte `at`. */
function readPlain(plain: DataView, at: number): Uint8Array {
  const length = Math.min(plain.getUint32(at, true), MAX_EXTREME_BYTES)
  return new Uint8Array(plain.buffer, plain.byteOffset + at + 4, length).slice()
}

/** The one of two values that comes first (-1) or last (1). */
function outermost(
  a: Uint8Array | undefined,
  b: Uint8Array | undefined,
  sign: -1 | 1,
): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return compareBytes(a, 0, a.length, b, 0, b.length) * sign > 0 ? a : b
}

const EXTREMES: Extremes = new Int32Array(2)
const FIT = { values: 0 }

import { instantiateKernel, type KernelExports } from './kernel-exports.ts'
import { KernelHeap } from './kernel-heap.ts'
import * as bytesDictionary from './twins/bytes-dictionary.ts'
import * as decimal128 from './twins/decimal128.ts'
import * as gather from './twins/gather.ts'
import * as gatherBytes from './twins/gather-bytes.ts'
import * as hashSums from './twins/hash-sums.ts'
import * as hybrid from './twins/hybrid.ts'
import * as levels from './twins/levels.ts'
import * as minMax from './twins/min-max.ts'
import * as wordDictionary from './twins/word-dictionary.ts'

export type { BytesDictionary } from './twins/bytes-dictionary.ts'
export type { Extremes } from './twins/min-max.ts'

/** Anything that lies in some memory. */
type View = ArrayBufferView<ArrayBufferLike>
type Validity = Uint8Array | undefined

export interface KernelOptions {
  /** Shared with other threads; one of its own by default. */
  readonly memory?: WebAssembly.Memory | undefined
  /** Where in it the heap begins; what lies before belongs to others. */
  readonly base?: number | undefined
  /** Runs the twins in place of WebAssembly, to compare the two. */
  readonly isTypescript?: boolean | undefined
}

/** Pages of 64 KiB: the memory can grow to 1 GiB, of which only what was touched takes room. */
const MAX_PAGES = 16_384

/** A memory for a kernel, or for several of them in different threads. */
export function createKernelMemory(bytes: number): WebAssembly.Memory {
  const initial = Math.max(1, Math.ceil(bytes / 65_536))
  return new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: true })
}

/**
 * The hot loops, in WebAssembly over a memory of blocks. Every function takes views; where one lies outside of the
 * memory, the twin in TypeScript does the same (`twins/`, where each is described). Flat parameters, however many,
 * are what WebAssembly takes.
 */
export class Kernel {
  readonly heap: KernelHeap
  readonly #wasm: KernelExports
  readonly #isTypescript: boolean
  /** For results of several numbers. */
  readonly #pair: Int32Array

  constructor(options: KernelOptions = {}) {
    const memory = options.memory ?? createKernelMemory(0)
    this.heap = new KernelHeap(memory, options.base ?? 64)
    this.#wasm = instantiateKernel(memory)
    this.#isTypescript = options.isTypescript ?? false
    this.#pair = this.heap.int32(2)
  }

  #sees(a: View, b: View, c: View, d: View = a): boolean {
    const { heap } = this
    if (this.#isTypescript) return false
    return heap.holds(a.buffer) && heap.holds(b.buffer) && heap.holds(c.buffer) && heap.holds(d.buffer)
  }

  /** Every byte of `view` becomes `byte`. */
  fill<T extends Uint8Array | Int32Array>(view: T, byte: number): T {
    if (this.#sees(view, view, view)) this.#wasm.fillBytes(view.byteOffset, byte, view.byteLength)
    else new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(byte)
    return view
  }

  /** Copies all of `source` to the start of `target`, which is as long at least. */
  copy(target: Uint8Array | Int32Array, source: Uint8Array | Int32Array): void {
    if (!this.#sees(target, source, target)) target.set(source)
    else this.#wasm.copyBytes(target.byteOffset, source.byteOffset, source.byteLength)
  }

  sumHashesOfBytes1(values: Uint8Array, validity: Validity, count: number, sum: Uint32Array): void {
    if (!this.#sees(values, validity ?? values, sum)) {
      return hashSums.sumHashesOfBytes1(values, validity, count, sum)
    }
    this.#wasm.sumHashesOfBytes1(values.byteOffset, validity?.byteOffset ?? 0, count, sum.byteOffset)
  }

  sumHashesOfWords1(
    values: Int32Array,
    stride: number,
    validity: Validity,
    count: number,
    sum: Uint32Array,
  ): void {
    if (!this.#sees(values, validity ?? values, sum)) {
      return hashSums.sumHashesOfWords1(values, stride, validity, count, sum)
    }
    this.#wasm.sumHashesOfWords1(values.byteOffset, stride, validity?.byteOffset ?? 0, count, sum.byteOffset)
  }

  sumHashesOfWords2(words: Int32Array, validity: Validity, count: number, sum: Uint32Array): void {
    if (!this.#sees(words, validity ?? words, sum)) {
      return hashSums.sumHashesOfWords2(words, validity, count, sum)
    }
    this.#wasm.sumHashesOfWords2(words.byteOffset, validity?.byteOffset ?? 0, count, sum.byteOffset)
  }

  sumHashesOfFloats(values: Float32Array, validity: Validity, count: number, sum: Uint32Array): void {
    if (!this.#sees(values, validity ?? values, sum)) {
      return hashSums.sumHashesOfFloats(values, validity, count, sum)
    }
    this.#wasm.sumHashesOfFloats(values.byteOffset, validity?.byteOffset ?? 0, count, sum.byteOffset)
  }

  sumHashesOfDoubles(values: Float64Array, validity: Validity, count: number, sum: Uint32Array): void {
    if (!this.#sees(values, validity ?? values, sum)) {
      return hashSums.sumHashesOfDoubles(values, validity, count, sum)
    }
    this.#wasm.sumHashesOfDoubles(values.byteOffset, validity?.byteOffset ?? 0, count, sum.byteOffset)
  }

  sumHashesOfStrings(
    heap: Uint8Array,
    offsets: Uint32Array,
    lengths: Uint32Array,
    validity: Validity,
    count: number,
    sum: Uint32Array,
  ): void {
    if (!this.#sees(heap, offsets, validity ?? heap, sum)) {
      return hashSums.sumHashesOfStrings(heap, offsets, lengths, validity, count, sum)
    }
    const at = validity?.byteOffset ?? 0
    this.#wasm.sumHashesOfStrings(
      heap.byteOffset,
      offsets.byteOffset,
      lengths.byteOffset,
      at,
      count,
      sum.byteOffset,
    )
  }

  /** `wordsPerValue` is 1, 2 or 4. */
  appendDictionary(
    wordsPerValue: 1 | 2 | 4,
    table: Int32Array,
    entries: Int32Array,
    entryCount: number,
    source: Int32Array,
    from: number,
    to: number,
    indices: Uint32Array,
  ): number {
    if (!this.#sees(table, entries, source, indices)) {
      return wordDictionary.APPEND_DICTIONARY[wordsPerValue](
        table,
        entries,
        entryCount,
        source,
        from,
        to,
        indices,
      )
    }
    return this.#wasm[`appendDictionary${wordsPerValue}`](
      table.byteOffset,
      table.length - 1,
      entries.byteOffset,
      entryCount,
      source.byteOffset,
      from,
      to,
      indices.byteOffset,
    )
  }

  rebuildTable(table: Int32Array, entries: Int32Array, entryCount: number, wordsPerValue: number): void {
    if (!this.#sees(table, entries, table)) {
      return wordDictionary.rebuildTable(table, entries, entryCount, wordsPerValue)
    }
    this.#wasm.rebuildTable(table.byteOffset, table.length - 1, entries.byteOffset, entryCount, wordsPerValue)
  }

  appendBytesDictionary(
    dictionary: bytesDictionary.BytesDictionary,
    heap: DataView,
    offsets: Uint32Array,
    lengths: Uint32Array,
    validity: Validity,
    from: number,
    to: number,
    indices: Uint32Array,
    at: number,
  ): number {
    const { table, keys, data } = dictionary
    if (!this.#sees(table, keys, data, indices) || !this.#sees(heap, offsets, validity ?? heap)) {
      return bytesDictionary.appendBytesDictionary(
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
    }
    const state = this.#pair
    state[0] = dictionary.entryCount
    state[1] = dictionary.dataEnd
    const end = this.#wasm.appendBytesDictionary(
      table.byteOffset,
      table.length - 1,
      keys.byteOffset,
      data.byteOffset,
      state.byteOffset,
      heap.byteOffset,
      offsets.byteOffset,
      lengths.byteOffset,
      validity?.byteOffset ?? 0,
      from,
      to,
      indices.byteOffset,
      at,
    )
    dictionary.entryCount = state[0] as number
    dictionary.dataEnd = state[1] as number
    return end
  }

  rebuildBytesTable(dictionary: bytesDictionary.BytesDictionary): void {
    const { table, keys, entryCount } = dictionary
    if (!this.#sees(table, keys, keys)) return bytesDictionary.rebuildBytesTable(dictionary)
    this.#wasm.rebuildBytesTable(table.byteOffset, table.length - 1, keys.byteOffset, entryCount)
  }

  sumEntryBytes(keys: Int32Array, indices: Uint32Array, count: number): number {
    if (!this.#sees(keys, indices, keys)) return bytesDictionary.sumEntryBytes(keys, indices, count)
    return this.#wasm.sumEntryBytes(keys.byteOffset, indices.byteOffset, count) >>> 0
  }

  expandBytesDictionary(
    dictionary: bytesDictionary.BytesDictionary,
    indices: Uint32Array,
    count: number,
    target: DataView,
  ): number {
    const { keys, data } = dictionary
    if (!this.#sees(keys, data, indices, target)) {
      return bytesDictionary.expandBytesDictionary(dictionary, indices, count, target)
    }
    return this.#wasm.expandBytesDictionary(
      keys.byteOffset,
      data.byteOffset,
      indices.byteOffset,
      count,
      target.byteOffset,
    )
  }

  gatherWords(
    wordsPerValue: 1 | 2 | 4,
    source: Int32Array,
    stride: number,
    validity: Validity,
    from: number,
    to: number,
    target: Int32Array,
    at: number,
  ): number {
    if (!this.#sees(source, validity ?? source, target)) {
      return gather.gatherWords(wordsPerValue, source, stride, validity, from, to, target, at)
    }
    const there = validity?.byteOffset ?? 0
    if (wordsPerValue === 1) {
      return this.#wasm.gatherWords1(source.byteOffset, stride, there, from, to, target.byteOffset, at)
    }
    const gatherMore = wordsPerValue === 2 ? this.#wasm.gatherWords2 : this.#wasm.gatherWords4
    return gatherMore(source.byteOffset, there, from, to, target.byteOffset, at)
  }

  gatherSixteenBytes(
    heap: DataView,
    offsets: Uint32Array,
    validity: Validity,
    from: number,
    to: number,
    target: Int32Array,
    at: number,
  ): number {
    if (!this.#sees(heap, offsets, validity ?? heap, target)) {
      return gather.gatherSixteenBytes(heap, offsets, validity, from, to, target, at)
    }
    const there = validity?.byteOffset ?? 0
    return this.#wasm.gatherSixteenBytes(
      heap.byteOffset,
      offsets.byteOffset,
      there,
      from,
      to,
      target.byteOffset,
      at,
    )
  }

  gatherBooleans(
    source: Uint8Array,
    validity: Validity,
    from: number,
    to: number,
    target: Uint8Array,
    at: number,
  ): number {
    if (!this.#sees(source, validity ?? source, target)) {
      return gather.gatherBooleans(source, validity, from, to, target, at)
    }
    const there = validity?.byteOffset ?? 0
    return this.#wasm.gatherBooleans(source.byteOffset, there, from, to, target.byteOffset, at)
  }

  gatherPlainBytes(
    heap: DataView,
    offsets: Uint32Array,
    lengths: Uint32Array,
    validity: Validity,
    from: number,
    to: number,
    target: DataView,
    at: number,
  ): number {
    if (!this.#sees(heap, offsets, validity ?? heap, target)) {
      return gatherBytes.gatherPlainBytes(heap, offsets, lengths, validity, from, to, target, at)
    }
    return this.#wasm.gatherPlainBytes(
      heap.byteOffset,
      offsets.byteOffset,
      lengths.byteOffset,
      validity?.byteOffset ?? 0,
      from,
      to,
      target.byteOffset,
      at,
    )
  }

  findPlainEnd(
    plain: DataView,
    start: number,
    maxValues: number,
    maxBytes: number,
    result: { values: number },
  ): number {
    if (!this.#sees(plain, plain, plain)) {
      return gatherBytes.findPlainEnd(plain, start, maxValues, maxBytes, result)
    }
    const { byteOffset } = this.#pair
    const bytes = Math.min(maxBytes, 0x7fffffff)
    const end = this.#wasm.findPlainEnd(plain.byteOffset, start, maxValues, bytes, byteOffset)
    result.values = this.#pair[0] as number
    return end
  }

  sumLengths(lengths: Uint32Array, validity: Validity, from: number, to: number): number {
    if (!this.#sees(lengths, validity ?? lengths, lengths)) {
      return gather.sumLengths(lengths, validity, from, to)
    }
    return this.#wasm.sumLengths(lengths.byteOffset, validity?.byteOffset ?? 0, from, to)
  }

  encodeHybrid(
    values: Uint32Array,
    from: number,
    to: number,
    bitWidth: number,
    target: Uint8Array,
    at: number,
  ): number {
    if (!this.#sees(values, target, target)) {
      return hybrid.encodeHybrid(values, from, to, bitWidth, target, at)
    }
    return this.#wasm.encodeHybrid(values.byteOffset, from, to, bitWidth, target.byteOffset, at)
  }

  packBooleans(values: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
    if (!this.#sees(values, target, target)) return hybrid.packBooleans(values, from, to, target, at)
    return this.#wasm.packBooleans(values.byteOffset, from, to, target.byteOffset, at)
  }

  unitePresence(present: Uint8Array, validity: Uint8Array, rowCount: number): void {
    if (!this.#sees(present, validity, present)) return levels.unitePresence(present, validity, rowCount)
    this.#wasm.unitePresence(present.byteOffset, validity.byteOffset, rowCount)
  }

  addLevel(target: Uint8Array, at: number, present: Uint8Array, from: number, to: number): void {
    if (!this.#sees(target, present, target)) return levels.addLevel(target, at, present, from, to)
    this.#wasm.addLevel(target.byteOffset, at, present.byteOffset, from, to)
  }

  countLevel(values: Uint8Array, level: number, from: number, to: number): number {
    if (!this.#sees(values, values, values)) return levels.countLevel(values, level, from, to)
    return this.#wasm.countLevel(values.byteOffset, level, from, to)
  }

  widenLevels(values: Uint8Array, from: number, to: number, target: Uint32Array): void {
    if (!this.#sees(values, target, target)) return levels.widenLevels(values, from, to, target)
    this.#wasm.widenLevels(values.byteOffset, from, to, target.byteOffset)
  }

  findExtremes(wordsPerValue: 1 | 2 | 4, words: Int32Array, count: number, result: minMax.Extremes): void {
    if (!this.#sees(words, words, words)) {
      return minMax.FIND_EXTREMES[wordsPerValue](words, count, result)
    }
    this.#wasm[`findExtremes${wordsPerValue}`](words.byteOffset, count, this.#pair.byteOffset)
    result.set(this.#pair)
  }

  /** Returns how many of the values are NaN. */
  findFloatExtremes(values: Float32Array | Float64Array, count: number, result: minMax.Extremes): number {
    if (!this.#sees(values, values, values)) return minMax.findFloatExtremes(values, count, result)
    const isWide = values instanceof Float64Array
    const find = isWide ? this.#wasm.findExtremesOfDoubles : this.#wasm.findExtremesOfFloats
    const nanCount = find(values.byteOffset, count, this.#pair.byteOffset)
    result.set(this.#pair)
    return nanCount
  }

  findPlainExtremes(plain: DataView, count: number, result: minMax.Extremes): void {
    if (!this.#sees(plain, plain, plain)) return minMax.findPlainExtremes(plain, count, result)
    this.#wasm.findPlainExtremes(plain.byteOffset, count, this.#pair.byteOffset)
    result.set(this.#pair)
  }

  encodeBigEndian128(
    words: Int32Array,
    from: number,
    to: number,
    width: number,
    target: DataView,
    at: number,
  ): number {
    if (!this.#sees(words, target, words)) {
      return decimal128.encodeBigEndian128(words, from, to, width, target, at)
    }
    return this.#wasm.encodeBigEndian128(words.byteOffset, from, to, width, target.byteOffset, at)
  }
}

import type { Vector } from '#columns/vector.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { type ByteBuffer, growUint8 } from './byte-buffer.ts'
import type { RowRange, ValueExtremes, ValueStore } from './value-store.ts'

/** Booleans: one byte a value in memory, one bit in a page. */
export class BoolStore implements ValueStore {
  readonly #kernel: Kernel
  #values: Uint8Array
  #count = 0
  #written = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#values = kernel.heap.uint8(256)
  }

  get bufferedBytes(): number {
    return this.#count
  }

  get settledBytes(): number {
    return 0
  }

  append(vector: Vector, rows: RowRange): void {
    if (vector.kind !== 'bool') throw new TypeError(`a vector of ${vector.kind} holds no booleans`)
    const { validity, from, to } = rows
    this.#values = growUint8(this.#kernel.heap, this.#values, this.#count + to - from)
    this.#count = this.#kernel.gatherBooleans(vector.values, validity, from, to, this.#values, this.#count)
  }

  seal(): void {}

  dictionary(): undefined {
    return undefined
  }

  extremes(): ValueExtremes {
    if (this.#count === 0) return {}
    const values = this.#values.subarray(0, this.#count)
    return { min: Uint8Array.of(values.includes(0) ? 0 : 1), max: Uint8Array.of(values.includes(1) ? 1 : 0) }
  }

  fitPage(maxValues: number): number {
    return maxValues
  }

  takePage(count: number, page: ByteBuffer): Uint8Array {
    const end = this.#written + count
    page.reserve((count + 7) >>> 3)
    page.length = this.#kernel.packBooleans(this.#values, this.#written, end, page.bytes, page.length)
    this.#written = end
    return page.used()
  }

  dropPage(): void {}

  reset(): void {
    this.#count = 0
    this.#written = 0
  }
}

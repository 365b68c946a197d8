import type { Kernel } from '#kernel/kernel.ts'
import { type AnyVector, type BytesVector, isNested, type Vector } from './vector.ts'

/**
 * Brings vectors into the kernel's memory. Those of a slot are there already; what a mapping has calculated is
 * copied, a column each into blocks of its own that the next batch takes again.
 */
export class VectorStage {
  readonly #kernel: Kernel
  readonly #columns: ColumnStage[] = []

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** The same values, valid until the next call. Nested vectors stay where they are. */
  take(columns: readonly AnyVector[], rowCount: number): readonly AnyVector[] {
    return columns.map((vector, index) => {
      if (isElsewhere(vector, this.#kernel)) {
        this.#columns[index] ??= new ColumnStage(this.#kernel)
        return this.#columns[index].copy(vector, rowCount)
      }
      return vector
    })
  }
}

function isElsewhere(vector: AnyVector, { heap }: Kernel): vector is Vector {
  if (isNested(vector)) return false
  return !heap.holds(vector.validity.buffer) || (vector.kind === 'bytes' && !heap.holds(vector.heap.buffer))
}

/** Heaps up to this are copied as a whole; of larger ones only what the rows refer to. */
const MAX_HEAP_BYTES = 4 * 1024 * 1024
/** Texts that are larger together stay where they are: what is that large is not worth a copy. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** The blocks of one column. */
class ColumnStage {
  readonly #kernel: Kernel
  readonly #blocks = new Map<string, Uint8Array>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  copy(vector: Vector, rowCount: number): Vector {
    const validity = this.#bytes('validity', vector.validity, rowCount)
    const base = { validity, nullCount: vector.nullCount }
    switch (vector.kind) {
      case 'bool':
        return { ...base, kind: 'bool', values: this.#bytes('values', vector.values, rowCount) }
      case 'int32':
        return { ...base, kind: 'int32', values: this.#words(vector.values, rowCount) }
      case 'int64':
        return { ...base, kind: 'int64', words: this.#words(vector.words, 2 * rowCount) }
      case 'int128':
        return { ...base, kind: 'int128', words: this.#words(vector.words, 4 * rowCount) }
      case 'float32': {
        const { buffer, byteOffset } = this.#words(vector.values, rowCount)
        return { ...base, kind: 'float32', values: new Float32Array(buffer, byteOffset, rowCount) }
      }
      case 'float64': {
        const { buffer, byteOffset } = this.#words(vector.values, 2 * rowCount)
        return { ...base, kind: 'float64', values: new Float64Array(buffer, byteOffset, rowCount) }
      }
      case 'bytes':
        return this.#texts(vector, validity, rowCount)
    }
  }

  /** A block for so many bytes; the one from before where it is large enough. */
  #block(name: string, byteLength: number): Uint8Array {
    const known = this.#blocks.get(name)
    if (known !== undefined && known.byteLength >= byteLength) return known
    if (known !== undefined) this.#kernel.heap.free(known)
    const block = this.#kernel.heap.uint8(byteLength)
    this.#blocks.set(name, block)
    return block
  }

  #bytes(name: string, source: Uint8Array, length: number): Uint8Array {
    const block = this.#block(name, length)
    block.set(source.subarray(0, length))
    return block.subarray(0, length)
  }

  #words(
    { buffer, byteOffset }: ArrayBufferView<ArrayBufferLike>,
    count: number,
    name = 'values',
  ): Int32Array {
    const copied = this.#bytes(name, new Uint8Array(buffer, byteOffset, 4 * count), 4 * count)
    return new Int32Array(copied.buffer, copied.byteOffset, count)
  }

  #texts(vector: BytesVector, validity: Uint8Array, rowCount: number): Vector {
    const lengths = this.#numbers('lengths', vector.lengths, rowCount)
    const offsets = this.#numbers('offsets', vector.offsets, rowCount)
    const base = { kind: 'bytes', validity, nullCount: vector.nullCount, offsets, lengths } as const
    const { heap } = vector
    if (heap.byteLength <= MAX_HEAP_BYTES) {
      return { ...base, heap: this.#bytes('heap', heap, heap.byteLength) }
    }
    const there = vector.nullCount === 0 ? undefined : validity
    const sizeBytes = this.#kernel.sumLengths(lengths, there, 0, rowCount)
    if (sizeBytes > MAX_TEXT_BYTES) return vector
    return { ...base, heap: this.#compact(vector, offsets, rowCount, sizeBytes) }
  }

  #numbers(name: string, source: Uint32Array, count: number): Uint32Array {
    const { buffer, byteOffset } = this.#words(source, count, name)
    return new Uint32Array(buffer, byteOffset, count)
  }

  /** Copies the values one after the other, and says in `offsets` where they are now. */
  #compact(vector: BytesVector, offsets: Uint32Array, rowCount: number, sizeBytes: number): Uint8Array {
    const block = this.#block('heap', sizeBytes)
    let end = 0
    for (let row = 0; row < rowCount; row++) {
      if (vector.validity[row] === 0) continue
      const [start, length] = [vector.offsets[row] as number, vector.lengths[row] as number]
      block.set(vector.heap.subarray(start, start + length), end)
      offsets[row] = end
      end += length
    }
    return block
  }
}

import type { Kernel } from '#kernel/kernel.ts'
import type { KernelHeap } from '#kernel/kernel-heap.ts'

/** Bytes that grow at the end and are used again and again; in the kernel's memory, if there is a kernel. */
export class ByteBuffer {
  bytes: Uint8Array
  view: DataView
  /** Bytes in use. */
  length = 0

  readonly #kernel: Kernel | undefined
  readonly #capacity: number

  constructor(capacity = 1024, kernel?: Kernel) {
    this.#kernel = kernel
    this.#capacity = capacity
    this.bytes = kernel?.heap.uint8(capacity) ?? new Uint8Array(capacity)
    this.view = viewOf(this.bytes)
  }

  /** Makes room for `extra` bytes after `length`. Replaces `bytes` and `view` when it has to grow. */
  reserve(extra: number): void {
    const needed = this.length + extra
    if (needed <= this.bytes.length) return
    const capacity = Math.max(needed, Math.min(2 * this.bytes.length, MAX_STEP_BYTES + needed))
    const grown = this.#kernel?.heap.uint8(capacity) ?? new Uint8Array(capacity)
    const used = this.bytes.subarray(0, this.length)
    if (this.#kernel === undefined) grown.set(used)
    else this.#kernel.copy(grown, used)
    this.#kernel?.heap.free(this.bytes)
    this.bytes = grown
    this.view = viewOf(grown)
  }

  /** Appends a copy of `chunk`. */
  append(chunk: Uint8Array): void {
    this.reserve(chunk.length)
    if (this.#kernel === undefined) this.bytes.set(chunk, this.length)
    else this.#kernel.copy(this.bytes.subarray(this.length), chunk)
    this.length += chunk.length
  }

  /** The bytes in use; valid until the next growth. */
  used(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Forgets the bytes, and gives the memory back where it is more than is usual. */
  clear(): void {
    this.length = 0
    if (this.bytes.length <= USUAL_BYTES) return
    this.#kernel?.heap.free(this.bytes)
    this.bytes = this.#kernel?.heap.uint8(this.#capacity) ?? new Uint8Array(this.#capacity)
    this.view = viewOf(this.bytes)
  }
}

/**
 * Doubling stops here, so that a buffer of hundreds of megabytes does not become twice as large for a few
 * bytes.
 */
const MAX_STEP_BYTES = 8 * 1024 * 1024

/** A few pages. */
const USUAL_BYTES = 4 * 1024 * 1024

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** `array`, or a copy of at least `length` elements and twice its size in its place. */
export function growInt32(heap: KernelHeap, array: Int32Array, length: number): Int32Array {
  if (length <= array.length) return array
  const grown = heap.int32(Math.max(length, 2 * array.length))
  grown.set(array)
  heap.free(array)
  return grown
}

/** `array`, or a copy of at least `length` elements and twice its size in its place. */
export function growUint32(heap: KernelHeap, array: Uint32Array, length: number): Uint32Array {
  if (length <= array.length) return array
  const grown = heap.uint32(Math.max(length, 2 * array.length))
  grown.set(array)
  heap.free(array)
  return grown
}

/** `array`, or a copy of at least `length` elements and twice its size in its place. */
export function growUint8(heap: KernelHeap, array: Uint8Array, length: number): Uint8Array {
  if (length <= array.length) return array
  const grown = heap.uint8(Math.max(length, 2 * array.length))
  grown.set(array)
  heap.free(array)
  return grown
}

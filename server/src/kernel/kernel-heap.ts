/** The kernel reads and writes so far beyond what it was given; nothing of anyone's may lie there. */
const SLACK_BYTES = 64
const PAGE_BYTES = 65_536
/** Memory grows by so much at once. */
const GROWTH_PAGES = 16
const MIN_BLOCK_BYTES = 1_024
/** What is larger gets a buffer of its own, which goes when it is given back: memory never shrinks. */
const MAX_BLOCK_BYTES = 24 * 1024 * 1024

/** Views that blocks are handed out as. */
export type Block = Uint8Array | Int32Array | Uint32Array

/**
 * Blocks of one WebAssembly.Memory from `base` on: free ones are kept by size and used again. Their content is
 * undefined.
 */
export class KernelHeap {
  readonly #memory: WebAssembly.Memory
  /** Buffers of the memory, the newest last: growing makes another object, and old views keep theirs. */
  readonly #buffers = new Set<ArrayBufferLike>()
  readonly #free = new Map<number, number[]>()
  #newest: SharedArrayBuffer
  #end: number

  constructor(memory: WebAssembly.Memory, base: number) {
    this.#memory = memory
    this.#newest = memory.buffer
    this.#buffers.add(this.#newest)
    this.#end = Math.ceil(base / SLACK_BYTES) * SLACK_BYTES
  }

  /** Whether a view lies in the memory, so that the kernel sees it. */
  holds(buffer: ArrayBufferLike): boolean {
    return buffer === this.#newest || this.#buffers.has(buffer)
  }

  uint8(length: number): Uint8Array {
    if (length > MAX_BLOCK_BYTES) return new Uint8Array(length)
    const start = this.#allocate(length)
    return new Uint8Array(this.#newest, start, length)
  }

  int32(length: number): Int32Array {
    if (4 * length > MAX_BLOCK_BYTES) return new Int32Array(length)
    const start = this.#allocate(4 * length)
    return new Int32Array(this.#newest, start, length)
  }

  uint32(length: number): Uint32Array {
    if (4 * length > MAX_BLOCK_BYTES) return new Uint32Array(length)
    const start = this.#allocate(4 * length)
    return new Uint32Array(this.#newest, start, length)
  }

  /** Takes a block back; nobody may use it afterwards. */
  free({ buffer, byteOffset, byteLength }: Block): void {
    if (!this.holds(buffer)) {
      // The collector sees little of its size, and would let it lie.
      if (buffer instanceof ArrayBuffer) buffer.transfer(0)
      return
    }
    const size = blockBytesOf(byteLength)
    const known = this.#free.get(size)
    if (known === undefined) this.#free.set(size, [byteOffset])
    else known.push(byteOffset)
  }

  /** May replace `#newest`. */
  #allocate(bytes: number): number {
    const size = blockBytesOf(bytes)
    const free = this.#free.get(size)?.pop()
    if (free !== undefined) return free
    const start = this.#end
    this.#end += size
    this.#reserve(this.#end + SLACK_BYTES)
    return start
  }

  #reserve(end: number): void {
    const missing = Math.ceil((end - this.#newest.byteLength) / PAGE_BYTES)
    if (missing <= 0) return
    this.#memory.grow(Math.max(missing, GROWTH_PAGES))
    this.#newest = this.#memory.buffer
    this.#buffers.add(this.#newest)
  }
}

/** Four sizes between a power of two and the next, so that a fifth is wasted at most. */
function blockBytesOf(bytes: number): number {
  const needed = Math.max(bytes + SLACK_BYTES, MIN_BLOCK_BYTES)
  const step = 2 ** (29 - Math.clz32(needed - 1))
  return Math.ceil(needed / step) * step
}

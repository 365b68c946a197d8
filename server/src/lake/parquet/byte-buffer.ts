/** Bytes that grow at the end and are used again and again. Always memory of its own, never shared. */
export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView<ArrayBuffer>
  /** Bytes in use. */
  length = 0

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `extra` bytes after `length`. Replaces `bytes` and `view` when it has to grow. */
  reserve(extra: number): void {
    const needed = this.length + extra
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, Math.min(2 * this.bytes.length, MAX_STEP_BYTES + needed)))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  /** Appends a copy of `chunk`. */
  append(chunk: Uint8Array): void {
    this.reserve(chunk.length)
    this.bytes.set(chunk, this.length)
    this.length += chunk.length
  }

  /** The bytes in use; valid until the next growth. */
  used(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }
}

/**
 * Doubling stops here, so that a buffer of hundreds of megabytes does not become twice as large for a few
 * bytes.
 */
const MAX_STEP_BYTES = 64 * 1024 * 1024

/** `array`, or a copy of at least `length` elements and twice its size. */
export function growInt32(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array
  const grown = new Int32Array(Math.max(length, 2 * array.length))
  grown.set(array)
  return grown
}

/** `array`, or a copy of at least `length` elements and twice its size. */
export function growUint32(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (length <= array.length) return array
  const grown = new Uint32Array(Math.max(length, 2 * array.length))
  grown.set(array)
  return grown
}

/** `array`, or a copy of at least `length` elements and twice its size. */
export function growUint8(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= array.length) return array
  const grown = new Uint8Array(Math.max(length, 2 * array.length))
  grown.set(array)
  return grown
}

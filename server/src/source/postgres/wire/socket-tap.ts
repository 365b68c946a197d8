import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Takes bytes as they come. `room` says where the next ones may be written without a copy. */
export interface ByteConsumer {
  room(): Uint8Array
  filled(length: number): void
  push(bytes: Uint8Array): void
}

/** When to let the kernel's buffer fill before the next read. */
export interface BurstOptions {
  /** Milliseconds to sleep after a short read; 0 reads at once. */
  readonly waitMs: number
  /** A read of at least this much isn't short. */
  readonly minReadBytes: number
}

/**
 * A server that wakes its client for every packet loses a quarter of its speed to it. Half a millisecond is
 * a few hundred KiB of COPY, less than what the socket's buffer holds.
 */
export const DEFAULT_BURST: BurstOptions = Object.freeze({ waitMs: 0.5, minReadBytes: 128 * 1024 })

const DRIVER_BUFFER_BYTES = 16 * 1024

/**
 * Lets the driver open a session and another consumer read the rest of it. A plain socket reads into memory
 * of the consumer's choice; until {@link redirect} it feeds the driver. The reader's thread sleeps between
 * bursts, so this belongs into a thread of its own.
 */
export class SocketTap {
  readonly #burst: BurstOptions
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4))
  readonly #driverBuffer = Buffer.allocUnsafe(DRIVER_BUFFER_BYTES)
  #offered: Uint8Array = this.#driverBuffer
  #consumer: ByteConsumer | undefined

  constructor(burst: BurstOptions = DEFAULT_BURST) {
    this.#burst = burst
  }

  /** For `OpenSessionOptions.createSocket`. */
  readonly createSocket = (): Socket => {
    const socket = new Socket({
      onread: {
        buffer: () => this.#offer(),
        callback: (length, buffer) => this.#onRead(socket, length, buffer),
      },
    })
    return socket
  }

  /**
   * From now on all bytes go to `consumer`, until what this returns is called. Both between two answers of the
   * server only.
   */
  redirect(stream: Socket | TLSSocket, consumer: ByteConsumer): () => void {
    this.#consumer = consumer
    const drivers = stream.listeners('data') as ((chunk: Buffer) => void)[]
    stream.removeAllListeners('data')
    // A socket with `onread` emits no data of its own; a TLS stream does, and has to flow.
    stream.on('data', (chunk: Buffer) => consumer.push(chunk))
    stream.resume()
    return () => {
      this.#consumer = undefined
      stream.removeAllListeners('data')
      for (const listener of drivers) stream.on('data', listener)
    }
  }

  #offer(): Uint8Array {
    this.#offered = this.#consumer?.room() ?? this.#driverBuffer
    return this.#offered
  }

  #onRead(socket: Socket, length: number, buffer: Uint8Array): boolean {
    const offered = this.#offered
    if (this.#consumer === undefined) {
      // The driver keeps pieces of what it is given, and the buffer is used again.
      socket.emit('data', Buffer.from(buffer.subarray(0, length)))
    } else if (offered === this.#driverBuffer) {
      this.#consumer.push(buffer.subarray(0, length))
    } else {
      this.#consumer.filled(length)
      this.#rest(length, offered.length)
    }
    return true
  }

  #rest(length: number, asked: number): void {
    const isShort = length < asked && length < this.#burst.minReadBytes
    if (isShort && this.#burst.waitMs > 0) Atomics.wait(this.#sleep, 0, 0, this.#burst.waitMs)
  }
}

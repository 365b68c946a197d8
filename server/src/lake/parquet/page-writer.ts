import { constants, crc32, zstdCompressSync } from 'node:zlib'
import type { Encoding, PageType } from './format.ts'
import { encodePageHeader } from './metadata.ts'
import { ThriftCompactWriter } from './thrift-compact.ts'

/**
 * Where a file's bytes go, in order. `write` must be done with the chunk when it returns: its memory is used
 * again.
 */
export interface ByteSink {
  write(chunk: Uint8Array): void
}

/** Bytes of a page in the file, with its header. */
export interface PageSize {
  readonly uncompressedBytes: number
  readonly compressedBytes: number
}

/** What a page's header says of it besides its size. */
export interface PageKind {
  readonly type: PageType
  readonly valueCount: number
  readonly encoding: Encoding
}

/** A page that waits for its place in the file. */
export interface EncodedPage {
  readonly header: Uint8Array
  readonly compressed: Uint8Array<ArrayBuffer>
  readonly uncompressedBytes: number
}

/** Compresses pages and keeps count of the file's offset. */
export class PageWriter {
  readonly #sink: ByteSink
  readonly #params: { [key: number]: number }
  readonly #room = new OutputRoom()
  readonly #header = new ThriftCompactWriter()
  #offset = 0

  constructor(sink: ByteSink, compressionLevel: number) {
    this.#sink = sink
    this.#params = {
      [constants.ZSTD_c_compressionLevel]: compressionLevel,
      // Readers of zstd check this by themselves; few check the CRC of a page header.
      [constants.ZSTD_c_checksumFlag]: 1,
    }
  }

  /** Bytes written to the file so far. */
  get offset(): number {
    return this.#offset
  }

  write(chunk: Uint8Array): void {
    this.#sink.write(chunk)
    this.#offset += chunk.length
  }

  /** Compresses `body` and writes it behind its header. */
  writePage(page: PageKind, body: Uint8Array): PageSize {
    return this.writeEncoded(this.encode(page, body))
  }

  /** Compresses `body` for later, in memory of just its size; where a copy would be large, of no more than `body`'s. */
  encodeForLater(page: PageKind, body: Uint8Array): EncodedPage {
    const encoded = this.encode(page, body)
    // What was never written to of that memory costs nothing.
    if (encoded.compressed.length > MAX_COPIED_BYTES) return encoded
    // @NOTE `slice` of a Buffer, which this is, copies nothing.
    const compressed = new Uint8Array(encoded.compressed)
    giveBack(encoded.compressed)
    return { ...encoded, compressed }
  }

  encode(page: PageKind, body: Uint8Array): EncodedPage {
    const compressed = this.#compress(body)
    const facts = {
      ...page,
      uncompressedBytes: body.length,
      compressedBytes: compressed.length,
      crc: crc32(compressed),
    }
    const header = encodePageHeader(facts, this.#header).slice()
    return { header, compressed, uncompressedBytes: header.length + body.length }
  }

  writeEncoded({ header, compressed, uncompressedBytes }: EncodedPage): PageSize {
    const compressedBytes = header.length + compressed.length
    this.write(header)
    this.write(compressed)
    giveBack(compressed)
    return { uncompressedBytes, compressedBytes }
  }

  #compress(body: Uint8Array): Uint8Array<ArrayBuffer> {
    const chunkSize = this.#room.for(body.length)
    const compressed = zstdCompressSync(body, {
      params: this.#params,
      chunkSize,
      pledgedSrcSize: body.length,
    })
    this.#room.learn(body.length, compressed.length)
    return compressed
  }
}

const MAX_COPIED_BYTES = 8 * 1024 * 1024

/** Smaller ones may be parts of the pool of Node.js. */
const MIN_OWN_BYTES = 128 * 1024

/**
 * Frees memory that nobody needs any more. The collector, which sees none of its size, would let tens of megabytes
 * pile up in each thread.
 */
function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength >= MIN_OWN_BYTES) buffer.transfer(0)
}

const MIN_ROOM_BYTES = 4_096

/**
 * How much room the output of a compression is given. Too little, and it comes in pieces that are joined; too much,
 * and memory that nobody uses makes the collector run. Pages of one kind follow each other at regular distances, so
 * the worst of the last few says enough.
 */
class OutputRoom {
  readonly #ratios: number[] = []
  #next = 0

  for(length: number): number {
    const worst = this.#ratios.length < RATIOS ? 1 : Math.max(...this.#ratios)
    return Math.max(MIN_ROOM_BYTES, Math.ceil(length * Math.min(worst * 1.1, 1)) + (length >>> 8) + 1_024)
  }

  learn(length: number, compressed: number): void {
    this.#ratios[this.#next] = compressed / Math.max(length, 1)
    this.#next = (this.#next + 1) % RATIOS
  }
}

const RATIOS = 8

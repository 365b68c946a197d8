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
  writePage(
    page: { readonly type: PageType; readonly valueCount: number; readonly encoding: Encoding },
    body: Uint8Array,
  ): PageSize {
    const compressed = this.#compress(body)
    const header = encodePageHeader(
      {
        ...page,
        uncompressedBytes: body.length,
        compressedBytes: compressed.length,
        crc: crc32(compressed),
      },
      this.#header,
    )
    const headerBytes = header.length
    this.write(header)
    this.write(compressed)
    return {
      uncompressedBytes: headerBytes + body.length,
      compressedBytes: headerBytes + compressed.length,
    }
  }

  #compress(body: Uint8Array): Uint8Array {
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

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
    // Room for incompressible bytes, so that the output never comes in pieces that have to be joined.
    const chunkSize = body.length + (body.length >>> 8) + 1024
    return zstdCompressSync(body, { params: this.#params, chunkSize, pledgedSrcSize: body.length })
  }
}

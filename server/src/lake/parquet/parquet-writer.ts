import type { LakeColumn, LakeField } from '#columns/column-type.ts'
import { VectorStage } from '#columns/stage-vectors.ts'
import type { AnyVector } from '#columns/vector.ts'
import { Kernel } from '#kernel/kernel.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { ColumnChunk } from './column-chunk.ts'
import { ColumnMetrics, type ColumnSummary, type MeasuredColumn } from './column-metrics.ts'
import { buildFieldTree, type ColumnNode, type FieldTree } from './leaves.ts'
import { type ChunkMetadata, encodeFileMetadata, type RowGroupMetadata } from './metadata.ts'
import { NestedChunk } from './nested-chunk.ts'
import { type ByteSink, PageWriter } from './page-writer.ts'
import type { PagedChunk } from './paged-chunk.ts'
import { StructPresence } from './struct-presence.ts'

export type { ColumnSummary } from './column-metrics.ts'
export type { ByteSink } from './page-writer.ts'

export interface ParquetWriterOptions {
  /** The table's tree, pruned to what is written; a list or map is written as a whole. */
  readonly fields: readonly LakeField[]
  readonly sink: ByteSink
  /** Where the row group is kept; one of its own by default. Its blocks are not given back. */
  readonly kernel?: Kernel | undefined
  /** Rows of a row group; 61,440 by default. */
  readonly rowGroupRows?: number | undefined
  /**
   * Bytes in memory after which a row group ends early, so that long values can't fill it; 16 MiB.
   */
  readonly rowGroupBytes?: number | undefined
  /** zstd level; 1 by default. */
  readonly compressionLevel?: number | undefined
  /** Footer key/value metadata. */
  readonly keyValues?: Readonly<Record<string, string>> | undefined
}

/** A finished file. */
export interface ParquetFileSummary {
  readonly rowCount: number
  readonly sizeBytes: number
  /** File offset of each row group. */
  readonly splitOffsets: number[]
  /** Before compression. */
  readonly largestRowGroupBytes: number
  /** One for each column of the file, depth first; a list or map has one for everything with values in it. */
  readonly columns: ColumnSummary[]
}

const DEFAULT_ROW_GROUP_ROWS = 30_720
const DEFAULT_ROW_GROUP_BYTES = 16 * 1024 * 1024
/** Rows taken at once: what is sized per append stays small even for a huge batch. */
const STEP_ROWS = 2_048
const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31) // PAR1

/**
 * Encodes column vectors into one Parquet file (data pages V1, zstd). Holds at most one row group in memory.
 * After an error the file is of no use; neither is the writer.
 */
export class ParquetWriter {
  /** Depth first; `append` takes vectors in this order. */
  readonly columns: readonly LakeColumn[]
  readonly #tree: FieldTree
  readonly #pages: PageWriter
  readonly #chunks: readonly (ColumnChunk | NestedChunk)[]
  /** The columns of the file, in its order. */
  readonly #files: readonly PagedChunk[]
  readonly #metrics: readonly ColumnMetrics[]
  readonly #presence: StructPresence
  readonly #stage: VectorStage
  readonly #page: ByteBuffer
  readonly #rowGroups: RowGroupMetadata[] = []
  readonly #keyValues: Readonly<Record<string, string>>
  readonly #limits: { readonly rows: number; readonly bytes: number }
  /** Rows of the row group that is being filled. */
  #bufferedRows = 0
  #rowCount = 0
  #isFinished = false

  /** Throws `UnsupportedFieldError` for empty structs. Writes the first bytes to the sink. */
  constructor(options: ParquetWriterOptions) {
    const { fields, sink, rowGroupRows = DEFAULT_ROW_GROUP_ROWS, compressionLevel = 1 } = options
    if (!Number.isInteger(rowGroupRows) || rowGroupRows < 1) {
      throw new RangeError(`rowGroupRows is ${rowGroupRows}; it must be a whole number of at least 1.`)
    }
    const kernel = options.kernel ?? new Kernel()
    this.#tree = buildFieldTree(fields)
    this.#stage = new VectorStage(kernel)
    this.#page = new ByteBuffer(64 * 1024, kernel)
    this.columns = this.#tree.columns.map((node) => node.column)
    this.#chunks = this.#tree.columns.map((node) =>
      node.kind === 'leaf' ? new ColumnChunk(node, kernel) : new NestedChunk(node, kernel),
    )
    this.#files = this.#chunks.flatMap((chunk) => chunk.files)
    this.#metrics = this.#tree.columns.flatMap(measuredColumns).map((column) => new ColumnMetrics(column))
    this.#presence = new StructPresence(this.#tree, kernel)
    this.#keyValues = options.keyValues ?? {}
    this.#limits = { rows: rowGroupRows, bytes: options.rowGroupBytes ?? DEFAULT_ROW_GROUP_BYTES }
    this.#pages = new PageWriter(sink, compressionLevel)
    this.#pages.write(MAGIC)
  }

  /**
   * Adds the first `rowCount` rows of the columns, one vector each. Copies what it needs: the vectors and
   * their heap may be used again at once.
   * Throws `MissingValueError` for a NULL in a required field, `InvalidValueError` for a UUID that isn't 16
   * bytes.
   */
  append(vectors: readonly AnyVector[], rowCount: number): void {
    this.#assertOpen()
    const columns = this.#stage.take(vectors, rowCount)
    if (columns.length !== this.columns.length) {
      throw new TypeError(`${columns.length} vectors for ${this.columns.length} columns`)
    }
    this.#presence.update(columns, rowCount)
    this.#chunks.forEach((chunk, i) => {
      chunk.check(columns[i] as AnyVector, rowCount, this.#presence)
    })
    for (let from = 0; from < rowCount; ) {
      const room = Math.min(STEP_ROWS, this.#limits.rows - this.#bufferedRows)
      const to = Math.min(from + room, rowCount)
      this.#chunks.forEach((chunk, i) => {
        chunk.append(columns[i] as AnyVector, from, to, this.#presence)
      })
      for (const file of this.#files) file.pageEarly(this.#pages, this.#page)
      this.#bufferedRows += to - from
      if (this.#isRowGroupFull()) this.#flushRowGroup()
      from = to
    }
  }

  /** Writes the rest and the footer. The sink is left open. */
  finish(): ParquetFileSummary {
    this.#assertOpen()
    this.#isFinished = true
    if (this.#bufferedRows > 0) this.#flushRowGroup()
    const footer = encodeFileMetadata({
      nodes: this.#tree.nodes,
      columnCount: this.#files.length,
      rowCount: this.#rowCount,
      rowGroups: this.#rowGroups,
      keyValues: this.#keyValues,
    })
    const footerLength = new Uint8Array(4)
    new DataView(footerLength.buffer).setUint32(0, footer.length, true)
    for (const part of [footer, footerLength, MAGIC]) this.#pages.write(part)
    return {
      rowCount: this.#rowCount,
      sizeBytes: this.#pages.offset,
      splitOffsets: this.#rowGroups.map((group) => group.offset),
      largestRowGroupBytes: Math.max(0, ...this.#rowGroups.map(uncompressedBytesOf)),
      columns: this.#metrics.map((metrics) => metrics.summary()),
    }
  }

  #assertOpen(): void {
    if (this.#isFinished) throw new Error('The Parquet file is finished; open a new writer for more rows.')
  }

  #isRowGroupFull(): boolean {
    if (this.#bufferedRows >= this.#limits.rows) return true
    let bytes = 0
    for (const chunk of this.#chunks) bytes += chunk.bufferedBytes
    return bytes >= this.#limits.bytes
  }

  #flushRowGroup(): void {
    const { offset } = this.#pages
    const chunks = this.#files.map((file, i) => this.#flushChunk(file, this.#metrics[i] as ColumnMetrics))
    this.#rowGroups.push({ rowCount: this.#bufferedRows, offset, chunks })
    this.#rowCount += this.#bufferedRows
    this.#bufferedRows = 0
  }

  #flushChunk(chunk: PagedChunk, metrics: ColumnMetrics): ChunkMetadata {
    const { metadata, extremes } = chunk.flush(this.#pages, this.#page)
    const { valueCount, compressedBytes, statistics } = metadata
    metrics.add({ valueCount, nullCount: statistics.nullCount, sizeBytes: compressedBytes, extremes })
    return metadata
  }
}

function uncompressedBytesOf({ chunks }: RowGroupMetadata): number {
  return chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0)
}

function measuredColumns(node: ColumnNode): MeasuredColumn[] {
  if (node.kind === 'leaf') return [{ id: node.column.id, type: node.column.type, isRepeated: false }]
  return node.leaves.map(({ id, type }) => ({ id, type, isRepeated: true }))
}

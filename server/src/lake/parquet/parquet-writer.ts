import type { LakeField, LakeLeaf } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { ColumnChunk } from './column-chunk.ts'
import { ColumnMetrics, type ColumnSummary } from './column-metrics.ts'
import { buildFieldTree, type FieldTree } from './leaves.ts'
import { type ChunkMetadata, encodeFileMetadata, type RowGroupMetadata } from './metadata.ts'
import { type ByteSink, PageWriter } from './page-writer.ts'
import { StructPresence } from './struct-presence.ts'

export type { ColumnSummary } from './column-metrics.ts'
export type { ByteSink } from './page-writer.ts'

export interface ParquetWriterOptions {
  /** The table's tree, pruned to what is written: structs and primitive fields. */
  readonly fields: readonly LakeField[]
  readonly sink: ByteSink
  /** Rows of a row group; 61,440 by default. */
  readonly rowGroupRows?: number | undefined
  /**
   * Uncompressed bytes after which a row group ends early, so that long values can't fill the memory; 128
   * MiB.
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
  /** One for each leaf, in the order of the leaves. */
  readonly columns: ColumnSummary[]
}

const DEFAULT_ROW_GROUP_ROWS = 61_440
const DEFAULT_ROW_GROUP_BYTES = 128 * 1024 * 1024
/** Rows taken at once: what is sized per append stays small even for a huge batch. */
const STEP_ROWS = 2_048
const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31) // PAR1

/**
 * Encodes column vectors into one Parquet file (data pages V1, zstd). Holds at most one row group in memory.
 * After an error the file is of no use; neither is the writer.
 */
export class ParquetWriter {
  /** Depth first; `append` takes vectors in this order. */
  readonly leaves: readonly LakeLeaf[]
  readonly #tree: FieldTree
  readonly #pages: PageWriter
  readonly #chunks: readonly ColumnChunk[]
  readonly #metrics: readonly ColumnMetrics[]
  readonly #presence: StructPresence
  readonly #page = new ByteBuffer(64 * 1024)
  readonly #rowGroups: RowGroupMetadata[] = []
  readonly #keyValues: Readonly<Record<string, string>>
  readonly #limits: { readonly rows: number; readonly bytes: number }
  /** Rows of the row group that is being filled. */
  #bufferedRows = 0
  #rowCount = 0
  #isFinished = false

  /** Throws `UnsupportedFieldError` for lists, maps and empty structs. Writes the first bytes to the sink. */
  constructor(options: ParquetWriterOptions) {
    const { fields, sink, rowGroupRows = DEFAULT_ROW_GROUP_ROWS, compressionLevel = 1 } = options
    if (!Number.isInteger(rowGroupRows) || rowGroupRows < 1) {
      throw new RangeError(`rowGroupRows is ${rowGroupRows}; it must be a whole number of at least 1.`)
    }
    this.#tree = buildFieldTree(fields)
    this.leaves = this.#tree.leaves.map((node) => node.leaf)
    this.#chunks = this.#tree.leaves.map((node) => new ColumnChunk(node))
    this.#metrics = this.leaves.map((leaf) => new ColumnMetrics(leaf))
    this.#presence = new StructPresence(this.#tree)
    this.#keyValues = options.keyValues ?? {}
    this.#limits = { rows: rowGroupRows, bytes: options.rowGroupBytes ?? DEFAULT_ROW_GROUP_BYTES }
    this.#pages = new PageWriter(sink, compressionLevel)
    this.#pages.write(MAGIC)
  }

  /**
   * Adds the first `rowCount` rows of the columns, one vector a leaf. Copies what it needs: the vectors and
   * their heap may be used again at once.
   * Throws `MissingValueError` for a NULL in a required field, `InvalidValueError` for a UUID that isn't 16
   * bytes.
   */
  append(columns: readonly Vector[], rowCount: number): void {
    this.#assertOpen()
    if (columns.length !== this.leaves.length) {
      throw new TypeError(`${columns.length} vectors for ${this.leaves.length} leaves`)
    }
    this.#presence.update(columns, rowCount)
    this.#chunks.forEach((chunk, i) => {
      chunk.check(columns[i] as Vector, rowCount, this.#presence)
    })
    for (let from = 0; from < rowCount; ) {
      const room = Math.min(STEP_ROWS, this.#limits.rows - this.#bufferedRows)
      const to = Math.min(from + room, rowCount)
      this.#chunks.forEach((chunk, i) => {
        chunk.append(columns[i] as Vector, from, to, this.#presence)
      })
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
      leafCount: this.leaves.length,
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
    const chunks = this.#chunks.map((chunk, i) => this.#flushChunk(chunk, this.#metrics[i] as ColumnMetrics))
    this.#rowGroups.push({ rowCount: this.#bufferedRows, offset, chunks })
    this.#rowCount += this.#bufferedRows
    this.#bufferedRows = 0
  }

  #flushChunk(chunk: ColumnChunk, metrics: ColumnMetrics): ChunkMetadata {
    const { metadata, extremes } = chunk.flush(this.#pages, this.#page)
    const { valueCount, compressedBytes, statistics } = metadata
    metrics.add({ valueCount, nullCount: statistics.nullCount, sizeBytes: compressedBytes, extremes })
    return metadata
  }
}

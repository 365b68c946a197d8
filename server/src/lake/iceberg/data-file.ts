/** What the table's metadata records of one column of a data file. */
export interface DataFileColumn {
  readonly fieldId: number
  /** Values, NULLs included. Absent, as the bounds are, for what lies in a list or map. */
  readonly valueCount?: number | undefined
  readonly nullCount?: number | undefined
  readonly nanCount?: number | undefined
  readonly sizeBytes: number
  /** No value is smaller; in Iceberg's single-value serialization. */
  readonly lower?: Uint8Array | undefined
  /** No value is larger; in Iceberg's single-value serialization. */
  readonly upper?: Uint8Array | undefined
}

/** What the table's metadata records of a finished Parquet file. */
export interface DataFileSummary {
  readonly rowCount: number
  readonly sizeBytes: number
  /** Offsets at which a reader may split the file: where its row groups start. Ascending. */
  readonly splitOffsets: readonly number[]
  readonly columns: readonly DataFileColumn[]
}

/** A Parquet file in the storage that is to become part of a table. */
export interface DataFile {
  readonly key: string
  readonly summary: DataFileSummary
}

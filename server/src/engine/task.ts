import type { LakeField } from '#columns/column-type.ts'
import type { VerifyLevel } from '#kit/verify-level.ts'
import type { ParquetFileSummary } from '#lake/parquet/parquet-writer.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import type { TextFormat } from '#source/files/splitter-of.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { SourceProof } from '#source/postgres/proof/source-proof.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import type { RowOrigin } from './row-origin.ts'

/** What a lane turns into a verified part file. */
export type LaneTask = ExtractTask | ImportTask

/** One slice of one run. */
export interface ExtractTask extends SliceTask {
  readonly source: ConnectionTarget
  readonly snapshotId: string
  /** `copy (select …) to stdout (format binary)` whose columns are `columns`, in that order. */
  readonly sql: string
  /** How diagnostics name the rows. */
  readonly origin?: RowOrigin | undefined
  /** Rows that row-level security would hide are an error instead. */
  readonly refusesRowSecurity?: boolean | undefined
  /** How long the server works at the statement at most. */
  readonly statementTimeoutMs?: number | undefined
}

/** Files that a client has uploaded. `columns` are RECORD_COLUMNS: each record comes as the text of a JSON object. */
export interface ImportTask extends SliceTask {
  readonly files: readonly InputFile[]
  readonly format: InputFormat
  /** Where records that can't be read are written: no file yet; without it they are only counted. */
  readonly parsingErrorsPath?: string | undefined
  /** The files are diagnostics, whose rows have these columns: those that the mapping reads first, in its order. */
  readonly held?: readonly WireColumn[] | undefined
}

/** A file on this machine, of one piece or of several that follow each other. */
export interface InputFile {
  /** What the client calls it, for messages. */
  readonly name: string
  readonly paths: readonly string[]
}

export type InputFormat = TextFormat | { readonly kind: 'parquet' }

/** What slices have in common, wherever their rows come from. */
export interface SliceTask {
  /** What comes over the ring: what the mapping reads, in its order, and maybe more after it. */
  readonly columns: readonly WireColumn[]
  readonly mapping: MappingPlan
  /** The table's fields, cut down to what the mapping writes. */
  readonly fields: readonly LakeField[]
  /** Where the part file is written: no file yet, in a local folder that exists. */
  readonly partPath: string
  /** Where rows that are set aside are written, likewise; without it they are only counted. */
  readonly diagnosticsPath?: string | undefined
  /** Into the footer of the part file: run, slice. */
  readonly keyValues: Readonly<Record<string, string>>
  /** How the slice proves what it has written; `digest` when absent. */
  readonly verify?: VerifyLevel | undefined
  /** The instant that `now()` means in every expression of the run. */
  readonly nowMs: number
}

/** What a lane delivers. A slice whose rows were all set aside, or that had none, has no part file. */
export interface SliceOutput extends WrittenSlice {
  readonly bytesRead: number
}

/** What the encoder knows of a slice. */
export interface WrittenSlice {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly rowsRejected: number
  readonly part?: ParquetFileSummary | undefined
  readonly proof: readonly LeafProof[]
  /** Of the columns as they arrived, before anything was made of them; at the level `source`. */
  readonly arrived?: SourceProof | undefined
  /** Values that were nulled or converted with a loss; their rows did arrive. */
  readonly warnings: readonly SliceIssue[]
  /** Why rows were set aside. A row with several problems counts under each. */
  readonly rejects: readonly SliceIssue[]
  /** True when `diagnosticsPath` was written. */
  readonly hasDiagnostics: boolean
  /** True when `parsingErrorsPath` was written. */
  readonly hasParsingErrors?: boolean | undefined
}

/** For one field: what the encoder was given, and what DuckDB then found in the file. */
export interface LeafProof {
  readonly path: string
  readonly sent: FieldProof
  readonly landed: FieldProof
}

/** Of the values of a field in a slice, as far as the level goes. */
export interface FieldProof {
  readonly valueCount: number
  readonly nullCount: number
  readonly digest?: string | undefined
  /** Ends as text; those of long texts are cut. Absent where the type has no order, and in lists. */
  readonly min?: string | undefined
  readonly max?: string | undefined
}

/** What happened to values of one field for one reason, counted. */
export interface SliceIssue {
  readonly path: string
  readonly code: string
  /** Of the first of them. */
  readonly message: string
  readonly count: number
}

/** Rows and bytes that came from PostgreSQL, or from files, so far. */
export interface SliceProgress {
  readonly rowCount: number
  readonly byteCount: number
}

import type { LakeField } from '#columns/column-type.ts'
import type { Scope } from '#http/scope.ts'
import type { Json } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { badRequest } from './problems.ts'
import { listQueryable, mentionedIn, type QueryableDataset } from './query-tables.ts'

/** A table of a query: under every one of its names, with the files of its current snapshot. */
export interface QueryTable {
  readonly names: readonly string[]
  readonly fields: readonly LakeField[]
  /** Places of the Parquet files. */
  readonly paths: readonly string[]
}

/** Runs one statement over tables; boot connects the query engine. Throws a {@link StatementError}-like error. */
export type RunQuery = (query: {
  readonly sql: string
  readonly tables: readonly QueryTable[]
  readonly maxRows: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}) => Promise<QueryOutcome>

export interface QueryOutcome {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly Json[]
  readonly truncated: boolean
}

/** Opens a dataset's table in the lake at one of its metadata files. */
export type ReadLakeTable = (
  table: { readonly datasetId: string; readonly metadataKey: string },
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<Omit<QueryTable, 'names'>>

export interface RunStatementDependencies {
  readonly db: Database
  readonly runQuery: RunQuery
  readonly readLakeTable: ReadLakeTable
  /** How long a statement may run. */
  readonly timeoutMs?: number | undefined
}

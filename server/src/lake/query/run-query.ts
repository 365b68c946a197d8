import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import type { LakeField } from '#columns/column-type.ts'
import { assertQuery } from './check-statement.ts'
import type { DuckDb } from './duckdb.ts'
import { toJsonValue } from './json-value.ts'
import { QueryError, QueryTimeoutError, TOO_MUCH_MEMORY } from './query-error.ts'
import { quoteName, relationOf } from './sql-text.ts'
import { withInterrupt } from './with-interrupt.ts'

/** A table of the lake as a query sees it. */
export interface QueryTable {
  /** The table answers to each; case doesn't matter. A name that an earlier table has is left to that table. */
  readonly names: readonly string[]
  /** The table's schema: every field can be asked for, whether a file has it or not. */
  readonly fields: readonly LakeField[]
  /** Local paths of its data files. */
  readonly paths: readonly string[]
}

export interface RunQueryOptions {
  readonly sql: string
  readonly tables: readonly QueryTable[]
  /** Rows beyond are not read. */
  readonly maxRows: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface QueryResult {
  /** `type` in DuckDB's words: `BIGINT`, `DECIMAL(12,2)`, `STRUCT(a VARCHAR)`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Values as JSON holds them (see toJsonValue). */
  readonly rows: readonly (readonly unknown[])[]
  /** There were more than `maxRows`, or more than an answer holds. */
  readonly truncated: boolean
}

/**
 * Runs one query of a user's over the tables, on an engine of its own that can reach nothing else. Throws
 * QueryError with the engine's message, QueryTimeoutError, and the signal's reason.
 */
export async function runQuery(duck: DuckDb, options: RunQueryOptions): Promise<QueryResult> {
  const { signal, timeoutMs } = options
  signal?.throwIfAborted()
  const timeout = AbortSignal.timeout(timeoutMs)
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    const paths = options.tables.flatMap((table) => table.paths)
    return await duck.withLockedConnection(paths, (connection) =>
      withInterrupt(connection, stop, () => query(connection, options, stop)),
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw timeout.aborted ? new QueryTimeoutError(timeoutMs) : asQueryError(error)
  }
}

async function query(
  connection: DuckDBConnection,
  { sql, tables, maxRows }: RunQueryOptions,
  stop: AbortSignal,
): Promise<QueryResult> {
  const names = await createViews(connection, tables)
  await assertQuery(connection, sql, names)
  stop.throwIfAborted()
  const result = await connection.stream(sql)
  const columns = Array.from({ length: result.columnCount }, (_, index) => ({
    name: result.columnName(index),
    type: String(result.columnType(index)),
  }))
  return { columns, ...(await fetchRows(result, maxRows, stop)) }
}

async function createViews(connection: DuckDBConnection, tables: readonly QueryTable[]): Promise<string[]> {
  const names = new Map<string, string>()
  for (const { names: candidates, fields, paths } of tables) {
    for (const name of candidates) {
      if (!names.has(name.toLowerCase())) {
        names.set(name.toLowerCase(), name)
        await connection.run(`create temp view ${quoteName(name)} as ${relationOf(fields, paths)}`)
      }
    }
  }
  return [...names.values()]
}

/** Of all rows of an answer together, in JSON. */
const MAX_ANSWER_CHARS = 32 * 1024 * 1024

async function fetchRows(
  result: DuckDBResult,
  maxRows: number,
  stop: AbortSignal,
): Promise<Pick<QueryResult, 'rows' | 'truncated'>> {
  const rows: unknown[][] = []
  let size = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    stop.throwIfAborted()
    if (!chunk || chunk.rowCount === 0) return { rows, truncated: false }
    for (let index = 0; index < chunk.rowCount; index++) {
      if (rows.length === maxRows) return { rows, truncated: true }
      const row = chunk.getRowValues(index).map(toJsonValue)
      size += JSON.stringify(row).length
      if (size > MAX_ANSWER_CHARS) return cutShort(rows)
      rows.push(row)
    }
  }
}

function cutShort(rows: readonly unknown[][]): Pick<QueryResult, 'rows' | 'truncated'> {
  if (rows.length > 0) return { rows, truncated: true }
  throw new QueryError(`a row is larger than ${MAX_ANSWER_CHARS / 1024 / 1024} MB; select less of it`)
}

function asQueryError(error: unknown): QueryError {
  if (error instanceof QueryError) {
    return error
  }
  const message = error instanceof Error ? error.message : String(error)
  const isMemory = /^Out of Memory Error|std::bad_alloc/.test(message)
  return new QueryError(isMemory ? TOO_MUCH_MEMORY : message, { cause: error })
}

import { createDuckDb } from './duckdb.ts'
import { toJsonValue } from './json-value.ts'
import { quotePath } from './sql-text.ts'

/** A file is no Parquet, or is damaged. */
export class ParquetUnreadableError extends Error {
  override readonly name = 'ParquetUnreadableError'
}

export interface ReadParquetOptions {
  /** Gets some rows at a time, as JSON objects; values as by toJsonValue, so that none loses a digit. */
  readonly onRows: (rows: readonly Record<string, unknown>[]) => void
  /** All rows when absent. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a Parquet file of whatever origin.
 * @throws ParquetUnreadableError; the signal's reason; what `onRows` throws
 */
export async function readParquet(
  path: string,
  { onRows, limit, signal }: ReadParquetOptions,
): Promise<void> {
  await using duck = createDuckDb({ threadCount: 1 })
  await duck.withLockedConnection([path], async (connection) => {
    const some = limit === undefined ? '' : ` limit ${Math.trunc(limit)}`
    const sql = `select * from read_parquet(${quotePath(path)}, hive_partitioning = false)${some}`
    const result = await asUnreadable(() => connection.stream(sql))
    const names = result.columnNames()
    for (;;) {
      const chunk = await asUnreadable(() => result.fetchChunk())
      signal?.throwIfAborted()
      if (chunk === null || chunk.rowCount === 0) return
      onRows(chunk.getRows().map((row) => objectOf(names, row.map(toJsonValue))))
    }
  })
}

function objectOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

/** What DuckDB says of a file names its path on this machine, which is nobody's business. */
async function asUnreadable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new ParquetUnreadableError('is no Parquet file, or is damaged', { cause })
  }
}

import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { QueryError } from '#lake/query/query-error.ts'
import type { QueryResult, QueryTable, RunQueryOptions } from '#lake/query/run-query.ts'
import type { Database } from '#store/database.ts'
import { badRequest } from './problems.ts'
import { listQueryable, mentionedIn, type QueryableDataset } from './query-tables.ts'

/** Runs one statement over tables and throws QueryError; boot connects the query engine. */
export type RunQuery = (options: RunQueryOptions) => Promise<QueryResult>

/** Opens a dataset's table at one of its metadata files: fields, and local paths of the files. */
export type ReadLakeTable = (
  table: { readonly datasetId: string; readonly metadataKey: string },
  options: {
    readonly signal?: AbortSignal | undefined
    /** Only files that are needed for so many of the newest rows; all when absent. */
    readonly newestRows?: number | undefined
  },
) => Promise<Omit<QueryTable, 'names'>>

export interface RunStatementDependencies {
  readonly db: Database
  readonly runQuery: RunQuery
  readonly readLakeTable: ReadLakeTable
  /** How long a statement may run. */
  readonly timeoutMs?: number | undefined
}

const DEFAULT_MAX_ROWS = 1_000
const HIGHEST_MAX_ROWS = 10_000
const DEFAULT_TIMEOUT_MS = 30_000

/**
 * Runs one statement over the datasets of the sandbox. Only tables that the statement mentions are opened.
 *
 * @throws {PlainProblem} 400 with the engine's words and the tables that there are
 */
export async function runStatement(
  dependencies: RunStatementDependencies,
  scope: Scope,
  { body, signal }: { readonly body: JsonObject; readonly signal: AbortSignal },
): Promise<QueryResult> {
  const { sql, maxRows } = readBody(body)
  const datasets = await listQueryable(dependencies.db, scope)
  const tables = await Promise.all(
    mentionedIn(sql, datasets).map(async ({ datasetId, names, metadataKey }) => ({
      names,
      ...(await dependencies.readLakeTable({ datasetId, metadataKey }, { signal })),
    })),
  )
  try {
    return await dependencies.runQuery({
      sql,
      tables,
      maxRows,
      timeoutMs: dependencies.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal,
    })
  } catch (error) {
    throw error instanceof QueryError ? badRequest(`${sentence(error.message)} ${hintOf(datasets)}`) : error
  }
}

function readBody(body: JsonObject): { sql: string; maxRows: number } {
  const { sql, maxRows = DEFAULT_MAX_ROWS } = body
  if (typeof sql !== 'string' || sql.trim() === '')
    throw badRequest("The property 'sql' must be one SELECT statement.")
  if (typeof maxRows === 'number' && Number.isInteger(maxRows) && maxRows >= 1 && maxRows <= HIGHEST_MAX_ROWS)
    return { sql, maxRows }
  throw badRequest(
    `The property 'maxRows' must be a whole number from 1 to ${HIGHEST_MAX_ROWS}, not ${JSON.stringify(maxRows)}.`,
  )
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}

/** More names than this help nobody. */
const HINTED_TABLES = 50

function hintOf(datasets: readonly QueryableDataset[]): string {
  if (datasets.length === 0) return 'This sandbox has no datasets yet.'
  const names = datasets.slice(0, HINTED_TABLES).map((dataset) => dataset.names[0])
  const more = datasets.length > HINTED_TABLES ? ` and ${datasets.length - HINTED_TABLES} more` : ''
  return `Tables of this sandbox: ${names.join(', ')}${more}.`
}

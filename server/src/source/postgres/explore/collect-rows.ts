import { Query, type types } from 'pg'
import type { Session } from '#source/postgres/connect/session.ts'
import { describeQueryFailure } from '#source/postgres/failures/describe-failure.ts'
import { QUERY_CANCELED } from '#source/postgres/failures/sql-states.ts'

/** Each value is PostgreSQL's text or null, in the order of the select list. */
export type TextRow = readonly (string | null)[]

export interface CollectOptions {
  readonly values?: readonly unknown[] | undefined
  /** By the clock of `performance.now()`. The server was told to stop by then; if it doesn't, we cancel. */
  readonly deadlineMs: number
  /** Characters at most, of all rows together. */
  readonly maxLength: number
}

/** The rows that came, and what ended them: `undefined` when there were no more. */
export interface CollectedRows {
  readonly rows: readonly TextRow[]
  readonly length: number
  readonly stoppedBy?: 'time' | 'size' | undefined
}

const AS_TEXT = { getTypeParser: () => (text: string | null) => text } as unknown as typeof types

/** Time for the server's own timeout to be told to us before we cancel. */
const GRACE_MS = 500

/**
 * Runs one statement and keeps the rows that came before it was stopped; `Session.query` would lose them.
 * @throws SourceError for whatever else goes wrong
 */
export async function collectRows(
  session: Session,
  sql: string,
  options: CollectOptions,
): Promise<CollectedRows> {
  const rows: TextRow[] = []
  let length = 0
  let stoppedBy: CollectedRows['stoppedBy']
  let cancelling: Promise<void> | undefined
  const stop = (reason: 'time' | 'size'): void => {
    stoppedBy ??= reason
    cancelling ??= session.cancel()
  }
  const query = new Query<TextRow & unknown[]>({
    text: sql,
    values: [...(options.values ?? [])],
    rowMode: 'array',
    types: AS_TEXT,
  } as ConstructorParameters<typeof Query>[0])
  query.on('row', (row) => {
    if (stoppedBy !== undefined) return
    rows.push(row)
    length += row.reduce((sum, text) => sum + (text?.length ?? 0), 0)
    if (length > options.maxLength) stop('size')
  })
  const watch = setTimeout(stop, options.deadlineMs + GRACE_MS - performance.now(), 'time')
  const failure = await ended(session, query)
  clearTimeout(watch)
  // A cancel that is still under way could hit the next statement.
  await cancelling
  if (failure !== undefined) {
    if ((failure as { code?: unknown }).code !== QUERY_CANCELED)
      throw describeQueryFailure(failure, session.target)
    stoppedBy ??= 'time'
  }
  return { rows, length, stoppedBy }
}

/** What the statement failed with. */
function ended(session: Session, query: Query): Promise<unknown> {
  return new Promise((resolve) => {
    query.on('end', () => resolve(undefined))
    query.on('error', resolve)
    session.driver.query(query)
  })
}

import { DatabaseError } from 'pg'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { classifyFault } from './classify-fault.ts'
import { ConnectFault } from './connect-fault.ts'
import type { Failure } from './failure.ts'
import { asSentence, detailOfFault, wordsOf } from './failure-detail.ts'
import { FAILURES, type FailureCode } from './failures.ts'
import { SourceError } from './source-error.ts'

/** A failure of the catalogue in words. `detail` is what its message quotes. */
export function failureOf(
  code: FailureCode,
  { target, detail = '', cause }: { target: ConnectionTarget; detail?: string | undefined; cause?: unknown },
): SourceError {
  const failure: Failure = FAILURES[code]
  const facts = { target, detail: withoutSecret(detail, target) }
  const { remedy } = failure
  return new SourceError(
    {
      code,
      stage: failure.stage,
      message: failure.message(facts),
      remedy: typeof remedy === 'string' ? remedy : remedy(facts),
      sqlState: cause instanceof DatabaseError ? cause.code : undefined,
      mayPass: failure.mayPass,
    },
    { cause },
  )
}

/** An attempt to open a session that failed, in words. */
export function describeFault(fault: ConnectFault, target: ConnectionTarget): SourceError {
  const code = classifyFault(fault)
  return failureOf(code, { target, detail: detailOfFault(fault, code, target), cause: fault.cause })
}

/** A statement that failed on an open session, in words: what the server says, under its own code. */
export function describeQueryFailure(error: unknown, target: ConnectionTarget): SourceError {
  if (error instanceof SourceError) return error
  const code = sqlStateOf(error)
  if (code === undefined) {
    return new SourceError(
      {
        code: 'CONNECTION_LOST',
        stage: 'query',
        message: `The connection to ${target.host}:${target.port} was lost: ${quote(error, target)}`,
        remedy: 'Look into the log of the server for the reason, and try again.',
        mayPass: true,
      },
      { cause: error },
    )
  }
  return new SourceError(
    {
      code,
      stage: 'query',
      message: `PostgreSQL says: ${quote(error, target)}`,
      remedy: QUERY_REMEDIES[code] ?? 'See the code in the PostgreSQL manual, appendix A.',
      sqlState: code,
      mayPass: isPassing(code),
    },
    { cause: error },
  )
}

const OPENING_CODES: Readonly<Record<string, FailureCode>> = {
  '57014': 'STATEMENT_TIMEOUT_TOO_SHORT',
  '57P01': 'SESSION_TERMINATED',
  '57P02': 'SESSION_TERMINATED',
  '57P05': 'SESSION_TERMINATED',
  CONNECTION_LOST: 'SESSION_LOST',
}

/** The first statements of a session that failed: as a failure of the catalogue, since no session came of it. */
export function describeOpening(error: unknown, target: ConnectionTarget): unknown {
  if (!(error instanceof SourceError) || error.stage !== 'query') return error
  const code = OPENING_CODES[error.code] ?? 'SERVER_REFUSED'
  return failureOf(code, { target, detail: quote(error.cause, target), cause: error.cause })
}

/** What a statement failed with. Of a stream that was cut off here the reason counts. */
function quote(error: unknown, target: ConnectionTarget): string {
  const words = error instanceof DatabaseError ? error.message : wordsOf(error)
  const reason = error instanceof ConnectFault ? wordsOf(error.cause) : words
  return withoutSecret(asSentence(reason), target)
}

/** A server that was sent a password in clear text could say it again. Shorter ones would be found in any word. */
const SHORTEST_SECRET = 4

function withoutSecret(text: string, { password, username, database, host }: ConnectionTarget): string {
  const isNoSecret = [username, database, host].some((shown) => shown.includes(password))
  return isNoSecret || password.length < SHORTEST_SECRET ? text : text.replaceAll(password, '***')
}

/** Errors of the server carry five digits and capitals; what a socket throws doesn't. */
function sqlStateOf(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined
}

const QUERY_REMEDIES: Readonly<Record<string, string>> = {
  '42501': 'Grant SELECT on the relation and USAGE on its schema to the user of this connection.',
  '42P01': 'Check that the relation still exists.',
  '42703':
    'Check that the column still exists, in the relation and in what it reads from: the query of a view, the remote table of a foreign table.',
  '55P03':
    'Somebody else waits for the relation or has locked it; pg_locks shows who. Try again when that is done.',
  '55000': 'REFRESH the materialized view before it is read.',
  '57014': 'The statement was cancelled or exceeded a timeout; try again or raise statement_timeout.',
  '40001': 'The server is a standby whose replay removed rows that were being read; try again.',
  '57P01': 'The session was ended by an administrator; try again.',
  '22P02': 'Check that the value can be read as the type of its column.',
  '22007': 'Check that the value is a date or time in ISO form.',
  '22008': 'Check that the value is a date or time that PostgreSQL can hold.',
}

/** Classes: connection exception, insufficient resources, operator intervention, system error. */
const PASSING_CLASSES = /^(08|53|57|58)[0-9A-Z]{3}$/

/** A standby that replayed over our rows, a deadlock, a lock that somebody holds. */
const PASSING_CODES: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])

function isPassing(sqlState: string): boolean {
  return PASSING_CLASSES.test(sqlState) || PASSING_CODES.has(sqlState)
}

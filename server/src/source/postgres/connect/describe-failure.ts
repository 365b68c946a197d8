import { DatabaseError } from 'pg'
import { classifyFault } from './classify-fault.ts'
import type { ConnectFault } from './connect-fault.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { FAILURES, type Failure, type FailureCode } from './failures.ts'
import { SourceError } from './source-error.ts'

/** A failure of the catalogue in words. `detail` is what its message quotes. */
export function failureOf(
  code: FailureCode,
  { target, detail = '', cause }: { target: ConnectionTarget; detail?: string | undefined; cause?: unknown },
): SourceError {
  const failure: Failure = FAILURES[code]
  const facts = { target, detail }
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
  const detail = fault.detail ?? sentence(detailOf(fault.cause))
  return failureOf(classifyFault(fault), { target, detail, cause: fault.cause })
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
        message: `The connection to ${target.host}:${target.port} was lost: ${sentence(messageOf(error))}`,
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
      message: `PostgreSQL says: ${sentence(messageOf(error))}`,
      remedy: QUERY_REMEDIES[code] ?? 'See the code in the PostgreSQL manual, appendix A.',
      sqlState: code,
      mayPass: isPassing(code),
    },
    { cause: error },
  )
}

/** Errors of the server carry five digits and capitals; what a socket throws doesn't. */
function sqlStateOf(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined
}

const QUERY_REMEDIES: Readonly<Record<string, string>> = {
  '42501': 'Grant SELECT on the relation and USAGE on its schema to the user of this connection.',
  '42P01': 'Check that the relation still exists.',
  '42703': 'Check that the column still exists.',
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

/** A server's message with its detail; the message of anything else. */
function detailOf(cause: unknown): string {
  if (!(cause instanceof DatabaseError)) return messageOf(cause)
  return cause.detail === undefined ? cause.message : `${sentence(cause.message)} ${cause.detail}`
}

function messageOf(error: unknown): string {
  // Several addresses of one host may have failed; the first failure speaks for them.
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

/** A server may say anything, at any length. */
const MAX_QUOTED_LENGTH = 500

function sentence(text: string): string {
  const line = text
    .trim()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, MAX_QUOTED_LENGTH)
  return /[.!?]$/.test(line) ? line : `${line}.`
}

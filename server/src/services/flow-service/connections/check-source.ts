import { filterProblem } from '#services/flow-service/explore/filter-problem.ts'
import { FlowProblem, invalidRequest, type ReportArguments } from '#services/flow-service/problems.ts'
import type { SourcePort } from '#services/flow-service/source-port.ts'
import type { ConnectionTestResult } from '#source/postgres/doctor/test-connection.ts'
import { RelationNotFoundError } from '#source/postgres/explore/relation-errors.ts'
import { RelationPathError } from '#source/postgres/explore/relation-path.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { RowFilterError } from '#source/postgres/filter/row-filter-error.ts'
import { type Auth, targetOf } from './auth-params.ts'

/** How long a client waits for a source at most; clients that time out repeat their POST. */
const SOURCE_TIMEOUT_MS = 20_000
const CONNECT_TIMEOUT_MS = SOURCE_TIMEOUT_MS - 2_000

/**
 * Opens a session with the source and closes it.
 *
 * @throws {FlowProblem} 1100 with what the source said and what to do about it
 */
export async function assertReachable(
  source: SourcePort,
  auth: Auth,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const given = targetOf(auth)
  // So that a server that says nothing is told as such before the client's patience ends.
  const target = { ...given, connectTimeoutMs: Math.min(given.connectTimeoutMs, CONNECT_TIMEOUT_MS) }
  const { ok, ...fault } = await askSource(signal, (bounded) =>
    source.testConnection(target, { signal: bounded }),
  )
  if (!ok) throw sourceProblem(fault, { field: 'auth.params' })
}

/** What the source said, what to do about it, and both again for programs, in the report. */
function sourceProblem(
  { code, stage, message = 'The source cannot be reached.', remedy }: SourceFault,
  args: ReportArguments = {},
): FlowProblem {
  const known = Object.entries({ code, stage, remedy }).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string'
  })
  return new FlowProblem('1100-400', [message, remedy].join(' ').trim(), {
    ...args,
    ...Object.fromEntries(known),
  })
}

type SourceFault = Pick<ConnectionTestResult, 'code' | 'stage' | 'message' | 'remedy'>

/**
 * Asks a source something, within bounds of time. Whatever goes wrong there is a 400 or 404 of ours: clients
 * repeat a request that ends in a 5xx.
 */
export async function askSource<T>(
  signal: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(SOURCE_TIMEOUT_MS)
  const bounded = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    return await ask(bounded)
  } catch (error) {
    if (bounded.aborted) throw sourceProblem(UNANSWERED)
    throw toProblem(error)
  }
}

const UNANSWERED: SourceFault = {
  code: 'SOURCE_TIMEOUT',
  stage: 'query',
  message: `The source did not answer within ${SOURCE_TIMEOUT_MS / 1000} seconds.`,
  remedy: 'Check that it is up and not overloaded, and try again.',
}

function toProblem(error: unknown): unknown {
  if (error instanceof SourceError) return sourceProblem(error)
  if (error instanceof RelationNotFoundError)
    return new FlowProblem('1101-404', error.message, { object: error.path })
  if (error instanceof RelationPathError) return invalidRequest(error.message, 'object')
  if (error instanceof RowFilterError) return filterProblem(error)
  return error
}

import { SourceError } from '#source/postgres/connect/source-error.ts'
import { RelationNotFoundError } from '#source/postgres/explore/relation-errors.ts'
import { RelationPathError } from '#source/postgres/explore/relation-path.ts'
import { RowFilterError } from '#source/postgres/filter/row-filter-error.ts'
import { type Auth, targetOf } from './auth-params.ts'
import { filterProblem } from './filter-problem.ts'
import { FlowProblem, invalidRequest } from './problems.ts'
import type { SourcePort } from './source-port.ts'

/** How long a client waits for a source at most; clients that time out repeat their POST. */
const SOURCE_TIMEOUT_MS = 20_000

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
  const target = targetOf(auth)
  const { ok, message, remedy } = await askSource(signal, (bounded) =>
    source.testConnection(target, { signal: bounded }),
  )
  if (!ok)
    throw invalidRequest([message ?? 'The source cannot be reached.', remedy].join(' ').trim(), 'auth.params')
}

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
    if (bounded.aborted)
      throw invalidRequest(
        `The source did not answer within ${SOURCE_TIMEOUT_MS / 1000} seconds. Check that it is up, and try again.`,
      )
    throw toProblem(error)
  }
}

function toProblem(error: unknown): unknown {
  if (error instanceof SourceError) return invalidRequest(`${error.message} ${error.remedy}`)
  if (error instanceof RelationNotFoundError)
    return new FlowProblem('1101-404', error.message, { object: error.path })
  if (error instanceof RelationPathError) return invalidRequest(error.message, 'object')
  if (error instanceof RowFilterError) return filterProblem(error)
  return error
}

import { type OpenSessionOptions, openSession, type Session } from '#source/postgres/connect/session.ts'
import type { SessionRack } from '#source/postgres/connect/session-rack.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'

/** `lock_not_available` */
const LOCKED = '55P03'
/** How long to wait for a lock that somebody else holds; a person is waiting for the answer. */
const LOCK_TIMEOUT_MS = 2_000

export interface ExploreSessionOptions {
  /** Ends the session: a running statement is cancelled on the server. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens a read-only session for a question of a person, which doesn't wait for long.
 * @throws SourceError
 */
export async function openExploreSession(
  target: ConnectionTarget,
  { signal }: ExploreSessionOptions = {},
): Promise<Session> {
  return await openSession(target, exploring(target, signal))
}

function exploring(
  { statementTimeoutMs }: ConnectionTarget,
  signal: AbortSignal | undefined,
): OpenSessionOptions {
  return { signal, readOnly: true, statementTimeoutMs, lockTimeoutMs: LOCK_TIMEOUT_MS }
}

/**
 * Lends such a session to `work` on one relation.
 * @throws SourceError (55P03 when the relation is locked), and what `work` throws
 */
export async function exploreRelation<T>(
  target: ConnectionTarget,
  path: string,
  { sessions, signal }: ExploreSessionOptions & { readonly sessions: SessionRack },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await using lent = await sessions.lend(target, exploring(target, signal))
  try {
    return await work(lent.session)
  } catch (error) {
    throw error instanceof SourceError && error.code === LOCKED ? locked(path, error) : error
  }
}

function locked(path: string, cause: SourceError): SourceError {
  const facts = {
    code: LOCKED,
    stage: 'query',
    message: `The relation "${path}" is locked by another session, as ALTER TABLE, TRUNCATE and VACUUM FULL do it.`,
    remedy: 'Try again when that is done; pg_locks shows who holds the lock.',
    sqlState: LOCKED,
    mayPass: true,
  } as const
  return new SourceError(facts, { cause })
}

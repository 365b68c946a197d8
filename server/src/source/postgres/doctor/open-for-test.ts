import { type OpenSessionOptions, openSession, type Session } from '#source/postgres/connect/session.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'

/** No statement of a test takes longer. */
const STATEMENT_MS = 2_000

/** What all answers of a test amount to at most: names of relations and columns, no data. */
const MAX_BYTES = 32 * 1024 * 1024

/** Opens a session as tests of a connection do: it can't write, and does not go on for long. @throws as openSession */
export async function openForTest(
  target: ConnectionTarget,
  options: Pick<OpenSessionOptions, 'signal' | 'onAttempt'> = {},
): Promise<Session> {
  return await openSession(target, {
    ...options,
    readOnly: true,
    statementTimeoutMs: Math.min(STATEMENT_MS, target.statementTimeoutMs ?? STATEMENT_MS),
    maxBytes: MAX_BYTES,
  })
}

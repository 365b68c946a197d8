import { openSession, type Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/connect/source-error.ts'
import type { Capability, Finding, ServerFacts } from '#source/postgres/doctor/diagnosis.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { Checkup } from './check.ts'

/** What only two sessions at a time can tell. */
export interface SecondSessionResult {
  readonly pooler: ServerFacts['pooler']
  readonly canReadInParallel: Capability
  readonly findings: readonly Finding[]
}

/** A pool whose only session is ours makes the second one wait. */
const PATIENCE_MS = 1_500

/**
 * Opens a second session beside the first and lets it read under the first one's snapshot, as the readers of a run
 * do; and sees whether a pooler gives both the same server session in turn.
 */
export async function checkSecondSession(
  { session, facts }: Checkup,
  signal?: AbortSignal | undefined,
): Promise<SecondSessionResult> {
  const isPooled = session.driver.processID !== facts.backendPid
  const target = {
    ...session.target,
    connectTimeoutMs: Math.min(PATIENCE_MS, session.target.connectTimeoutMs),
  }
  try {
    await using second = await openSession(target, {
      signal,
      readOnly: true,
      statementTimeoutMs: PATIENCE_MS,
    })
    const isShared = isPooled && (await backendPid(second)) === (await backendPid(session))
    const pooler = isPooled ? (isShared ? 'transaction' : 'session') : 'none'
    const canReadInParallel = await tryParallelSnapshot(session, second)
    return { pooler, canReadInParallel, findings: describePooler(pooler) }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const pooler = isPooled ? 'session' : 'none'
    const reason = finding('NO_SECOND_SESSION', `A second session could not be opened: ${error.message}`)
    return {
      pooler,
      canReadInParallel: { isPossible: false, reasons: [reason] },
      findings: describePooler(pooler),
    }
  }
}

async function backendPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  return row?.pid
}

function describePooler(pooler: ServerFacts['pooler']): Finding[] {
  if (pooler === 'none') return []
  if (pooler === 'session') {
    return [finding('POOLER_IN_BETWEEN', 'A connection pooler stands between this machine and the server.')]
  }
  const message = 'A connection pooler in transaction mode stands between this machine and the server.'
  return [finding('POOLER_TRANSACTION_MODE', message)]
}

/** Does what a run does: exports the snapshot of one transaction and imports it into another. */
async function tryParallelSnapshot(first: Session, second: Session): Promise<Capability> {
  const begin = 'begin transaction isolation level repeatable read read only'
  try {
    await first.query(begin)
    const [exported] = await first.query<{ id: string }>('select pg_catalog.pg_export_snapshot() as id')
    await second.query(begin)
    await second.query(`set transaction snapshot ${quoteLiteral(exported?.id ?? '')}`)
    return { isPossible: true, reasons: [] }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const message = `A snapshot could not be shared between two sessions: ${error.message}`
    return { isPossible: false, reasons: [finding('SNAPSHOT_UNAVAILABLE', message)] }
  } finally {
    await second.query('rollback').catch(() => {})
    await first.query('rollback').catch(() => {})
  }
}

import type { Session } from '#source/postgres/connect/session.ts'
import type { Capability, Finding, ServerFacts } from '#source/postgres/doctor/diagnosis.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { openForTest } from '#source/postgres/doctor/open-for-test.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { quoteLiteral } from '#source/postgres/sql/quote.ts'
import { endsSession } from './attempt.ts'
import type { Checkup } from './check.ts'

/** What only two sessions at a time can tell. */
export interface SecondSessionResult {
  readonly pooler: ServerFacts['pooler']
  readonly canReadInParallel: Capability
  readonly findings: readonly Finding[]
}

/** A second session on its way. `opened` never rejects for a source's failure, but resolves to it. */
export interface SecondSession extends AsyncDisposable {
  readonly opened: Promise<Session | SourceError>
}

/** A pool whose only session is ours makes the second one wait. */
const PATIENCE_MS = 1_500

/** Begins to open a second session beside the first. */
export function openSecond(target: ConnectionTarget, signal: AbortSignal): SecondSession {
  const connectTimeoutMs = Math.min(PATIENCE_MS, target.connectTimeoutMs)
  const opened = openForTest({ ...target, connectTimeoutMs }, { signal }).catch((error: unknown) => {
    if (error instanceof SourceError) return error
    throw error
  })
  // Who waits for it hears of an abort; it may have come before anybody waits.
  opened.catch(() => {})
  return {
    opened,
    async [Symbol.asyncDispose]() {
      const session = await opened.catch(() => undefined)
      if (session instanceof SourceError || session === undefined) return
      await session.close()
    },
  }
}

/**
 * Lets the second session read under the first one's snapshot, as the readers of a run do; and sees whether a pooler
 * gives both the same server session in turn.
 */
export async function compareSessions(
  { session }: Checkup,
  second: Session | SourceError,
): Promise<SecondSessionResult> {
  const { isPooled } = session
  if (second instanceof SourceError) {
    const message = `A second session could not be opened beside the first: ${second.message}`
    const canReadInParallel = { isPossible: false, reasons: [finding('NO_SECOND_SESSION', message)] }
    return described(isPooled ? 'session' : 'none', canReadInParallel)
  }
  const pooler = isPooled ? await findPoolMode(session, second) : 'none'
  return described(pooler, await tryParallelSnapshot(session, second))
}

/** Other clients of a pool may take what one of our sessions has just given back. */
const LOOKS = 3

/**
 * In transaction mode a session of ours has no server session of its own: the one that the first gave back a moment
 * ago is the one that the second is lent, and while the second holds it, the first gets another.
 */
async function findPoolMode(first: Session, second: Session): Promise<'session' | 'transaction'> {
  for (let look = 0; look < LOOKS; look++) {
    const firstPid = await backendPid(first)
    await second.query('begin read only')
    const isShared = (await backendPid(second)) === firstPid || (await backendPid(first)) !== firstPid
    await second.query('rollback')
    if (isShared) return 'transaction'
  }
  return 'session'
}

async function backendPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  return row?.pid
}

const POOLERS = {
  session: ['POOLER_IN_BETWEEN', 'A connection pooler stands between this machine and the server.'],
  transaction: [
    'POOLER_TRANSACTION_MODE',
    'The connection pooler in between is in transaction mode: a run keeps some of its server sessions for as long as it reads.',
  ],
} as const

function described(pooler: ServerFacts['pooler'], canReadInParallel: Capability): SecondSessionResult {
  if (pooler === 'none') return { pooler, canReadInParallel, findings: [] }
  const [code, message] = POOLERS[pooler]
  return { pooler, canReadInParallel, findings: [finding(code, message)] }
}

/** Does what a run does: exports the snapshot of one transaction and imports it into another. */
async function tryParallelSnapshot(first: Session, second: Session): Promise<Capability> {
  try {
    const id = await exportSnapshot(first)
    const failure = id instanceof SourceError ? id : await importSnapshot(second, id)
    return failure === undefined ? { isPossible: true, reasons: [] } : snapshotUnavailable(failure.message)
  } finally {
    await second.query('rollback').catch(() => {})
    await first.query('rollback').catch(() => {})
  }
}

const BEGIN = 'begin transaction isolation level repeatable read read only'

/** @throws what ends the session, which is more than that it has no snapshot to give */
async function exportSnapshot(session: Session): Promise<string | SourceError> {
  try {
    await session.query(BEGIN)
    const [exported] = await session.query<{ id: string }>('select pg_catalog.pg_export_snapshot() as id')
    return exported?.id ?? ''
  } catch (error) {
    if (!(error instanceof SourceError) || endsSession(error)) throw error
    return error
  }
}

async function importSnapshot(session: Session, id: string): Promise<SourceError | undefined> {
  try {
    await session.query(BEGIN)
    await session.query(`set transaction snapshot ${quoteLiteral(id)}`)
    return undefined
  } catch (error) {
    if (error instanceof SourceError) return error
    throw error
  }
}

function snapshotUnavailable(why: string): Capability {
  const message = `A snapshot could not be shared between two sessions. ${why}`
  return { isPossible: false, reasons: [finding('SNAPSHOT_UNAVAILABLE', message)] }
}

import type { Session } from '#source/postgres/connect/session.ts'
import { Attempts } from './checks/attempt.ts'
import type { Checkup } from './checks/check.ts'
import { checkChangeCapture } from './checks/check-change-capture.ts'
import { checkPrivileges } from './checks/check-privileges.ts'
import { checkSettings } from './checks/check-settings.ts'
import { readSessionFacts } from './checks/read-session-facts.ts'
import { compareSessions, openSecond, type SecondSessionResult } from './checks/second-session.ts'
import type { Diagnosis, Finding, ServerFacts } from './diagnosis.ts'
import { effectiveTls } from './effective-tls.ts'
import { finding } from './findings.ts'

/** All checks together; those that have not ended by then are said to be unfinished. */
export const EXAMINATION_MS = 2_500

/** What an open session tells. */
export type Examination = Partial<
  Pick<Diagnosis, 'tls' | 'server' | 'missingRights' | 'canReadInParallel' | 'canCaptureChanges'>
> & { readonly findings: readonly Finding[] }

export interface ExamineOptions {
  /** The caller's. */
  readonly signal?: AbortSignal | undefined
  /** The caller's, or that the time is up. */
  readonly bounded: AbortSignal
}

/**
 * Asks an open session everything. A check that fails or does not end is a finding, and the others go on.
 * @throws the signal's reason after an abort
 */
export async function examine(session: Session, { signal, bounded }: ExamineOptions): Promise<Examination> {
  const tls = effectiveTls(session.target, session)
  const attempts = new Attempts(session, signal)
  const facts = await attempts.run('the server itself', () => readSessionFacts(session))
  if (facts === undefined) return { tls, findings: attempts.findings.map((found) => asFirst(found, session)) }
  const checkup = { session, facts }
  await using second = openSecond(session.target, bounded)
  const privileges = await attempts.run('privileges', () => checkPrivileges(checkup))
  const compared = await attempts.run('a second session', async () =>
    compareSessions(checkup, await second.opened),
  )
  const capture = await attempts.run('change capture', () => checkChangeCapture(checkup, poolerOf(compared)))
  return {
    tls,
    server: describeServer(checkup, poolerOf(compared)),
    findings: [
      ...attempts.findings,
      ...(privileges?.findings ?? []),
      ...(compared?.findings ?? []),
      ...checkSettings(checkup),
    ],
    missingRights: privileges?.missingRights ?? [],
    canReadInParallel: compared?.canReadInParallel,
    canCaptureChanges: capture,
  }
}

/** Who does not answer the first question will not answer any. */
function asFirst(found: Finding, { target }: Session): Finding {
  const server = `${target.host}:${target.port}`
  if (/statement pooling mode/.test(found.message)) {
    const message = `The pooler at ${server} is in statement mode and allows no transactions, which reading needs.`
    return finding('POOLER_STATEMENT_MODE', message)
  }
  if (found.code !== 'CHECK_UNFINISHED') return found
  const message = `The server ${server} did not answer a simple question within ${EXAMINATION_MS / 1000} seconds.`
  return finding('SERVER_UNRESPONSIVE', message)
}

function poolerOf(compared: SecondSessionResult | undefined): ServerFacts['pooler'] {
  return compared?.pooler ?? 'none'
}

function describeServer({ session, facts }: Checkup, pooler: ServerFacts['pooler']): ServerFacts {
  return {
    version: session.serverVersion,
    timeZone: facts.settings.get('TimeZone') ?? '',
    encoding: facts.settings.get('server_encoding') ?? '',
    isStandby: facts.isStandby,
    pooler,
    maxConnections: Number(facts.settings.get('max_connections') ?? 0),
  }
}

import { classifyFault } from '#source/postgres/connect/classify-fault.ts'
import type { ConnectionTarget } from '#source/postgres/connect/connection-target.ts'
import type { FailureCode } from '#source/postgres/connect/failures.ts'
import { openSession, type Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/connect/source-error.ts'
import type { CheckResult, Checkup } from './checks/check.ts'
import { checkChangeCapture } from './checks/check-change-capture.ts'
import { checkPrivileges } from './checks/check-privileges.ts'
import { checkSecondSession } from './checks/check-second-session.ts'
import { checkSettings } from './checks/check-settings.ts'
import { readSessionFacts } from './checks/read-session-facts.ts'
import type { Capability, Diagnosis, FailedAttempt, Finding, ServerFacts } from './diagnosis.ts'
import { effectiveTls } from './effective-tls.ts'
import { type FindingCode, finding } from './findings.ts'

export interface DiagnoseOptions {
  readonly signal?: AbortSignal | undefined
}

/** No statement of a test takes longer; a catalogue that is larger is not waited for. */
const STATEMENT_MS = 2_000

/**
 * Tests a connection and says all that it has found: how far it came, what is wrong and what to do about it, which
 * rights the user lacks, and what the server would let us do. Failures of the source are the result, not thrown.
 * @throws the signal's reason after an abort
 */
export async function diagnoseConnection(
  target: ConnectionTarget,
  { signal }: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const startedMs = performance.now()
  const failedAttempts: FailedAttempt[] = []
  const finish = (parts: Partial<Diagnosis> & { findings: readonly Finding[] }): Diagnosis =>
    concluded(target, { ...parts, failedAttempts, elapsedMs: Math.round(performance.now() - startedMs) })
  try {
    await using session = await openSession(target, {
      signal,
      readOnly: true,
      statementTimeoutMs: STATEMENT_MS,
      onAttempt: ({ encryption }, fault) => failedAttempts.push({ encryption, code: classifyFault(fault) }),
    })
    return finish(await examine(session, signal))
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return finish({ findings: [asFinding(error)] })
  }
}

async function examine(
  session: Session,
  signal: AbortSignal | undefined,
): Promise<Partial<Diagnosis> & { findings: readonly Finding[] }> {
  const tls = effectiveTls(session.target, session)
  const facts = await readSessionFacts(session)
  const checkup = { session, facts }
  const second = await checkSecondSession(checkup, signal)
  const privileges = await unlessUnfinished(() => checkPrivileges(checkup))
  const capture = await captureUnlessUnfinished(checkup, second.pooler)
  return {
    tls,
    server: describeServer(checkup, second.pooler),
    findings: [...privileges.findings, ...second.findings, ...checkSettings(checkup).findings],
    missingRights: privileges.missingRights ?? [],
    canReadInParallel: second.canReadInParallel,
    canCaptureChanges: capture,
  }
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

const TIMED_OUT = '57014'

async function unlessUnfinished(check: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check()
  } catch (error) {
    return { findings: [unfinished(error, 'privileges')] }
  }
}

async function captureUnlessUnfinished(checkup: Checkup, pooler: ServerFacts['pooler']): Promise<Capability> {
  try {
    return await checkChangeCapture(checkup, pooler)
  } catch (error) {
    return { isPossible: false, reasons: [unfinished(error, 'change capture')] }
  }
}

/** @throws `error` unless it is a statement that took too long */
function unfinished(error: unknown, what: string): Finding {
  if (!(error instanceof SourceError) || error.code !== TIMED_OUT) throw error
  return finding('CHECK_UNFINISHED', `The check of ${what} took longer than ${STATEMENT_MS / 1000} seconds.`)
}

function asFinding({ stage, code, message, remedy, sqlState }: SourceError): Finding {
  return { severity: 'error', stage, code, message, remedy, sqlState }
}

const WORST_FIRST: readonly Finding['severity'][] = ['error', 'warning', 'notice']

type Concluding = Partial<Diagnosis> &
  Pick<Diagnosis, 'failedAttempts' | 'elapsedMs'> & { findings: readonly Finding[] }

function concluded(target: ConnectionTarget, parts: Concluding): Diagnosis {
  const findings = parts.findings.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity),
  )
  const leading = findings.find(({ severity }) => severity !== 'notice')
  const { tls = effectiveTls(target), missingRights = [], ...rest } = parts
  return {
    ok: leading?.severity !== 'error',
    // @NOTE findings are made of the two catalogues alone; only their type is wider.
    code: (leading?.code as FailureCode | FindingCode | undefined) ?? 'OK',
    stage: leading?.stage ?? 'settings',
    message: leading?.message ?? 'The source can be reached and read.',
    remedy: leading?.remedy,
    ...rest,
    findings,
    missingRights,
    tls,
    warnings: target.warnings,
  }
}

import { classifyFault } from '#source/postgres/failures/classify-fault.ts'
import type { ConnectFault } from '#source/postgres/failures/connect-fault.ts'
import { describeFault, failureOf } from '#source/postgres/failures/describe-failure.ts'
import { detailOfFault } from '#source/postgres/failures/failure-detail.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { SourceError, SourceStage } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { possibleEncryptions } from '#source/postgres/params/tls-plan.ts'
import { probeLogin } from './probe-login.ts'

const STAGES: readonly SourceStage[] = ['resolve', 'dial', 'tls', 'authenticate', 'database', 'query']

/** A rule is refused for each kind of connection on its own; it explains the least. */
const RULES: ReadonlySet<FailureCode> = new Set<FailureCode>(['HBA_NO_ENTRY', 'HBA_REJECTED', 'HBA_REFUSED'])

/** Of the faults of all attempts the one that got furthest, in words. `signal` bounds what has to be found out. */
export async function describeFaults(
  faults: readonly ConnectFault[],
  target: ConnectionTarget,
  signal: AbortSignal,
): Promise<SourceError> {
  const rank = (fault: ConnectFault): number =>
    RULES.has(classifyFault(fault)) ? -1 : STAGES.indexOf(fault.stage)
  // @NOTE never empty: every plan has an attempt, and an attempt without a fault has opened a session.
  const telling = faults.reduce((best, fault) => (rank(fault) > rank(best) ? fault : best)) as ConnectFault
  const code = await aboutEncryption(telling, target, signal)
  if (code === undefined) return describeFault(telling, target)
  const detail = detailOfFault(telling, classifyFault(telling), target)
  return failureOf(code, { target, detail, cause: telling.cause })
}

/**
 * A rule that refuses may do so only for sessions of one kind. Whether TLS would be let in is asked without a
 * password; plaintext is never tried for somebody who asks for TLS.
 */
async function aboutEncryption(
  fault: ConnectFault,
  target: ConnectionTarget,
  signal: AbortSignal,
): Promise<FailureCode | undefined> {
  if (!RULES.has(classifyFault(fault))) return undefined
  const kinds = possibleEncryptions(target.tls)
  if (!kinds.has('plain')) return 'TLS_FORBIDDEN_BY_SERVER'
  if (kinds.has('tls')) return undefined
  return (await probeLogin(target, signal)) ? 'TLS_REQUIRED_BY_SERVER' : undefined
}

/** What it means that the time was up while that fault came about. */
export function timeoutCode({ stage, kind, code }: ConnectFault): FailureCode {
  if (stage === 'resolve') return 'DNS_UNAVAILABLE'
  // Asked for TLS, or sent the start of a session, and never answered.
  if (code === 'CONNECTION_CLOSED' || (stage === 'tls' && kind !== 'handshake')) return 'SERVER_SILENT'
  if (stage === 'dial') return 'CONNECT_TIMEOUT'
  return stage === 'tls' ? 'TLS_TIMEOUT' : 'LOGIN_TIMEOUT'
}

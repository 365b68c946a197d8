import { SourceError, type SourceStage } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { usedTls } from './effective-tls.ts'
import { openForTest } from './open-for-test.ts'

/** How a connection test ended. A failed one says at which stage, why, and what to do. */
export interface ConnectionTestResult {
  readonly ok: boolean
  readonly code?: string | undefined
  readonly stage?: SourceStage | undefined
  readonly message?: string | undefined
  readonly remedy?: string | undefined
  readonly serverVersion?: string | undefined
  /** Of a successful test: whether the session was encrypted, and what the certificate had to prove. */
  readonly tls?: TlsOutcome | undefined
}

export interface TlsOutcome {
  readonly isEncrypted: boolean
  readonly isChainVerified: boolean
  readonly isNameVerified: boolean
}

/** Opens a session, which runs statements already, and closes it. Failures of the source are the result, not thrown. */
export async function testConnection(
  target: ConnectionTarget,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ConnectionTestResult> {
  try {
    await using session = await openForTest(target, options)
    const { encrypted, chainVerified, nameVerified } = usedTls(session)
    const tls = { isEncrypted: encrypted, isChainVerified: chainVerified, isNameVerified: nameVerified }
    return { ok: true, serverVersion: session.serverVersion, tls }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const { code, stage, message, remedy } = error
    return { ok: false, code, stage, message, remedy }
  }
}

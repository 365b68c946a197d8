import type { FailureCode } from './failures.ts'
import type { SourceStage } from './source-error.ts'

/**
 * What a fault means for the attempts of a plan that are left: a handshake that failed, a session that the
 * server refused before it had accepted our credentials, or anything else, after which nothing is tried.
 */
export type FaultKind = 'handshake' | 'rejection' | 'other'

export interface FaultFacts {
  /** Known where the fault was found; else it is read from the cause. */
  readonly code?: FailureCode | undefined
  readonly stage: SourceStage
  readonly kind?: FaultKind | undefined
  readonly cause?: unknown
  /** What the message needs besides the target: names in a certificate, a method. Never a secret. */
  readonly detail?: string | undefined
  /** The session was to be opened over TLS. */
  readonly isEncrypted?: boolean | undefined
}

/** One attempt to open a session that failed, before it is put into words. */
export class ConnectFault extends Error {
  override readonly name = 'ConnectFault'
  readonly code: FailureCode | undefined
  readonly stage: SourceStage
  readonly kind: FaultKind
  readonly detail: string | undefined
  readonly isEncrypted: boolean

  constructor({ code, stage, kind, cause, detail, isEncrypted }: FaultFacts) {
    super(code ?? (cause instanceof Error ? cause.message : String(cause)), { cause })
    this.code = code
    this.stage = stage
    this.kind = kind ?? 'other'
    this.detail = detail
    this.isEncrypted = isEncrypted ?? false
  }

  /** `error` as a fault of that stage; a fault stays what it is. */
  static from(error: unknown, stage: SourceStage, kind?: FaultKind): ConnectFault {
    return error instanceof ConnectFault ? error : new ConnectFault({ cause: error, stage, kind })
  }
}

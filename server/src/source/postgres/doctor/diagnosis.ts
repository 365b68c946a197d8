import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { SourceStage } from '#source/postgres/failures/source-error.ts'
import type { EffectiveTls } from './effective-tls.ts'
import type { FindingCode } from './findings.ts'

/** How far a test came. What is found on an open session belongs to the last two. */
export type DiagnosisStage = SourceStage | 'privileges' | 'settings'

/**
 * `error`: no session can be had, or none that could read anything whatever its user may do. `warning`: something that was asked for, or will be, does not work, or is
 * not safe. `notice`: worth knowing.
 */
export type Severity = 'error' | 'warning' | 'notice'

/** One thing that a test has found. The text is safe to show. */
export interface Finding {
  readonly severity: Severity
  readonly stage: DiagnosisStage
  /** Stable, part of the API. */
  readonly code: string
  /** One sentence with the offending value. */
  readonly message: string
  /** What to do about it, one sentence. */
  readonly remedy: string
  /** The server's own code, where it was the server that refused. */
  readonly sqlState?: string | undefined
}

/** A right that the user lacks, with the statement that gives it. */
export interface MissingRight {
  readonly privilege: 'USAGE' | 'SELECT'
  readonly kind: 'schema' | 'relation' | 'columns'
  /** A schema or a relation's path. */
  readonly object: string
  /** Of kind `columns`. */
  readonly columns?: readonly string[] | undefined
  readonly statement: string
}

/** Whether something more than reading would work, and if not, everything that is in its way. */
export interface Capability {
  readonly isPossible: boolean
  readonly reasons: readonly Finding[]
}

export interface ServerFacts {
  /** `15.4` */
  readonly version: string
  readonly timeZone: string
  readonly encoding: string
  readonly isStandby: boolean
  /** Nothing in between, or a pooler that lends a session of the server for a session of ours, or for a transaction. */
  readonly pooler: 'none' | 'session' | 'transaction'
  readonly maxConnections: number
}

/** One attempt of the TLS plan that failed. */
export interface FailedAttempt {
  readonly encryption: 'plain' | 'tls'
  readonly code: FailureCode
}

/** Everything that a test of a connection tells. */
export interface Diagnosis {
  /** A session can be opened and read on. */
  readonly ok: boolean
  /** Of the worst finding; `OK` when there is neither an error nor a warning. */
  readonly code: FailureCode | FindingCode | 'OK'
  /** The stage that the worst finding belongs to; `settings` when there is none. */
  readonly stage: DiagnosisStage
  readonly message: string
  readonly remedy?: string | undefined
  /** Worst first. */
  readonly findings: readonly Finding[]
  readonly missingRights: readonly MissingRight[]
  readonly tls: EffectiveTls
  readonly failedAttempts: readonly FailedAttempt[]
  readonly server?: ServerFacts | undefined
  readonly canReadInParallel?: Capability | undefined
  readonly canCaptureChanges?: Capability | undefined
  /** What was given but has no effect, in sentences. */
  readonly warnings: readonly string[]
  readonly elapsedMs: number
}

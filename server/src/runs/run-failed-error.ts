import type { DriftEntry } from './drift/judge-drift.ts'
import { RUN_ERROR, type RunMessage, type RunStage } from './run-document.ts'

export interface RunFailureFacts {
  /** Says more than the stage: `HW-DIGEST-MISMATCH`, `MAPPER-3700-400`. */
  readonly code?: string | undefined
  /** What led to it, counted. */
  readonly details?: readonly RunMessage[] | undefined
  /** What has changed of the source, of a run that had not got as far as to have a plan. */
  readonly drift?: readonly DriftEntry[] | undefined
}

/** The run can't succeed, however often it is tried. The message is for the user. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly stage: RunStage
  readonly code: string
  readonly details: readonly RunMessage[]
  readonly drift: readonly DriftEntry[]

  constructor(stage: RunStage, message: string, { code, details = [], drift = [] }: RunFailureFacts = {}) {
    super(message)
    this.stage = stage
    this.code = code ?? RUN_ERROR[stage]
    this.details = details
    this.drift = drift
  }
}

import { RUN_ERROR, type RunMessage, type RunStage } from './run-document.ts'

export interface RunFailureFacts {
  /** Says more than the stage: `HW-DIGEST-MISMATCH`, `MAPPER-3700-400`. */
  readonly code?: string | undefined
  /** What led to it, counted. */
  readonly details?: readonly RunMessage[] | undefined
}

/** The run can't succeed, however often it is tried. The message is for the user. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly stage: RunStage
  readonly code: string
  readonly details: readonly RunMessage[]

  constructor(stage: RunStage, message: string, { code, details = [] }: RunFailureFacts = {}) {
    super(message)
    this.stage = stage
    this.code = code ?? RUN_ERROR[stage]
    this.details = details
  }
}

import { SliceError } from '#engine/lane.ts'
import { FlowGoneError } from '#services/flow-service/plan-inputs.ts'
import { RelationNotFoundError } from '#source/postgres/relation-errors.ts'
import { RelationPathError } from '#source/postgres/relation-path.ts'
import { RowFilterError } from '#source/postgres/row-filter-error.ts'
import { SourceError } from '#source/postgres/source-error.ts'
import { LakeTypeChangeError } from '#typemap/xdm-types.ts'
import type { RunMessage } from './run-document.ts'
import { RUN_ERROR } from './run-document.ts'

/** The run can't succeed, however often it is tried. The message is for the user. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly stage: 'copy' | 'promotion'
  readonly code: string

  constructor(stage: 'copy' | 'promotion', message: string, code?: string) {
    super(message)
    this.stage = stage
    this.code = code ?? (stage === 'copy' ? RUN_ERROR.copy : RUN_ERROR.promotion)
  }
}

/** Attempts after which a fault that looked passing is taken for lasting. */
const MAX_ATTEMPTS = 5

/** Codes of faults that pass: the network, a restart of the server, a lost snapshot, a busy standby. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  'CONNECTION_LOST',
  '40001',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  // "invalid snapshot identifier": the planner's session is gone; a new epoch is on its way.
  '22023',
  '42704',
])

/** What somebody has to mend before a run can succeed. */
const LASTING = [FlowGoneError, RelationNotFoundError, RelationPathError, RowFilterError] as const

/**
 * What a failed step means for its run: the reason to fail it for good, or `undefined` when the step should be
 * tried again.
 */
export function reasonToFail(error: unknown, attempt: number): RunFailedError | undefined {
  if (error instanceof RunFailedError) return error
  if (LASTING.some((lasting) => error instanceof lasting))
    return new RunFailedError('copy', (error as Error).message)
  if (error instanceof LakeTypeChangeError) return new RunFailedError('promotion', error.message)
  const isPassing = isPassingFault(error)
  if (isPassing && attempt + 1 < MAX_ATTEMPTS) return undefined
  if (error instanceof SourceError) return new RunFailedError('copy', `${error.message} ${error.remedy}`)
  if (error instanceof SliceError) {
    return new RunFailedError(error.origin === 'source' ? 'copy' : 'promotion', error.message)
  }
  // A fault of ours may be the machine's (a full disk): it is tried again before it is believed.
  if (attempt + 1 < MAX_ATTEMPTS) return undefined
  return new RunFailedError('promotion', error instanceof Error ? error.message : String(error))
}

function isPassingFault(error: unknown): boolean {
  if (!(error instanceof SourceError || error instanceof SliceError)) return false
  return error.code !== undefined && (PASSING.has(error.code) || error.code.startsWith('08'))
}

/** The failure as a run lists it. */
export function messageOf(failure: RunFailedError): RunMessage {
  return { code: failure.code, message: failure.message }
}

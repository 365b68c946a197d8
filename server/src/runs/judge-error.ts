import { SliceError } from '#engine/slice-error.ts'
import { SchemaEvolutionError } from '#lake/iceberg/schema-evolution.ts'
import { SecretError } from '#secrets/secret-error.ts'
import { FlowGoneError } from '#services/flow-service/flows/plan-inputs.ts'
import { RelationNotFoundError } from '#source/postgres/explore/relation-errors.ts'
import { RelationPathError } from '#source/postgres/explore/relation-path.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { RowFilterError } from '#source/postgres/filter/row-filter-error.ts'
import { RELATION_REPLACED } from '#source/postgres/read/copy-statement.ts'
import { LakeTypeChangeError, LakeTypeUnknownError } from '#typemap/xdm-types.ts'
import type { RunStage } from './run-document.ts'
import { RunFailedError } from './run-failed-error.ts'
import { isReplaced } from './source-moved.ts'

/** What an error of a step means for its run. */
export interface Verdict {
  /** What the run says if it ends here. */
  readonly failure: RunFailedError
  /** Trying again may help: nobody has to mend anything first. */
  readonly mayPass: boolean
}

/** What somebody has to mend before a run can succeed. Their messages are for users. */
const LASTING: readonly (readonly [RunStage, new (...args: never[]) => Error])[] = [
  ['copy', FlowGoneError],
  ['copy', RelationNotFoundError],
  ['copy', RelationPathError],
  ['copy', RowFilterError],
  ['copy', SecretError],
  ['promotion', LakeTypeChangeError],
  ['promotion', LakeTypeUnknownError],
  ['promotion', SchemaEvolutionError],
]

/** Tells errors that somebody has to mend from those that may pass, and puts both into words for the user. */
export function judgeError(error: unknown): Verdict {
  if (error instanceof RunFailedError) return { failure: error, mayPass: false }
  const lasting = LASTING.find(([, kind]) => error instanceof kind)
  if (lasting !== undefined) {
    // What stands in PostgreSQL's own terms keeps its code.
    const code = error instanceof RelationNotFoundError ? error.code : undefined
    return { failure: new RunFailedError(lasting[0], (error as Error).message, { code }), mayPass: false }
  }
  if (error instanceof SourceError) return judgeSource(error)
  if (error instanceof SliceError && error.kind === 'SourceError') {
    if (isReplaced(error))
      return { failure: new RunFailedError('copy', REPLACED, { code: RELATION_REPLACED }), mayPass: true }
    const verdict = judgeSource(error)
    return isSnapshotGone(error) ? { ...verdict, mayPass: true } : verdict
  }
  if (error instanceof SliceError && (error.code?.startsWith('HW-') || error.kind === 'InputFileError')) {
    return { failure: new RunFailedError('promotion', error.message, { code: error.code }), mayPass: false }
  }
  return judgeFault(error)
}

const REPLACED =
  'The name of the relation led to another one while it was read, again and again. Let its schema keep its name, and ask for the run again.'

/** The source, or the way to it. Its own code stands beside that of the platform. */
function judgeSource({
  code,
  message,
  remedy,
  mayPass,
}: {
  readonly code?: string | undefined
  readonly message: string
  readonly remedy: string | undefined
  readonly mayPass: boolean
}): Verdict {
  const text = remedy === undefined ? message : `${message} ${remedy}`
  return { failure: new RunFailedError('copy', text, { code }), mayPass }
}

/**
 * True when a slice could not be read because its snapshot is gone, with the session of the planner that held it
 * ("invalid snapshot identifier", since PostgreSQL 18 "snapshot does not exist").
 */
export function isSnapshotGone(error: unknown): boolean {
  if (!(error instanceof SliceError) || error.kind !== 'SourceError') return false
  return (error.code === '22023' || error.code === '42704') && error.message.includes('snapshot')
}

/**
 * A fault of ours, of the machine or of the lake's storage. It is tried again before it is believed; what the
 * user reads is no more than its kind, since nobody wrote such messages for users.
 */
function judgeFault(error: unknown): Verdict {
  const kind = kindOf(error)
  const code = codeOf(error)
  const what =
    MACHINE_FAULTS[code] ?? `An internal error (${code === '' ? kind : `${kind}, ${code}`}) stopped the run.`
  const stage = error instanceof SliceError && error.origin === 'source' ? 'copy' : 'promotion'
  return {
    failure: new RunFailedError(stage, `${what} The server's log says more under the id of the run.`),
    mayPass: true,
  }
}

const MACHINE_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'There is no space left on the disk of the server or of the lake.',
  EDQUOT: 'The disk quota of the server or of the lake is used up.',
  EROFS: 'The disk of the server or of the lake is read-only.',
  EACCES: 'The server may not write to its data folder or to the lake.',
  EMFILE: 'The server has too many files open.',
}

function kindOf(error: unknown): string {
  if (error instanceof SliceError) return error.kind
  return error instanceof Error ? error.name : typeof error
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

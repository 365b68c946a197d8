import { SliceError } from '#engine/slice-error.ts'
import { RELATION_REPLACED } from '#source/postgres/read/copy-statement.ts'

/** What PostgreSQL says when a slice does not find the relation or its schema, or may not read it. */
const MOVED: ReadonlySet<string> = new Set(['42P01', '3F000', '42501'])
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * True when a slice did not find its source as it was planned: the name leads elsewhere, rights were taken back, or
 * somebody waits to change the relation. He waits for the planner's lock and the slice for him, so that nothing would
 * go on before the run gives way.
 */
export function isSourceMoved(error: unknown): boolean {
  if (!(error instanceof SliceError) || error.kind !== 'SourceError') return false
  return error.code === LOCK_NOT_AVAILABLE || MOVED.has(error.code ?? '') || isReplaced(error)
}

/** The name of the relation leads to another one than was planned. */
export function isReplaced({ message }: SliceError): boolean {
  return message.includes(RELATION_REPLACED)
}

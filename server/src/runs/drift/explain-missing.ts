import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import { RelationNotFoundError } from '#source/postgres/explore/relation-errors.ts'
import { formatRelationPath } from '#source/postgres/explore/relation-path.ts'
import type { ShapeChange } from '#source/postgres/shape/shape-change.ts'
import { findRelationName } from '#source/postgres/sql/find-relation-name.ts'
import { driftFailure } from './drift-failure.ts'
import { entryOf } from './judge-drift.ts'
import type { RememberedSource } from './remembered-source.ts'
import { isSameSource } from './settle-drift.ts'

/**
 * Rethrows, and of a relation that the last run still found says what has become of it.
 * @throws RunFailedError, or the error
 */
export async function explainMissing(
  session: Session,
  {
    error,
    inputs,
    remembered,
  }: {
    readonly error: unknown
    readonly inputs: FlowPlanInputs
    readonly remembered: RememberedSource | undefined
  },
): Promise<never> {
  // What is there and may not be read has an error that says what to grant.
  const isGone = error instanceof RelationNotFoundError && error.code === '42P01'
  if (!isGone || remembered === undefined || !isSameSource(remembered, inputs)) throw error
  const now = await findRelationName(session, remembered.shape.oid)
  const change = now === undefined ? dropped(error) : renamed(remembered, formatRelationPath(...now))
  throw driftFailure([entryOf(change, 'stopped')]) ?? error
}

function dropped({ message }: RelationNotFoundError): ShapeChange {
  return { code: 'DRIFT_RELATION_DROPPED', message }
}

function renamed({ shape }: RememberedSource, path: string): ShapeChange {
  return { code: 'DRIFT_RELATION_RENAMED', message: `The ${shape.kind} ${shape.path} is called ${path} now.` }
}

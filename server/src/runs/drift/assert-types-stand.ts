import { isDeepStrictEqual } from 'node:util'
import type { RunDependencies } from '#runs/dependencies.ts'
import type { StoredRunPlan } from '#runs/stored-plan.ts'
import { loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { ShapeColumn } from '#source/postgres/shape/source-shape.ts'
import { readColumns } from '#source/postgres/sql/read-columns.ts'
import type { TextShape } from '#typemap/text-shape.ts'

/** A type that a run has read values of is made of other parts since it was planned. */
export class TypesAlteredError extends Error {
  override readonly name = 'TypesAlteredError'
}

/**
 * No lock of a run holds the parts of composite types: they come and go in the middle of a copy, and the text of a
 * value tells no names. So a run that has read such values looks again before it commits.
 * @throws TypesAlteredError, SourceError
 */
export async function assertTypesStand(
  deps: RunDependencies,
  run: Run,
  { source }: StoredRunPlan,
): Promise<void> {
  const watched = source?.shape.columns.filter(({ name }) => source.reads.includes(name)).filter(isOfParts)
  if (source === undefined || watched === undefined || watched.length === 0) return
  const { target } = await loadFlowPlanInputs(deps, run.flow_id)
  const asked = { applicationName: 'headwater-planner', readOnly: true }
  await using lent = await deps.sessions.lend(target, asked)
  const columns = await readColumns(lent.session, source.shape.oid)
  const now = new Map(columns.map(({ name, type }) => [name, type.shape]))
  // A table that is gone was there until the lock on it was let go, after its rows were read.
  const altered = watched.find(({ name, parts }) => now.has(name) && !areSame(parts, now.get(name)))
  if (altered !== undefined) throw new TypesAlteredError(`the parts of ${altered.typeName} were altered`)
}

function isOfParts({ parts }: ShapeColumn): boolean {
  return parts !== undefined && hasComposite(parts)
}

function hasComposite(shape: TextShape): boolean {
  if (shape.kind === 'composite') return true
  if (shape.kind === 'array') return hasComposite(shape.element)
  return (shape.kind === 'range' || shape.kind === 'multirange') && hasComposite(shape.bound)
}

/** Compared as JSON says them: a plan was stored. */
function areSame(a: TextShape | undefined, b: TextShape | undefined): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a ?? null)), JSON.parse(JSON.stringify(b ?? null)))
}

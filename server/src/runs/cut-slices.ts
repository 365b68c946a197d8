import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { askIndexRead } from '#source/postgres/read/ask-index-read.ts'
import { selectStatement } from '#source/postgres/read/copy-statement.ts'
import { planIndexedSlices, planSlices, type Slice } from '#source/postgres/read/plan-slices.ts'
import type { HeldSnapshot } from '#source/postgres/read/snapshot.ts'
import type { RunDependencies } from './dependencies.ts'
import type { StoredRunPlan } from './stored-plan.ts'
import { cutWindow } from './window-condition.ts'

export interface PlannedRead {
  readonly run: Run
  readonly inputs: FlowPlanInputs
  readonly snapshot: HeldSnapshot
  readonly plan: StoredRunPlan
  readonly shape: RelationShape
}

/**
 * The slices of a run. A window whose rows the server finds by an index is not cut by the blocks of the whole table,
 * all of which would have to be looked through: it is one slice, or several windows where it is large. Which of them
 * it is rests on the server's estimate; that together they have each row once does not.
 */
export async function cutSlices(
  { sliceTargetBytes: targetBytes }: Pick<RunDependencies, 'sliceTargetBytes'>,
  { run, inputs, snapshot, plan, shape }: PlannedRead,
): Promise<readonly Slice[]> {
  const byPlace = planSlices(shape, { targetBytes })
  const { window_start: startMs, window_end: endMs } = run
  const column = plan.where === undefined ? undefined : deltaColumnOf(inputs, shape)
  if (byPlace.length === 1 || !shape.canReadInParallel || column === undefined || startMs === null)
    return byPlace
  // Rows that tell no time lie in no part of a window.
  if (plan.takesTimeless === true) return byPlace
  const [whole] = planIndexedSlices(shape, { sizeBytes: 0 })
  if (whole === undefined) return byPlace
  const select = selectStatement(whole, plan.columns, plan.where)
  const expected = await askIndexRead(snapshot.session, select, shape)
  if (expected === undefined) return byPlace
  const count = Math.ceil(expected.sizeBytes / targetBytes)
  const conditions = cutWindow(column, { startMs, endMs: endMs ?? undefined }, inputs.deltaColumn, count)
  return planIndexedSlices(shape, { sizeBytes: expected.sizeBytes, conditions })
}

function deltaColumnOf({ deltaColumn }: FlowPlanInputs, { columns }: RelationShape) {
  return deltaColumn && columns.find(({ name }) => name === deltaColumn.name)
}

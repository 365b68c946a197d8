import type { Run } from '#services/flow-service/runs/run.ts'
import { saveRun } from '#services/flow-service/runs/run-store.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { submitPlan } from './submit-step.ts'

/**
 * Plans a locked run once more, in a new epoch: what was planned, or extracted, does not fit any more. The epoch that
 * is written has no slices, so that nobody takes those of the old one for its own.
 */
export async function startOver(
  tx: Tx,
  deps: Pick<RunDependencies, 'queue' | 'now'>,
  run: Pick<Run, 'id' | 'flow_id' | 'epoch'>,
): Promise<void> {
  await saveRun(tx, run.id, { epoch: run.epoch + 1, nowMs: deps.now() })
  await submitPlan(tx, deps.queue, run)
}

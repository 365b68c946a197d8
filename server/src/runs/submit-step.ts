import type { RunPayload, StepQueue, SubmitOptions } from '#queue/step-queue.ts'
import { connectionOfRun } from '#services/flow-service/runs/connection-of-run.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { Tx } from '#store/database.ts'
import type { StoredRunPlan } from './stored-plan.ts'

type Delay = Pick<SubmitOptions, 'delayMs'>

/** Submits the planning of a run. Those of one connection share a limit, as their slices do, which spares the source. */
export async function submitPlan(
  tx: Tx,
  queue: StepQueue,
  run: Pick<Run, 'id' | 'flow_id'>,
  delay: Delay = {},
): Promise<void> {
  const group = await connectionOfRun(tx, run)
  await queue.submit(tx, 'run.plan', { v: 1, runId: run.id }, { group, ...delay })
}

/** Submits slices of a run. Those of one connection share a limit, which spares the source. */
export function submitExtracts(
  tx: Tx,
  queue: StepQueue,
  { plan, payloads, ...delay }: { plan: StoredRunPlan; payloads: readonly RunPayload[] } & Delay,
): Promise<void> {
  return queue.submitAll(tx, 'run.extract', payloads, { group: plan.connectionId, ...delay })
}

/** Submits the commit of an epoch. Those of one table go on one after the other: only one could move its pointer. */
export function submitCommit(
  tx: Tx,
  queue: StepQueue,
  { plan, runId, epoch, ...delay }: { plan: StoredRunPlan; runId: string; epoch: number } & Delay,
): Promise<void> {
  return queue.submit(tx, 'run.commit', { v: 1, runId, epoch }, { group: plan.datasetId, ...delay })
}

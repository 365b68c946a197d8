import { newBatchId } from '#kit/ids.ts'
import { createBatch } from '#services/catalog/batch-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { SCHEDULER } from '#services/flow-service/runs/run-document.ts'
import { saveLockedRun } from '#services/flow-service/runs/run-store.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { lockActiveRun, lockDataset } from './locks.ts'
import { insertSlices } from './slice-ledger.ts'
import { type StoredRunPlan, toStored } from './stored-plan.ts'
import { submitExtracts } from './submit-step.ts'

export interface Epoch {
  readonly runId: string
  readonly plan: StoredRunPlan
  readonly slices: readonly Slice[]
  /** The planner does the only slice itself. */
  readonly isAlone?: boolean | undefined
}

/** Writes the plan and submits the slices. `undefined` when the run has ended meanwhile. */
export async function startEpoch(
  tx: Tx,
  deps: RunDependencies,
  { runId, plan, slices, isAlone = false }: Epoch,
): Promise<Run | undefined> {
  const run = await lockActiveRun(tx, runId)
  if (run === undefined) return undefined
  await lockDataset(tx, plan.datasetId)
  const nowMs = deps.now()
  const epoch = run.epoch + 1
  const startedAt = run.started_at ?? nowMs
  const saved = await saveLockedRun(tx, run, {
    state: 'inProgress',
    startedAt,
    epoch,
    batchId: run.batch_id ?? (await openBatch(tx, { run, plan, nowMs })),
    plan: toStored(plan),
    nowMs,
  })
  await insertSlices(tx, runId, epoch, slices)
  const payloads = slices.map((_slice, ordinal) => ({ v: 1, runId, epoch, ordinal }) as const)
  if (!isAlone) await submitExtracts(tx, deps.queue, { plan, payloads })
  return saved
}

async function openBatch(
  tx: Tx,
  { run, plan, nowMs }: { run: Run; plan: StoredRunPlan; nowMs: number },
): Promise<string> {
  const id = newBatchId(nowMs)
  await createBatch(tx, {
    id,
    orgId: run.org_id,
    sandboxId: run.sandbox_id,
    datasetId: plan.datasetId,
    runId: run.id,
    flowId: run.flow_id,
    clientId: SCHEDULER.clientId,
    userId: SCHEDULER.userId,
    enableErrorDiagnostics: plan.hasDiagnostics,
    partialIngestionPercent: plan.tolerancePercent,
    nowMs,
  })
  return id
}

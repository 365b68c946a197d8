import { setTimeout as sleep } from 'node:timers/promises'
import { newBatchId } from '#kit/ids.ts'
import type { StepHandler, StepOutcome } from '#queue/step-queue.ts'
import { createBatch } from '#services/catalog/batch-store.ts'
import { type FlowPlanInputs, loadFlowPlanInputs } from '#services/flow-service/plan-inputs.ts'
import { ACTIVE_STATES, type Run } from '#services/flow-service/run.ts'
import { SCHEDULER } from '#services/flow-service/run-document.ts'
import { findRun, saveRun } from '#services/flow-service/run-store.ts'
import { planSlices, type Slice } from '#source/postgres/plan-slices.ts'
import { holdSnapshot } from '#source/postgres/snapshot.ts'
import { type Tx, transact } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun, lockActiveRun } from './end-run.ts'
import { makePlan } from './make-plan.ts'
import { runningDocument } from './run-document.ts'
import { isUnderWay } from './run-state.ts'
import { countPendingSlices, insertSlices } from './slice-ledger.ts'
import { reasonToFail } from './step-failure.ts'
import { type StoredRunPlan, toStored } from './stored-plan.ts'

const NOTHING: StepOutcome = Object.freeze({ write: async () => {} })

/**
 * `run.plan`: takes a snapshot of the source, cuts the relation into slices, starts a new epoch, and holds the
 * snapshot until the slices are done. Every attempt is a new epoch: a snapshot dies with the session that holds
 * it, so what an earlier attempt planned can't be read any more.
 */
export function planStep(deps: RunDependencies): StepHandler {
  return async ({ payload, attempt }, signal) => {
    const run = await findRun(deps.db, payload.runId)
    if (run === undefined || !isActive(run)) return NOTHING
    try {
      await planAndHold(deps, run, signal)
      return NOTHING
    } catch (error) {
      signal.throwIfAborted()
      const failure = reasonToFail(error, attempt)
      if (failure === undefined) throw error
      return { write: (tx) => failRun(tx, deps, run.id, failure) }
    }
  }
}

function isActive(run: Run): boolean {
  return (ACTIVE_STATES as readonly string[]).includes(run.state)
}

async function planAndHold(deps: RunDependencies, run: Run, signal: AbortSignal): Promise<void> {
  const inputs = await loadFlowPlanInputs(deps, run.flow_id)
  await using snapshot = await holdSnapshot(inputs.target, { signal, applicationName: 'headwater-planner' })
  const { plan, shape } = await makePlan(deps, { run, inputs, snapshot })
  const slices = planSlices(shape, { targetBytes: deps.sliceTargetBytes })
  const epoch = await transact(deps.db, (tx) => startEpoch(tx, deps, { run, inputs, plan, slices }))
  if (epoch === undefined) return
  deps.log.info(
    { runId: run.id, flowId: run.flow_id, epoch, relation: plan.relation, slices: slices.length },
    'run planned',
  )
  await holdUntilDone(deps, run.id, epoch, signal)
}

interface Epoch {
  readonly run: Run
  readonly inputs: FlowPlanInputs
  readonly plan: StoredRunPlan
  readonly slices: readonly Slice[]
}

/** Writes the plan and submits the slices. `undefined` when the run has ended meanwhile. */
async function startEpoch(
  tx: Tx,
  deps: RunDependencies,
  { run, inputs, plan, slices }: Epoch,
): Promise<number | undefined> {
  const locked = await lockActiveRun(tx, run.id)
  if (locked === undefined) return undefined
  const nowMs = deps.now()
  const epoch = locked.epoch + 1
  const startedAt = locked.started_at ?? nowMs
  const batchId = locked.batch_id ?? (await openBatch(tx, { run: locked, inputs, plan, nowMs }))
  await saveRun(tx, run.id, {
    state: 'inProgress',
    startedAt,
    epoch,
    batchId,
    plan: toStored(plan),
    documentPatch: runningDocument(startedAt),
    nowMs,
  })
  await insertSlices(tx, run.id, epoch, slices)
  for (const ordinal of slices.keys()) {
    const payload = { v: 1, runId: run.id, epoch, ordinal } as const
    await deps.queue.submit(tx, 'run.extract', payload, { group: inputs.connectionId })
  }
  return epoch
}

async function openBatch(
  tx: Tx,
  { run, inputs, plan, nowMs }: { run: Run; inputs: FlowPlanInputs; plan: StoredRunPlan; nowMs: number },
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
    enableErrorDiagnostics: inputs.options.errorDiagnosticsEnabled,
    partialIngestionPercent: inputs.options.partialIngestionPercent,
    nowMs,
  })
  return id
}

/** How often the holder looks. It only decides how long an idle session stays open after the last slice. */
const HOLD_POLL_MS = 300

async function holdUntilDone(
  deps: RunDependencies,
  runId: string,
  epoch: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const run = await findRun(deps.db, runId)
    if (run === undefined || !isUnderWay(run, epoch)) return
    if ((await countPendingSlices(deps.db, runId, epoch)) === 0) return
    await sleep(HOLD_POLL_MS, undefined, { signal })
  }
}

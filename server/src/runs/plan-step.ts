import { newBatchId } from '#kit/ids.ts'
import { NOTHING_TO_WRITE, type StepAttempt, type StepHandler, type StepOutcome } from '#queue/step-queue.ts'
import { createBatch } from '#services/catalog/batch-store.ts'
import { type FlowPlanInputs, loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { SCHEDULER } from '#services/flow-service/runs/run-document.ts'
import { findRun, saveLockedRun } from '#services/flow-service/runs/run-store.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { type Tx, transact } from '#store/database.ts'
import { cutSlices } from './cut-slices.ts'
import type { RunDependencies } from './dependencies.ts'
import { holderLimits, holdUntilDone, SnapshotWatch } from './hold-snapshot.ts'
import { lockActiveRun, lockDataset } from './locks.ts'
import { makePlan } from './make-plan.ts'
import { recoverStep } from './recover-step.ts'
import { makeReplayPlan } from './replay/make-replay-plan.ts'
import { isActive } from './run-state.ts'
import { RunWatch } from './run-watch.ts'
import { goShortWay, isShort } from './short-way.ts'
import { SliceBells } from './slice-bells.ts'
import { countSlices, insertSlices } from './slice-ledger.ts'
import { SnapshotAge } from './snapshot-age.ts'
import { type StoredRunPlan, toStored } from './stored-plan.ts'
import { submitExtracts } from './submit-step.ts'

/**
 * `run.plan`: takes a snapshot of the source, cuts the relation into slices, starts a new epoch, and holds the
 * snapshot until the slices are done. Every attempt is a new epoch: a snapshot dies with the session that holds
 * it, so what an earlier attempt planned can't be read any more.
 */
export function planStep(deps: RunDependencies, bells = new SliceBells()): StepHandler {
  return {
    run: async (attempt, signal) => {
      const run = await findRun(deps.db, attempt.payload.runId)
      if (run === undefined || !(await needsPlan(deps, run))) return NOTHING_TO_WRITE
      using watch = new RunWatch(deps, run.id)
      using age = new SnapshotAge(deps.maxSnapshotAgeMs)
      try {
        const ended = AbortSignal.any([signal, watch.unwanted, age.reached])
        return await planAndHold(deps, { run, attempt, signal: ended, bells })
      } catch (error) {
        if (watch.unwanted.aborted && !signal.aborted) return NOTHING_TO_WRITE
        throw error
      }
    },
    recover: recoverStep(deps, 'run.plan'),
  }
}

/** An epoch whose slices are all done needs its snapshot no more: it is for the commit to end the run. */
async function needsPlan(deps: RunDependencies, run: Run): Promise<boolean> {
  if (!isActive(run)) return false
  if (run.epoch === 0) return true
  const { total, pending } = await countSlices(deps.db, run.id, run.epoch)
  return total === 0 || pending > 0
}

async function planAndHold(
  deps: RunDependencies,
  { run, attempt, signal, bells }: { run: Run; attempt: StepAttempt; signal: AbortSignal; bells: SliceBells },
): Promise<StepOutcome> {
  const inputs = await loadFlowPlanInputs(deps, run.flow_id)
  if (inputs.deltaColumn === undefined && run.window_end !== null)
    deps.log.warn(
      { runId: run.id, flowId: run.flow_id },
      'the flow has no delta column, its window is passed over',
    )
  if (run.replays !== null) {
    await planReplay(deps, { run, attempt, inputs, replayedId: run.replays })
    return NOTHING_TO_WRITE
  }
  await using snapshot = await holdSnapshot(inputs.target, {
    ...holderLimits(deps),
    signal,
    applicationName: 'headwater-planner',
    isFenced: inputs.deltaColumn !== undefined,
  })
  const { plan, shape } = await makePlan(deps, { run, inputs, snapshot })
  const slices = await cutSlices(deps, { run, inputs, snapshot, plan, shape })
  const isAlone = isShort(deps, slices)
  const planned = await transact(deps.db, async (tx) => {
    // A planner that was frozen must not start an epoch whose snapshot nobody holds.
    await attempt.assertOwned(tx)
    return startEpoch(tx, deps, { runId: run.id, plan, slices, isAlone })
  })
  if (planned === undefined) return NOTHING_TO_WRITE
  const { epoch } = planned
  deps.log.info(
    { runId: run.id, flowId: run.flow_id, epoch, relation: plan.relation, slices: slices.length },
    'run planned',
  )
  const [slice] = slices
  if (isAlone && slice !== undefined) {
    using watch = new SnapshotWatch(deps, snapshot)
    const either = AbortSignal.any([signal, watch.lost])
    const short = { run: planned, slice, target: inputs.target, attempt, signal: either }
    const outcome = await goShortWay(deps, short)
    if (outcome !== undefined) return outcome
  }
  await holdUntilDone(deps, { runId: run.id, epoch, snapshot, signal, bells })
  return NOTHING_TO_WRITE
}

/** Rows that were set aside lie in the lake: there is no snapshot to hold. */
async function planReplay(
  deps: RunDependencies,
  {
    run,
    attempt,
    inputs,
    replayedId,
  }: { run: Run; attempt: StepAttempt; inputs: FlowPlanInputs; replayedId: string },
): Promise<void> {
  const { plan, slices } = await makeReplayPlan(deps, inputs, replayedId)
  const planned = await transact(deps.db, async (tx) => {
    await attempt.assertOwned(tx)
    return startEpoch(tx, deps, { runId: run.id, plan, slices })
  })
  if (planned === undefined) return
  const { epoch } = planned
  deps.log.info({ runId: run.id, flowId: run.flow_id, epoch, replays: replayedId }, 'replay planned')
}

interface Epoch {
  readonly runId: string
  readonly plan: StoredRunPlan
  readonly slices: readonly Slice[]
  /** The planner does the only slice itself. */
  readonly isAlone?: boolean | undefined
}

/** Writes the plan and submits the slices. `undefined` when the run has ended meanwhile. */
async function startEpoch(
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

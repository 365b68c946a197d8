import { NOTHING_TO_WRITE, type StepAttempt, type StepHandler, type StepOutcome } from '#queue/step-queue.ts'
import { type FlowPlanInputs, loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { transact } from '#store/database.ts'
import { cutSlices } from './cut-slices.ts'
import type { RunDependencies } from './dependencies.ts'
import { holderLimits, holdUntilDone, SnapshotWatch } from './hold-snapshot.ts'
import { makePlan } from './make-plan.ts'
import { recoverStep } from './recover-step.ts'
import { makeReplayPlan } from './replay/make-replay-plan.ts'
import { isActive } from './run-state.ts'
import { RunWatch } from './run-watch.ts'
import { goShortWay, isShort } from './short-way.ts'
import { SliceBells } from './slice-bells.ts'
import { countSlices } from './slice-ledger.ts'
import { SnapshotAge } from './snapshot-age.ts'
import { startEpoch } from './start-epoch.ts'

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

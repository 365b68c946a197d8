import type { RunPayload, StepHandler, StepOutcome } from '#queue/step-queue.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun } from './end-run.ts'
import { isSnapshotGone, judgeError, type Verdict } from './judge-error.ts'
import { lockActiveRun } from './locks.ts'
import { countRunError, countSliceError } from './slice-ledger.ts'
import { isHeld } from './snapshot-ledger.ts'
import { isSourceMoved } from './source-moved.ts'
import { startOver } from './start-over.ts'
import { fromStored } from './stored-plan.ts'
import { submitCommit, submitExtracts, submitPlan } from './submit-step.ts'
import { tidyDiagnostics } from './tidy-diagnostics.ts'

type CountedStep = 'run.plan' | 'run.extract' | 'run.commit'

/** Half a minute: longer than PostgreSQL takes to restart, shorter than anybody's patience. */
const RETRY_DELAYS_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * What becomes of a step that threw. An error that may pass is counted in the ledger and the step is submitted
 * again, later each time; any other, and the one after the last pause, ends the run. Interruptions (a worker
 * that died or was stopped) don't come here and are no errors. Neither is what follows from them: a slice whose
 * snapshot is gone because its planner was interrupted waits for the next epoch. A slice that does not find the
 * source as it was planned makes the run start over, so that a new plan finds out what has changed.
 */
export function recoverStep(deps: RunDependencies, step: CountedStep): NonNullable<StepHandler['recover']> {
  return ({ payload }, error) => answerError(deps, { step, payload }, error)
}

/** What is to be written of an error of a step. */
export async function answerError(
  deps: RunDependencies,
  { step, payload }: Pick<FailedStep, 'step' | 'payload'>,
  error: unknown,
): Promise<StepOutcome> {
  const verdict = judgeError(error)
  const failed: FailedStep = {
    step,
    payload,
    verdict,
    isSnapshotGone: isSnapshotGone(error),
    isSourceMoved: isSourceMoved(error),
  }
  deps.log.warn({ err: error, step, ...payload, mayPass: verdict.mayPass }, 'a step of a run failed')
  return {
    write: (tx) => tryAgainOrFail(tx, deps, failed),
    afterCommit: () => tidyDiagnostics(deps, payload.runId),
  }
}

interface FailedStep {
  readonly step: CountedStep
  readonly payload: RunPayload
  readonly verdict: Verdict
  readonly isSnapshotGone: boolean
  readonly isSourceMoved: boolean
}

async function tryAgainOrFail(tx: Tx, deps: RunDependencies, failed: FailedStep): Promise<void> {
  const { step, payload, verdict } = failed
  const run = await lockActiveRun(tx, payload.runId, payload.epoch)
  if (run === undefined) return
  if (failed.isSourceMoved) {
    const mayAgain = await mayStartOver(tx, deps, failed)
    return mayAgain ? startOver(tx, deps, run) : failRun(tx, deps, run, verdict.failure)
  }
  const delayMs = verdict.mayPass ? await nextDelay(tx, deps, failed) : undefined
  if (delayMs === undefined) await failRun(tx, deps, run, verdict.failure)
  else await submitAgain(tx, deps, { step, payload, run, delayMs })
}

/** As often as errors are forgiven: sooner or later somebody has to hear of it. */
async function mayStartOver(
  tx: Tx,
  { retryDelaysMs = RETRY_DELAYS_MS }: RunDependencies,
  { payload: { runId } }: FailedStep,
): Promise<boolean> {
  return (await countRunError(tx, runId)) <= retryDelaysMs.length
}

/** Counts the error and gives the pause after it; `undefined` when there were too many. */
async function nextDelay(
  tx: Tx,
  { retryDelaysMs = RETRY_DELAYS_MS }: RunDependencies,
  { payload: { runId, epoch, ordinal }, ...failed }: FailedStep,
): Promise<number | undefined> {
  if (epoch === undefined || ordinal === undefined) return retryDelaysMs[(await countRunError(tx, runId)) - 1]
  if (failed.isSnapshotGone && !(await isHeld(tx, runId))) return retryDelaysMs[0]
  return retryDelaysMs[(await countSliceError(tx, { runId, epoch, ordinal })) - 1]
}

async function submitAgain(
  tx: Tx,
  { queue }: RunDependencies,
  { step, payload, run, delayMs }: { step: CountedStep; payload: RunPayload; run: Run; delayMs: number },
): Promise<void> {
  switch (step) {
    case 'run.plan':
      return submitPlan(tx, queue, run, { delayMs })
    case 'run.extract':
      return submitExtracts(tx, queue, { plan: fromStored(run.plan), payloads: [payload], delayMs })
    case 'run.commit':
      return submitCommit(tx, queue, { plan: fromStored(run.plan), runId: run.id, epoch: run.epoch, delayMs })
  }
}

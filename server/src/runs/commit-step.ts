import { NOTHING_TO_WRITE, type RunPayload, type StepHandler, type StepOutcome } from '#queue/step-queue.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import type { RunDependencies } from './dependencies.ts'
import { TypesAlteredError } from './drift/assert-types-stand.ts'
import { announce, land } from './land-run.ts'
import { lockActiveRun } from './locks.ts'
import { PointerMovedError } from './move-pointer.ts'
import { prepareLanding } from './prepare-landing.ts'
import { recoverStep } from './recover-step.ts'
import { isUnderWay } from './run-state.ts'
import { listSliceResults } from './slice-ledger.ts'
import { startOver } from './start-over.ts'
import { fromStored } from './stored-plan.ts'
import { TableEvolvedError } from './table-evolution.ts'

/**
 * `run.commit`: checks the error threshold, writes the table's new metadata files and then, in one SQL
 * transaction, moves the pointer and ends batch and run. What was staged by an attempt that does not get that
 * far is an orphan.
 */
export function commitStep(deps: RunDependencies): StepHandler {
  const recover = recoverStep(deps, 'run.commit')
  return {
    run: async ({ payload }) => {
      const run = await findRun(deps.db, payload.runId)
      if (run === undefined || !isUnderWay(run, payload.epoch ?? -1)) return NOTHING_TO_WRITE
      return commit(deps, run)
    },
    recover: async (attempt, error) => {
      // Another commit was faster, which is no error: the next attempt stages on top of it.
      if (error instanceof PointerMovedError) return undefined
      if (error instanceof TableEvolvedError || error instanceof TypesAlteredError)
        return planAgain(deps, attempt.payload)
      return recover(attempt, error)
    },
  }
}

async function commit(deps: RunDependencies, run: Run): Promise<StepOutcome> {
  const results = await listSliceResults(deps.db, run.id, run.epoch)
  const landing = await prepareLanding(deps, { run, plan: fromStored(run.plan), results })
  let hasLanded = false
  return {
    write: async (tx) => {
      hasLanded = await land(tx, deps, landing)
    },
    afterCommit: async () => {
      if (hasLanded) await announce(deps, landing)
    },
  }
}

/** What was extracted doesn't fit the table, or was not what it was taken for. */
function planAgain(deps: RunDependencies, { runId, epoch }: RunPayload): StepOutcome {
  return {
    write: async (tx) => {
      const run = await lockActiveRun(tx, runId, epoch)
      if (run !== undefined) await startOver(tx, deps, run)
    },
  }
}

import type { StepHandler } from '#queue/step-queue.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun } from './end-run.ts'
import { lockActiveRun } from './locks.ts'
import { RunFailedError } from './run-failed-error.ts'
import { tidyDiagnostics } from './tidy-diagnostics.ts'

/** `run.dead`: a step has used up its attempts, which only a machine that dies again and again brings about. */
export function deadStep(deps: RunDependencies): StepHandler {
  return {
    run: async ({ payload }) => ({
      write: async (tx) => {
        const run = await lockActiveRun(tx, payload.runId, payload.epoch)
        if (run !== undefined) await failRun(tx, deps, run, neverEnded())
      },
      afterCommit: () => tidyDiagnostics(deps, payload.runId),
    }),
  }
}

function neverEnded(): RunFailedError {
  return new RunFailedError(
    'promotion',
    "A step of this run was interrupted in every one of its attempts. The server's log says more under the id of the run.",
  )
}

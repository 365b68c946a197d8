import type { StepHandler } from '#queue/step-queue.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun } from './end-run.ts'
import { RunFailedError } from './step-failure.ts'

/** `run.dead`: a step has used up its attempts, which only a machine that dies again and again brings about. */
export function deadStep(deps: RunDependencies): StepHandler {
  return async ({ payload }) => {
    const failure = new RunFailedError(
      'promotion',
      'A step of this run did not end in any of its attempts. See the log.',
    )
    return { write: (tx) => failRun(tx, deps, payload.runId, failure) }
  }
}

import type { RunPayload, StepHandler } from '#queue/step-queue.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failRun } from './end-run.ts'
import { lockActiveRun } from './locks.ts'
import { RunFailedError } from './run-failed-error.ts'
import { tidyDiagnostics } from './tidy-diagnostics.ts'

/**
 * `run.dead`: a step has used up its attempts, which only a machine that dies again and again brings about, or nobody
 * wants the run any more. What it does meanwhile ends as soon as it finds that out.
 */
export function deadStep(deps: RunDependencies): StepHandler {
  return {
    run: async ({ payload }) => ({
      write: async (tx) => {
        const run = await lockActiveRun(tx, payload.runId, payload.epoch)
        if (run !== undefined) await failRun(tx, deps, run, await reasonOf(tx, run, payload))
      },
      afterCommit: () => tidyDiagnostics(deps, payload.runId),
    }),
  }
}

async function reasonOf(tx: Tx, run: Run, { isCancelled }: RunPayload): Promise<RunFailedError> {
  if (isCancelled !== true) return neverEnded()
  const flow = await tx.selectFrom('flow').select('id').where('id', '=', run.flow_id).executeTakeFirst()
  const what = flow === undefined ? `The flow ${run.flow_id} has been deleted.` : 'The run was cancelled.'
  return new RunFailedError('copy', `${what} Nothing of it was ingested.`, { code: 'HW-RUN-CANCELLED' })
}

function neverEnded(): RunFailedError {
  return new RunFailedError(
    'promotion',
    "A step of this run was interrupted in every one of its attempts. The server's log says more under the id of the run.",
  )
}

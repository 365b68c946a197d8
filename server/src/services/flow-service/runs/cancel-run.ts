import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { FlowProblem, notFound } from '#services/flow-service/problems.ts'
import { type Tx, transact } from '#store/database.ts'
import { ENDED_STATES, type Run } from './run.ts'
import { lockScopedRun, saveRun } from './run-store.ts'

/** Why a run ends that nobody wants any more, as it tells it. */
const CANCELLED = { code: 'CONNECTOR-1001-500', message: 'The run was cancelled before it had begun.' }

/**
 * Ends a run that nobody wants any more: nothing of it is ingested. One that waits has ended when this returns; one
 * that is under way ends within seconds, and so does what it does on the source.
 *
 * @throws {FlowProblem} 1422 for a run that has ended
 */
export async function cancelRun(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<Run> {
  return await transact(deps.db, async (tx) => {
    const run = await lockScopedRun(tx, scope, id)
    if (run === undefined) throw notFound(RUNS.name, id)
    assertCurrent(run.document, ifMatch)
    if (ENDED_STATES.has(run.state))
      throw new FlowProblem('1422-400', `The action cancel does not apply to ${id}: it has ended.`, { id })
    if (run.state === 'scheduled') return await cancelWaiting(tx, run, deps.now())
    await deps.cancelRun(tx, run)
    return run
  })
}

function cancelWaiting(tx: Tx, { id }: Run, nowMs: number): Promise<Run> {
  const documentPatch = { metrics: { statusSummary: { errors: [CANCELLED] } } }
  return saveRun(tx, id, { state: 'failed', completedAt: nowMs, documentPatch, nowMs })
}

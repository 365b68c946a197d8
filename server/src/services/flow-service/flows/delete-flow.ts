import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type ChangeRequest, removeEntity } from '#services/flow-service/entities/change-entity.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { findActiveRun } from '#services/flow-service/runs/run-store.ts'
import { cancelWaitingRuns } from '#services/flow-service/runs/waiting-runs.ts'

/**
 * Removes a flow with its schedule and the runs that wait, and has the run end that is under way. Its other runs stay
 * listed; its connections stay.
 */
export async function deleteFlow(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<void> {
  await removeEntity(deps, scope, { kind: FLOWS, id, ifMatch }, async (tx) => {
    await cancelWaitingRuns(tx, id, deps.now())
    const active = await findActiveRun(tx, id)
    if (active !== undefined) await deps.cancelRun(tx, active)
  })
}

import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { deleteEntity } from '#services/flow-service/entities/entity-store.ts'
import { cancelWaitingRuns } from '#services/flow-service/runs/run-store.ts'
import { transact } from '#store/database.ts'

/** Removes a flow with its schedule and the runs that wait. Its other runs stay listed; its connections stay. */
export async function deleteFlow(
  { db, now }: FlowServiceDependencies,
  scope: Scope,
  id: string,
): Promise<void> {
  await getDocument(db, scope, FLOWS, id)
  await transact(db, async (tx) => {
    await deleteEntity(tx, scope, FLOWS, id)
    await cancelWaitingRuns(tx, id, now())
  })
}

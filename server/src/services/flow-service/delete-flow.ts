import type { Scope } from '#http/scope.ts'
import { transact } from '#store/database.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { FLOWS } from './entity-kinds.ts'
import { getDocument } from './entity-reader.ts'
import { deleteEntity } from './entity-store.ts'
import { cancelWaitingRuns } from './run-store.ts'

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

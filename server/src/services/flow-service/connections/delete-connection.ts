import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { deleteEntity } from '#services/flow-service/entities/entity-store.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { transact } from '#store/database.ts'
import { detachSources, isConnectionInUse } from './connection-store.ts'

/** Removes a base connection that no flow uses. @throws {FlowProblem} 1418 when one does */
export async function deleteConnection(
  { db }: FlowServiceDependencies,
  scope: Scope,
  id: string,
): Promise<void> {
  await transact(db, async (tx) => {
    await getDocument(tx, scope, CONNECTIONS, id)
    if (await isConnectionInUse(tx, id)) {
      throw new FlowProblem(
        '1418-400',
        `The base connection ${id} is in use by one or more flows. Delete those flows first.`,
        { id },
      )
    }
    await detachSources(tx, id)
    await deleteEntity(tx, scope, CONNECTIONS, id)
  })
}

import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type ChangeRequest, removeEntity } from '#services/flow-service/entities/change-entity.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { detachSources, isConnectionInUse, lockSources } from './connection-store.ts'

/** Removes a base connection that no flow uses. @throws {FlowProblem} 1418 when one does */
export async function deleteConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<void> {
  await removeEntity(deps, scope, { kind: CONNECTIONS, id, ifMatch }, async (tx) => {
    await lockSources(tx, id)
    if (await isConnectionInUse(tx, id)) {
      throw new FlowProblem(
        '1418-400',
        `The base connection ${id} is in use by one or more flows. Delete those flows first.`,
        { id },
      )
    }
    await detachSources(tx, id)
  })
}

import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import {
  type EntityKind,
  SOURCE_CONNECTIONS,
  TARGET_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { deleteEntity } from '#services/flow-service/entities/entity-store.ts'
import { findFlowUsing } from '#services/flow-service/flows/flow-reader.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { transact } from '#store/database.ts'

/** Removes a source connection that no flow uses. @throws {FlowProblem} 1447 when one does */
export async function deleteSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  id: string,
): Promise<void> {
  await deleteConnected(deps, scope, SOURCE_CONNECTIONS, id)
}

/** Removes a target connection that no flow uses. @throws {FlowProblem} 1447 when one does */
export async function deleteTargetConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  id: string,
): Promise<void> {
  await deleteConnected(deps, scope, TARGET_CONNECTIONS, id)
}

async function deleteConnected(
  { db }: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  id: string,
): Promise<void> {
  await transact(db, async (tx) => {
    await getDocument(tx, scope, kind, id)
    const flowId = await findFlowUsing(tx, kind, id)
    if (flowId !== undefined) {
      throw new FlowProblem('1447-400', `The flow ${flowId} contains the id ${id}. Delete the flow first.`, {
        id,
        flowId,
      })
    }
    await deleteEntity(tx, scope, kind, id)
  })
}

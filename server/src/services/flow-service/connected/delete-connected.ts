import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type ChangeRequest, removeEntity } from '#services/flow-service/entities/change-entity.ts'
import {
  type EntityKind,
  SOURCE_CONNECTIONS,
  TARGET_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import { findFlowUsing } from '#services/flow-service/flows/flow-reader.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'

/** Removes a source connection that no flow uses. @throws {FlowProblem} 1447 when one does */
export async function deleteSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<void> {
  await deleteConnected(deps, scope, SOURCE_CONNECTIONS, request)
}

/** Removes a target connection that no flow uses. @throws {FlowProblem} 1447 when one does */
export async function deleteTargetConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<void> {
  await deleteConnected(deps, scope, TARGET_CONNECTIONS, request)
}

async function deleteConnected(
  deps: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  { id, ifMatch }: ChangeRequest,
): Promise<void> {
  await removeEntity(deps, scope, { kind, id, ifMatch }, async (tx) => {
    const flowId = await findFlowUsing(tx, kind, id)
    if (flowId === undefined) return
    throw new FlowProblem('1447-400', `The flow ${flowId} contains the id ${id}. Delete the flow first.`, {
      id,
      flowId,
    })
  })
}

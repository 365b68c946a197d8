import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { TARGET_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { createConnected } from './create-connected.ts'
import { checkTargetConnection } from './target-connection-rules.ts'

/** Stores where a flow shall land: a dataset of the lake. */
export async function createTargetConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  body: JsonObject,
  isDraft: boolean,
): Promise<JsonObject> {
  return await createConnected(deps, scope, {
    kind: TARGET_CONNECTIONS,
    body,
    isDraft,
    check: checkTargetConnection,
  })
}

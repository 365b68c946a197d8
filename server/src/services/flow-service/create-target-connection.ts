import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { createConnected } from './create-connected.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { TARGET_CONNECTIONS } from './entity-kinds.ts'
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

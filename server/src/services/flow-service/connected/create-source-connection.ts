import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { SOURCE_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { createConnected } from './create-connected.ts'
import { checkSourceConnection } from './source-connection-rules.ts'

/** Stores what a flow shall read: a table of a base connection, perhaps some of its columns and rows. */
export async function createSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  body: JsonObject,
  isDraft: boolean,
): Promise<JsonObject> {
  return await createConnected(deps, scope, {
    kind: SOURCE_CONNECTIONS,
    body,
    isDraft,
    check: checkSourceConnection,
  })
}

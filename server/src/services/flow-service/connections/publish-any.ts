import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import {
  publishSourceConnection,
  publishTargetConnection,
} from '#services/flow-service/connected/publish-connected.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { SOURCE_CONNECTIONS, TARGET_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { findDocument } from '#services/flow-service/entities/entity-reader.ts'
import { publishConnection } from './publish-connection.ts'

/** Publishes a base connection, or a source or target connection, which some tutorials send to the same path. */
export async function publishAny(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  const isOf = async (kind: typeof SOURCE_CONNECTIONS) =>
    (await findDocument(deps.db, scope, kind, request.id)) !== undefined
  if (await isOf(SOURCE_CONNECTIONS)) return await publishSourceConnection(deps, scope, request)
  if (await isOf(TARGET_CONNECTIONS)) return await publishTargetConnection(deps, scope, request)
  return await publishConnection(deps, scope, request)
}

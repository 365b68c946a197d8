import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actOnEntity, type ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { SOURCE_CONNECTIONS, TARGET_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertDraft } from '#services/flow-service/entities/entity-rules.ts'
import type { NewConnected } from './create-connected.ts'
import { checkSourceConnection } from './source-connection-rules.ts'
import { checkTargetConnection } from './target-connection-rules.ts'

/** Makes a draft an enabled source connection; its base connection must be published. */
export async function publishSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  return await publish(deps, scope, request, { kind: SOURCE_CONNECTIONS, check: checkSourceConnection })
}

/** Makes a draft an enabled target connection. */
export async function publishTargetConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  return await publish(deps, scope, request, { kind: TARGET_CONNECTIONS, check: checkTargetConnection })
}

async function publish(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
  { kind, check }: Pick<NewConnected, 'kind' | 'check'>,
): Promise<JsonObject> {
  return await actOnEntity(deps, scope, kind, { ...request, action: 'publish' }, async (current) => {
    assertDraft(current)
    const { document, columns } = await check(deps, scope, current, false)
    return { document: { ...document, state: 'enabled' }, columns }
  })
}

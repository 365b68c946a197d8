import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type ChangeRequest, patchEntity } from '#services/flow-service/entities/change-entity.ts'
import { stateOf } from '#services/flow-service/entities/entity-document.ts'
import { SOURCE_CONNECTIONS, TARGET_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import type { NewConnected } from './create-connected.ts'
import { checkSourceConnection } from './source-connection-rules.ts'
import { checkTargetConnection } from './target-connection-rules.ts'

/** Spec and base connection decide what the rest means, so they stay as they are. */
const RULES = { patchable: new Set(['name', 'description', 'data', 'params', 'labels', 'attributes']) }

/** Changes a source connection. Its flows follow from their next run on. */
export async function patchSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  return await patchConnected(deps, scope, request, {
    kind: SOURCE_CONNECTIONS,
    check: checkSourceConnection,
  })
}

/** Changes a target connection. Its flows follow from their next run on. */
export async function patchTargetConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  return await patchConnected(deps, scope, request, {
    kind: TARGET_CONNECTIONS,
    check: checkTargetConnection,
  })
}

async function patchConnected(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
  { kind, check }: Pick<NewConnected, 'kind' | 'check'>,
): Promise<JsonObject> {
  return await patchEntity(deps, scope, kind, { ...request, rules: RULES }, (next, current) =>
    check(deps, scope, next, stateOf(current) === 'draft'),
  )
}

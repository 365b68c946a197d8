import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { CheckedEntity } from '#services/flow-service/entities/change-entity.ts'
import { compact, createOperation, newEntity } from '#services/flow-service/entities/entity-document.ts'
import type { EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
import { insertEntity } from '#services/flow-service/entities/entity-store.ts'

export interface NewConnected {
  readonly kind: EntityKind
  readonly body: JsonObject
  readonly isDraft: boolean
  readonly check: (
    deps: FlowServiceDependencies,
    scope: Scope,
    document: JsonObject,
    isDraft: boolean,
  ) => Promise<CheckedEntity>
}

/** Stores a new source or target connection. Members that the kind does not know are dropped. */
export async function createConnected(
  deps: FlowServiceDependencies,
  scope: Scope,
  { kind, body, isDraft, check }: NewConnected,
): Promise<JsonObject> {
  const { name, description, connectionSpec, baseConnectionId, data, params, attributes, labels } = body
  const given = { name, description, connectionSpec, baseConnectionId, data, params, attributes, labels }
  const checked = await check(deps, scope, given, isDraft)
  const nowMs = deps.now()
  const entity = newEntity(scope, nowMs)
  const document = compact({
    ...entity,
    ...checked.document,
    state: isDraft ? 'draft' : 'enabled',
    version: entity.etag,
    lastOperation: createOperation(nowMs, isDraft),
  })
  await insertEntity(deps.db, scope, kind, { document, columns: checked.columns ?? {} })
  return document
}

import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { CheckedEntity } from './change-entity.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { compact, createOperation, newEntity } from './entity-document.ts'
import type { EntityKind } from './entity-kinds.ts'
import { insertEntity } from './entity-store.ts'

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
  const { name, description, connectionSpec, baseConnectionId, data, params } = body
  const checked = await check(
    deps,
    scope,
    { name, description, connectionSpec, baseConnectionId, data, params },
    isDraft,
  )
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

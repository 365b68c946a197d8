import type { Scope } from '#http/scope.ts'
import { newEtag } from '#kit/etag.ts'
import { newUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'

export type EntityState = 'draft' | 'enabled' | 'disabled'

/** The fields that every new resource starts with; `version` repeats the etag. */
export interface NewEntity extends JsonObject {
  readonly id: string
  readonly createdAt: number
  readonly etag: string
}

/** The audit fields of a resource that is made now by the scope's caller. */
export function newEntity(scope: Scope, nowMs: number): NewEntity {
  return {
    id: newUuid(),
    createdAt: nowMs,
    updatedAt: nowMs,
    createdBy: scope.userId,
    updatedBy: scope.userId,
    createdClient: scope.clientId,
    updatedClient: scope.clientId,
    sandboxId: scope.sandbox.id,
    sandboxName: scope.sandbox.name,
    imsOrgId: scope.orgId,
    etag: newEtag(nowMs),
  }
}

/** How a new resource came to be; a draft says so. */
export function createOperation(nowMs: number, isDraft: boolean): JsonObject {
  return { started: nowMs, updated: 0, operation: isDraft ? 'draft_create' : 'create' }
}

/** What the last change was, for `lastOperation`. `ops` must not hold a secret. */
export function doneOperation(
  operation: string,
  nowMs: number,
  ops?: readonly JsonObject[] | undefined,
): JsonObject {
  return {
    started: nowMs,
    updated: nowMs,
    percentCompleted: 100,
    status: { value: 'completed', errors: [] },
    ...(ops === undefined ? {} : { ops }),
    operation,
  }
}

/** The document after a change: a new etag and version, and who changed it when. Time never stands still. */
export function changed(
  document: JsonObject,
  scope: Scope,
  nowMs: number,
  lastOperation: JsonObject,
): JsonObject {
  const updatedAt = Math.max(nowMs, Number(document['updatedAt']) + 1)
  // The etag tells the second of the update, so it counts from the same time.
  const etag = newEtag(updatedAt)
  return {
    ...document,
    updatedAt,
    updatedBy: scope.userId,
    updatedClient: scope.clientId,
    version: etag,
    etag,
    lastOperation,
  }
}

/** The object without members that are absent; what is optional is left out, never null. */
export function compact(document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(document).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** A member that our own documents always have as text. */
export function textOf(document: JsonObject, name: string): string {
  const value = document[name]
  return typeof value === 'string' ? value : ''
}

export function stateOf(document: JsonObject): EntityState {
  return textOf(document, 'state') as EntityState
}

import type { JsonObject } from '#kit/json.ts'
import { identityMap } from './global/identity-map.ts'
import { unionIsForever, unionNeedsIdentity } from './problems.ts'
import type { Resource } from './resource.ts'
import { textsAt } from './schema-tree.ts'

/** True for a schema that takes part in the union of its class. */
export function isInUnion(document: JsonObject): boolean {
  return textsAt(document, 'meta:immutableTags').includes('union')
}

export interface UnionChange {
  readonly previous: Resource | undefined
  readonly next: Resource
  readonly hasPrimaryIdentity: boolean
}

/** A schema joins a union with an identity only, and never leaves it. */
export function checkUnion({ previous, next, hasPrimaryIdentity }: UnionChange): void {
  const wasIn = previous !== undefined && isInUnion(previous.document)
  const isIn = isInUnion(next.document)
  if (wasIn && !isIn) throw unionIsForever()
  if (!isIn || hasPrimaryIdentity) return
  if (!textsAt(next.document, 'meta:extends').includes(identityMap.id)) throw unionNeedsIdentity()
}

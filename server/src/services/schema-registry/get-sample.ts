import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { findUnion } from './find-union.ts'
import { resourceNotFound } from './problems.ts'
import { type Registry, readersOf } from './registry-context.ts'
import { resolveFull } from './resolve-full.ts'
import { sampleRecord } from './sample-record.ts'

/** A record as a resource describes it, of the tenant or of the standard. Throws RegistryProblem 404. */
export async function getSample(registry: Registry, scope: Scope, id: string): Promise<JsonObject> {
  const { resources } = readersOf(registry)
  const resource =
    registry.library.find(id) ??
    (await resources.findTenant(scope, id)) ??
    (await findUnion(registry, scope, id))
  if (resource === undefined) throw resourceNotFound(id)
  const find = await resources.loadReferences(scope, [resource.document])
  return sampleRecord(resolveFull(resource.document, (other) => find(other)?.document))
}

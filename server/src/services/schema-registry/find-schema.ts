import type { FindSchema, ResolvedSchema } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import { referencedIds } from './references.ts'
import { type Registry, readersOf } from './registry-context.ts'
import { resolveFull } from './resolve-full.ts'
import type { FindResource, Resource } from './resource.ts'
import { behaviorOf } from './resource-rules.ts'
import { objectAt } from './schema-tree.ts'

const CACHE_SIZE = 200

/**
 * The schema of that `$id` or `meta:altId`, resolved. Resolving is remembered by the entity tags of everything
 * that takes part, so a changed field group shows at once.
 */
export function createSchemaFinder(registry: Registry): FindSchema {
  const findResolved = createResolver(registry)
  return async (scope, schemaId) => {
    const resolved = await findResolved(scope, schemaId)
    if (resolved === undefined) return undefined
    const descriptor = await readersOf(registry).descriptors.findPrimaryIdentity(scope, resolved.id)
    const path: unknown = descriptor?.['xdm:sourceProperty']
    return typeof path === 'string' ? { ...resolved, primaryIdentity: path } : resolved
  }
}

function createResolver(registry: Registry): FindSchema {
  const known = new Map<string, ResolvedSchema>()
  return async (scope, schemaId) => {
    const { resources } = readersOf(registry)
    const schema =
      (await resources.find(scope, 'tenant', 'schemas', schemaId)) ??
      (await resources.find(scope, 'global', 'schemas', schemaId))
    if (schema === undefined) return undefined
    const find = await resources.loadReferences(scope, [schema.document])
    const key = `${scope.sandbox.id} ${fingerprint(schema, find)}`
    const cached = known.get(key)
    if (cached !== undefined) return cached
    const resolved = resolve(schema, find)
    known.set(key, resolved)
    const [oldest] = known.keys()
    if (known.size > CACHE_SIZE && oldest !== undefined) known.delete(oldest)
    return resolved
  }
}

function resolve(schema: Resource, find: FindResource): ResolvedSchema {
  return {
    id: schema.id,
    version: schema.version,
    title: schema.title,
    classId: String(schema.document['meta:class']),
    behavior: behaviorOf(schema.document, find),
    full: resolveFull(schema.document, (id) => find(id)?.document),
  }
}

function fingerprint(schema: Resource, find: FindResource): string {
  const tags = new Map<string, string>()
  const visit = (resource: Resource): void => {
    if (tags.has(resource.id)) return
    tags.set(resource.id, `${resource.id}@${entityTag(resource.document)}`)
    for (const id of referencedIds(resource.document)) {
      const next = find(id)
      if (next !== undefined) visit(next)
    }
  }
  visit(schema)
  return [...tags.values()].join(' ')
}

function entityTag(document: JsonObject): string {
  return String(objectAt(document, 'meta:registryMetadata')?.['eTag'] ?? '')
}

import type { RegistryStats } from '@headwater/contract/schema-registry.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Registry, readersOf } from './registry-context.ts'
import type { Resource, TenantKind } from './resource.ts'
import { isInUnion } from './union-rules.ts'

const KINDS: readonly TenantKind[] = ['schemas', 'fieldgroups', 'datatypes', 'classes']
const RECENT = 10

/** The tenant's name, and what its registry holds. */
export async function getStats(registry: Registry, scope: Scope): Promise<RegistryStats> {
  const { resources } = readersOf(registry)
  const lists = await Promise.all(KINDS.map((kind) => resources.list(scope, 'tenant', kind, true)))
  const [schemas = [], mixins = [], datatypes = [], classes = []] = lists
  const all = lists.flat()
  const inUnion = schemas.filter((schema) => isInUnion(schema.document))
  return {
    imsOrg: scope.orgId,
    tenantId: scope.tenantId,
    counts: {
      schemas: schemas.length,
      mixins: mixins.length,
      datatypes: datatypes.length,
      classes: classes.length,
      unions: new Set(inUnion.map((schema) => schema.document['meta:class'])).size,
    },
    recentlyCreatedResources: recent(all, (resource) => resource.createdAtMs),
    recentlyUpdatedResources: recent(all, (resource) => resource.updatedAtMs),
    classUsage: usageOf(schemas),
  }
}

function recent(resources: readonly Resource[], timeOf: (resource: Resource) => number): JsonObject[] {
  return [...resources]
    .sort((a, b) => timeOf(b) - timeOf(a))
    .slice(0, RECENT)
    .map(({ document }) => ({
      ...described(document),
      'meta:altId': document['meta:altId'],
      version: document['version'],
    }))
}

function usageOf(schemas: readonly Resource[]): Record<string, JsonObject[]> {
  const byClass = Map.groupBy(schemas, (schema) => String(schema.document['meta:class']))
  return Object.fromEntries(
    [...byClass].map(([id, users]) => [id, users.map(({ document }) => described(document))]),
  )
}

function described(document: JsonObject): JsonObject {
  return { $id: document['$id'], title: document['title'], description: document['description'] ?? '' }
}

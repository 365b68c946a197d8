import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { profileSegmentation } from './global/field-groups/profile-segmentation.ts'
import { EXPERIENCE_EVENT_CLASS } from './global/global-source.ts'
import { identityMap } from './global/identity-map.ts'
import { type Registry, readersOf } from './registry-context.ts'
import { altIdOf, type FindResource, type Resource } from './resource.ts'
import { textsAt } from './schema-tree.ts'
import { isInUnion } from './union-rules.ts'

const SUFFIX = '__union'
/** What every union has, whatever its schemas are made of. */
const ALWAYS = [identityMap.id, profileSegmentation.id]
const TIME_SERIES_EVENTS = {
  title: 'Time-series events',
  description: 'What happened to the one that the record is about.',
  type: 'array',
  'meta:xdmType': 'array',
  items: { $ref: EXPERIENCE_EVENT_CLASS, type: 'object', 'meta:xdmType': 'object' },
} as const

/** All unions of the sandbox: one for each class that has schemas in it. They are computed, never stored. */
export async function listUnions(registry: Registry, scope: Scope): Promise<readonly Resource[]> {
  const { resources } = readersOf(registry)
  const members = (await resources.list(scope, 'tenant', 'schemas', false)).filter((schema) =>
    isInUnion(schema.document),
  )
  const find = await resources.loadReferences(
    scope,
    members.map((member) => member.document),
  )
  const byClass = Map.groupBy(members, (member) => String(member.document['meta:class']))
  return [...byClass].map(([classId, schemas]) => unionOf(scope, { classId, schemas, find }))
}

/** The union with that `$id` or `meta:altId`. */
export async function findUnion(registry: Registry, scope: Scope, id: string): Promise<Resource | undefined> {
  const unions = await listUnions(registry, scope)
  return unions.find((union) => union.id === id || union.altId === id)
}

interface UnionParts {
  readonly classId: string
  readonly schemas: readonly Resource[]
  readonly find: FindResource
}

function unionOf(scope: Scope, { classId, schemas, find }: UnionParts): Resource {
  const id = `${classId}${SUFFIX}`
  const owner = find(classId)
  const parts = new Set([
    classId,
    ...schemas.flatMap((schema) => textsAt(schema.document, 'refs')),
    ...ALWAYS,
  ])
  const members = schemas.flatMap((schema) => [schema.id, ...textsAt(schema.document, 'meta:extends')])
  const document: JsonObject = {
    $id: id,
    'meta:altId': altIdOf(id),
    'meta:resourceType': 'unions',
    version: '1.0',
    title: owner?.title ?? classId,
    type: 'object',
    description: owner?.document['description'] ?? '',
    allOf: [...parts].map(($ref) => ({ $ref, type: 'object', 'meta:xdmType': 'object' })),
    properties: { timeSeriesEvents: TIME_SERIES_EVENTS },
    imsOrg: scope.orgId,
    'meta:extends': [...new Set([...members, ...ALWAYS])],
    'meta:xdmType': 'object',
    'meta:class': classId,
    'meta:containerId': 'tenant',
  }
  const updatedAtMs = Math.max(...schemas.map((schema) => schema.updatedAtMs))
  return {
    id,
    altId: altIdOf(id),
    kind: 'schemas',
    container: 'tenant',
    version: '1.0',
    title: String(document['title']),
    createdAtMs: updatedAtMs,
    updatedAtMs,
    document,
  }
}

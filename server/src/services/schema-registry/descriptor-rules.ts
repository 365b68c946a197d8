import { asText } from '#kit/as-text.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import { invalidDescriptor } from './problems.ts'
import { findField } from './render-resource.ts'
import { resolveFull } from './resolve-full.ts'
import type { FindResource, Resource } from './resource.ts'

export const IDENTITY = 'xdm:descriptorIdentity'

const TYPES: ReadonlySet<string> = new Set([
  IDENTITY,
  'xdm:alternateDisplayInfo',
  'xdm:descriptorOneToOne',
  'xdm:descriptorOneToMany',
  'xdm:descriptorManyToMany',
  'xdm:descriptorReferenceIdentity',
  'xdm:descriptorDeprecated',
  'xdm:descriptorRelationship',
  'xdm:descriptorPrimaryKey',
  'xdm:descriptorVersion',
  'xdm:descriptorTimestamp',
  'xdm:descriptorLabel',
])

/** The type and the schema of a descriptor body. Throws RegistryProblem 400 when one is missing or unknown. */
export function readDescriptorHead(body: JsonObject): { readonly type: string; readonly schemaId: string } {
  const { '@type': type, 'xdm:sourceSchema': schemaId } = body
  if (typeof type !== 'string' || !TYPES.has(type)) {
    throw invalidDescriptor(`@type ${JSON.stringify(type)} is unknown. Use one of: ${[...TYPES].join(', ')}.`)
  }
  if (typeof schemaId !== 'string')
    throw invalidDescriptor('xdm:sourceSchema is missing. Give the $id of the schema.')
  return { type, schemaId }
}

/** The author's part of a descriptor with its defaults; checked against the schema that it describes. */
export function checkDescriptor(body: JsonObject, schema: Resource, find: FindResource): JsonObject {
  const { type } = readDescriptorHead(body)
  const version = body['xdm:sourceVersion'] ?? 1
  if (Number(asText(version)) !== 1)
    throw invalidDescriptor(`xdm:sourceVersion ${JSON.stringify(version)} is not 1.`)
  for (const path of sourcePaths(body)) checkPath(path, schema, find)
  const authored = { ...body, 'xdm:sourceVersion': 1 }
  return type === IDENTITY ? withIdentity(authored) : authored
}

function sourcePaths(body: JsonObject): readonly Json[] {
  const property = body['xdm:sourceProperty']
  if (property === undefined) return []
  return Array.isArray(property) ? (property as readonly Json[]) : [property]
}

function checkPath(path: Json, schema: Resource, find: FindResource): void {
  if (typeof path !== 'string' || !/^\/.*[^/]$/.test(path)) {
    throw invalidDescriptor(
      `xdm:sourceProperty ${JSON.stringify(path)} must start with "/" and not end with it, such as /person/name.`,
    )
  }
  const full = resolveFull(schema.document, (id) => find(id)?.document)
  if (findField(full, path) === undefined) {
    throw invalidDescriptor(
      `xdm:sourceProperty ${path} is no field of the schema "${schema.title}" (${schema.id}).`,
    )
  }
}

/** Identities need a field and a namespace; some clients leave out by what the namespace is named. */
function withIdentity(body: JsonObject): JsonObject {
  const { 'xdm:sourceProperty': path, 'xdm:namespace': namespace, 'xdm:isPrimary': primary } = body
  if (typeof path !== 'string')
    throw invalidDescriptor('xdm:sourceProperty is missing. Give the path of the field.')
  if (typeof namespace !== 'string' && typeof namespace !== 'number') {
    throw invalidDescriptor(
      'xdm:namespace is missing. Give the code or the id of the namespace, such as Email.',
    )
  }
  const property = body['xdm:property'] ?? 'xdm:code'
  if (property !== 'xdm:code' && property !== 'xdm:id') {
    throw invalidDescriptor(`xdm:property ${JSON.stringify(property)} is neither xdm:code nor xdm:id.`)
  }
  return { ...body, 'xdm:property': property, 'xdm:isPrimary': primary === true || primary === 'true' }
}

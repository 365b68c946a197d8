import { asText } from '#kit/as-text.ts'
import type { JsonObject } from '#kit/json.ts'
import { type DescribedResource, fieldAt, pathsOf } from './descriptor-fields.ts'
import {
  DESCRIPTOR_RULES,
  type DescriptorContext,
  type DescriptorRules,
  type DescriptorType,
  IDENTITY,
} from './descriptor-types.ts'
import { invalidDescriptor } from './problems.ts'

/** The type and the schema of a descriptor body. Throws RegistryProblem 400 when one is missing or unknown. */
export function readDescriptorHead(body: JsonObject): {
  readonly type: DescriptorType
  readonly schemaId: string
} {
  const { '@type': type, 'xdm:sourceSchema': schemaId } = body
  if (typeof type !== 'string' || !isDescriptorType(type)) {
    const known = Object.keys(DESCRIPTOR_RULES).join(', ')
    throw invalidDescriptor(`@type ${JSON.stringify(type ?? null)} is unknown. Use one of: ${known}.`)
  }
  if (typeof schemaId !== 'string')
    throw invalidDescriptor('xdm:sourceSchema is missing. Give the $id of the schema.')
  return { type, schemaId }
}

function isDescriptorType(type: string): type is DescriptorType {
  return Object.hasOwn(DESCRIPTOR_RULES, type)
}

/** The author's part of a descriptor with its defaults, all rules of its type checked. Throws RegistryProblem 400. */
export async function checkDescriptor(body: JsonObject, context: DescriptorContext): Promise<JsonObject> {
  const { type } = readDescriptorHead(body)
  const rules: DescriptorRules = DESCRIPTOR_RULES[type]
  checkKind(type, rules, context.source)
  checkVersion(body)
  checkSourceProperty(body, rules, context.source)
  if (rules.isOnly === true) checkOnly(type, context)
  const authored = { ...body, 'xdm:sourceVersion': 1 }
  const checked = rules.check === undefined ? authored : await rules.check(authored, context)
  checkPrimary(checked, context.siblings)
  return checked
}

function checkKind(type: DescriptorType, { of }: DescriptorRules, source: DescribedResource): void {
  const { resource, behavior } = source
  if (of !== 'any' && resource.kind !== 'schemas')
    throw invalidDescriptor(
      `${type} speaks of schemas, and ${resource.id} is none. Give the $id of a schema.`,
    )
  if (of !== 'tables' || behavior === 'adhoc') return
  throw invalidDescriptor(
    `${type} speaks of ad-hoc schemas, and "${resource.title}" is a ${behavior} schema. ` +
      'Say by an identity descriptor what its records are known by.',
  )
}

function checkVersion(body: JsonObject): void {
  const version = body['xdm:sourceVersion'] ?? 1
  if (Number(asText(version)) !== 1)
    throw invalidDescriptor(`xdm:sourceVersion ${JSON.stringify(version)} is not 1.`)
}

function checkSourceProperty(
  body: JsonObject,
  { property }: DescriptorRules,
  source: DescribedResource,
): void {
  const given = body['xdm:sourceProperty']
  if (given === undefined && property === 'optional') return
  const paths = pathsOf(given)
  if (paths.length === 0)
    throw invalidDescriptor(
      'xdm:sourceProperty is missing. Give the path of the field, such as /person/name.',
    )
  if (paths.length > 1 && property !== 'some')
    throw invalidDescriptor(`xdm:sourceProperty has ${paths.length} paths. Give one.`)
  for (const path of paths) fieldAt(path, source)
}

function checkOnly(type: DescriptorType, { source, siblings }: DescriptorContext): void {
  const other = siblings.find((sibling) => sibling['@type'] === type)
  if (other === undefined) return
  throw invalidDescriptor(
    `"${source.resource.title}" has a ${type} already (${String(other['@id'])}). ` +
      'It has one at most: replace it, or remove it first.',
  )
}

/** A schema has at most one primary identity. */
function checkPrimary(descriptor: JsonObject, siblings: readonly JsonObject[]): void {
  if (!isPrimaryIdentity(descriptor)) return
  const other = siblings.find(isPrimaryIdentity)
  if (other === undefined) return
  throw invalidDescriptor(
    `The schema has the primary identity ${String(other['xdm:sourceProperty'])} (${String(other['@id'])}) already. ` +
      'A schema has one; make this one not primary or remove the other.',
  )
}

export function isPrimaryIdentity(descriptor: JsonObject): boolean {
  return descriptor['@type'] === IDENTITY && descriptor['xdm:isPrimary'] === true
}

import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { type DescribedResource, fieldAt, pathsOf } from './descriptor-fields.ts'
import { invalidDescriptor } from './problems.ts'

export const IDENTITY = 'xdm:descriptorIdentity'
export const ONE_TO_ONE = 'xdm:descriptorOneToOne'
export const REFERENCE_IDENTITY = 'xdm:descriptorReferenceIdentity'

/** What the checks of a descriptor look at. */
export interface DescriptorContext {
  readonly source: DescribedResource
  /** The other descriptors of the same resource. */
  readonly siblings: readonly JsonObject[]
  readonly findSchema: (id: string) => Promise<DescribedResource | undefined>
}

/** The rules of one type of descriptors. */
export interface DescriptorRules {
  /** What it may speak of: schemas of plain tables, schemas, or any resource of the tenant. */
  readonly of: 'tables' | 'schemas' | 'any'
  /** How many fields it names. */
  readonly property: 'one' | 'some' | 'optional'
  /** A schema has one at most. */
  readonly isOnly?: true
  /** Checks what is left, and gives the descriptor with its defaults. Throws RegistryProblem 400. */
  readonly check?: (body: JsonObject, context: DescriptorContext) => JsonObject | Promise<JsonObject>
}

const RELATIONSHIP = { of: 'schemas', property: 'one' } as const

/** All types, each with its rules. */
export const DESCRIPTOR_RULES = {
  [IDENTITY]: { of: 'schemas', property: 'one', check: checkIdentity },
  'xdm:alternateDisplayInfo': { of: 'any', property: 'one', check: checkDisplayInfo },
  [ONE_TO_ONE]: { ...RELATIONSHIP, check: checkOneToOne },
  'xdm:descriptorOneToMany': { ...RELATIONSHIP, check: checkDestination },
  'xdm:descriptorManyToMany': { ...RELATIONSHIP, check: checkDestination },
  [REFERENCE_IDENTITY]: { of: 'schemas', property: 'one', check: checkReferenceIdentity },
  'xdm:descriptorDeprecated': { of: 'any', property: 'one' },
  'xdm:descriptorRelationship': { ...RELATIONSHIP, check: checkRelationship },
  'xdm:descriptorPrimaryKey': { of: 'tables', property: 'some', isOnly: true, check: checkKey },
  'xdm:descriptorVersion': { of: 'tables', property: 'one', isOnly: true, check: checkVersionField },
  'xdm:descriptorTimestamp': { of: 'tables', property: 'one', isOnly: true, check: checkTimestamp },
  'xdm:descriptorLabel': { of: 'any', property: 'optional', check: checkLabels },
  'xdm:descriptorTimeSeriesGranularity': {
    of: 'schemas',
    property: 'optional',
    isOnly: true,
    check: checkGranularity,
  },
} as const satisfies Record<string, DescriptorRules>

export type DescriptorType = keyof typeof DESCRIPTOR_RULES

/** Identities need a field and a namespace; some clients leave out by what the namespace is named. */
function checkIdentity(body: JsonObject, { source }: DescriptorContext): JsonObject {
  const { 'xdm:namespace': namespace, 'xdm:isPrimary': primary } = body
  if (typeof body['xdm:sourceProperty'] !== 'string')
    throw invalidDescriptor('xdm:sourceProperty is missing. Give the path of the field.')
  requireValue(body['xdm:sourceProperty'], source, 'an identity')
  if (typeof namespace !== 'string' && typeof namespace !== 'number') {
    throw invalidDescriptor(
      'xdm:namespace is missing. Give the code or the id of the namespace, such as Email.',
    )
  }
  const property = identityProperty(body)
  if (property !== 'xdm:code' && property !== 'xdm:id') {
    throw invalidDescriptor(`xdm:property ${JSON.stringify(property)} is neither xdm:code nor xdm:id.`)
  }
  return { ...body, 'xdm:property': property, 'xdm:isPrimary': primary === true || primary === 'true' }
}

/** How an identity names its namespace; a number can only be an id. */
export function identityProperty(body: JsonObject): Json {
  return body['xdm:property'] ?? (typeof body['xdm:namespace'] === 'number' ? 'xdm:id' : 'xdm:code')
}

/** The field holds one value, no object and no list. */
function requireValue(path: Json | undefined, source: DescribedResource, what: string): JsonObject {
  const field = fieldAt(path, source)
  const { type } = field
  if (type === 'object' || type === 'array')
    throw invalidDescriptor(
      `The field ${String(path)} is an ${type}, and ${what} is one value. Choose a field within.`,
    )
  return field
}

const DISPLAY_KEYS = ['xdm:title', 'xdm:description', 'xdm:note', 'xdm:excludeMetaEnum', 'meta:enum']
const LOCALIZED_KEYS = ['xdm:title', 'xdm:description', 'xdm:note']

function checkDisplayInfo(body: JsonObject): JsonObject {
  if (DISPLAY_KEYS.every((key) => body[key] === undefined)) {
    throw invalidDescriptor(`It says nothing. Give at least one of ${DISPLAY_KEYS.join(', ')}.`)
  }
  for (const key of LOCALIZED_KEYS) {
    const texts = body[key]
    const isLocalized = isObject(texts) && Object.values(texts).every((text) => typeof text === 'string')
    if (texts !== undefined && !isLocalized)
      throw invalidDescriptor(`${key} must hold a text for each locale, such as {"en_us": "Campaign"}.`)
  }
  return body
}

async function checkDestination(body: JsonObject, { findSchema }: DescriptorContext): Promise<JsonObject> {
  const { 'xdm:destinationSchema': id, 'xdm:destinationProperty': path } = body
  if (typeof id !== 'string')
    throw invalidDescriptor(
      'xdm:destinationSchema is missing. Give the $id of the schema that is referred to.',
    )
  const destination = await findSchema(id)
  if (destination === undefined)
    throw invalidDescriptor(`The schema ${id} of xdm:destinationSchema does not exist.`)
  if (path !== undefined && path !== null) fieldAt(path, destination, 'xdm:destinationProperty')
  return { ...body, 'xdm:destinationSchema': destination.resource.id, 'xdm:destinationVersion': 1 }
}

function checkOneToOne(body: JsonObject, context: DescriptorContext): Promise<JsonObject> {
  const isReference = context.siblings.some(
    (sibling) =>
      sibling['@type'] === REFERENCE_IDENTITY && sibling['xdm:sourceProperty'] === body['xdm:sourceProperty'],
  )
  if (!isReference) {
    throw invalidDescriptor(
      `The field ${String(body['xdm:sourceProperty'])} has no ${REFERENCE_IDENTITY}. Make that descriptor first.`,
    )
  }
  return checkDestination(body, context)
}

const CARDINALITIES = ['1:1', '1:M', 'M:1', 'M:M', '1:0', '0:1', 'M:0', '0:M']

function checkRelationship(body: JsonObject, context: DescriptorContext): Promise<JsonObject> {
  const cardinality = body['xdm:cardinality']
  if (cardinality !== undefined && !(CARDINALITIES as readonly unknown[]).includes(cardinality)) {
    throw invalidDescriptor(
      `xdm:cardinality ${JSON.stringify(cardinality)} is unknown. Use one of ${CARDINALITIES.join(', ')}.`,
    )
  }
  return checkDestination(body, context)
}

function checkReferenceIdentity(body: JsonObject, { source }: DescriptorContext): JsonObject {
  requireValue(body['xdm:sourceProperty'], source, 'a reference')
  if (typeof body['xdm:identityNamespace'] !== 'string')
    throw invalidDescriptor('xdm:identityNamespace is missing. Give the code of the namespace.')
  return body
}

function checkKey(body: JsonObject, { source }: DescriptorContext): JsonObject {
  const paths = pathsOf(body['xdm:sourceProperty'])
  for (const path of paths) requireValue(path, source, 'a part of a key')
  if (new Set(paths).size < paths.length)
    throw invalidDescriptor('xdm:sourceProperty names a field twice. Name each field of the key once.')
  return body
}

/** What can tell which of two rows is newer. */
const ORDERED_TYPES = ['byte', 'short', 'int', 'long', 'number', 'date', 'date-time']

function checkVersionField(body: JsonObject, context: DescriptorContext): JsonObject {
  return requireType(body, context, ORDERED_TYPES)
}

function checkTimestamp(body: JsonObject, context: DescriptorContext): JsonObject {
  return requireType(body, context, ['date-time'])
}

function requireType(body: JsonObject, { source }: DescriptorContext, types: readonly string[]): JsonObject {
  const path = body['xdm:sourceProperty']
  const type = String(fieldAt(path as Json, source)['meta:xdmType'])
  if (types.includes(type)) return body
  throw invalidDescriptor(
    `The field ${String(path)} is of type ${type}. ${String(body['@type'])} wants a field of type ${types.join(', ')}.`,
  )
}

function checkLabels(body: JsonObject): JsonObject {
  const labels = body['xdm:labels'] ?? body['xdm:label']
  const isList =
    Array.isArray(labels) &&
    labels.length > 0 &&
    (labels as readonly Json[]).every((label) => typeof label === 'string' && label !== '')
  if (!isList) throw invalidDescriptor('xdm:labels must be a list of labels, such as ["core/C2"].')
  return body
}

function checkGranularity(body: JsonObject, { source }: DescriptorContext): JsonObject {
  const { 'xdm:granularity': granularity, 'xdm:ianaTimezone': zone } = body
  if (source.behavior !== 'time-series')
    throw invalidDescriptor(
      `"${source.resource.title}" is no time-series schema, so that it has no granularity.`,
    )
  if (granularity !== 'hour' && granularity !== 'day')
    throw invalidDescriptor(`xdm:granularity ${JSON.stringify(granularity ?? null)} is neither hour nor day.`)
  if (zone !== undefined && !isTimeZone(zone))
    throw invalidDescriptor(`xdm:ianaTimezone ${JSON.stringify(zone)} is no time zone, such as Europe/Paris.`)
  return body
}

function isTimeZone(zone: Json): boolean {
  if (typeof zone !== 'string') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

import type { Json, JsonObject } from '#kit/json.ts'
import { CONTEXT_REFERENCE, findPointer, parseReference } from './references.ts'
import { mapNodes, mapValues, objectAt, objectsAt, omit } from './schema-tree.ts'
import { withXdmType } from './xdm-type.ts'

/** Gives the documents of the resources that are referred to. */
export type FindDocument = (id: string) => JsonObject | undefined

/** What a resource says of itself; it stays behind when its fields are taken over. */
const RESOURCE_KEYS: ReadonlySet<string> = new Set([
  '$id',
  '$schema',
  'auditable',
  'imsOrg',
  'refs',
  'version',
  'meta:abstract',
  'meta:altId',
  'meta:auditable',
  'meta:class',
  'meta:containerId',
  'meta:createdDate',
  'meta:datasetNamespace',
  'meta:descriptorStatus',
  'meta:extends',
  'meta:extensible',
  'meta:immutableTags',
  'meta:intendedToExtend',
  'meta:license',
  'meta:registryMetadata',
  'meta:resourceType',
  'meta:sandboxId',
  'meta:sandboxType',
  'meta:status',
  'meta:tags',
  'meta:tenantNamespace',
])
const TEXT_KEYS: ReadonlySet<string> = new Set(['title', 'description', 'meta:referencedFrom'])
const COMPOSITION_KEYS: ReadonlySet<string> = new Set(['$ref', 'allOf', 'definitions'])
const TYPE_KEYS: ReadonlySet<string> = new Set(['type', 'meta:xdmType'])

/**
 * The `xed-full` form: `allOf` and `$ref` resolved into one tree of `properties`, sorted by name. Keywords that
 * we don't know stay on their fields.
 */
export function resolveFull(document: JsonObject, find: FindDocument): JsonObject {
  const composed = compose(document, { home: document, open: [String(document['$id'] ?? '')], find })
  const full = mapNodes({ properties: {}, ...composed }, (node) => sortProperties(withXdmType(node)))
  return { ...full, type: 'object' }
}

interface Place {
  /** The document that local references mean. */
  readonly home: JsonObject
  /** References that are being followed; one of them again would never end. */
  readonly open: readonly string[]
  readonly find: FindDocument
}

/** A schema without `allOf` and `$ref`: later parts win, objects merge, the schema's own words come last. */
function compose(node: JsonObject, place: Place): JsonObject {
  const ref = node['$ref']
  let composed = typeof ref === 'string' ? composeReference(ref, place) : {}
  for (const part of objectsAt(node, 'allOf')) {
    composed = merge(composed, omit(omit(compose(part, place), RESOURCE_KEYS), TEXT_KEYS))
  }
  const own = composeOwn(omit(node, COMPOSITION_KEYS), place)
  // A reference is annotated as an object wherever it stands; the type that it leads to is the true one.
  const hasType = typeof ref === 'string' && composed['type'] !== undefined
  return merge(composed, hasType ? omit(own, TYPE_KEYS) : own)
}

function composeOwn(node: JsonObject, place: Place): JsonObject {
  const below = (child: JsonObject): JsonObject => compose(child, place)
  const copy: Record<string, Json | undefined> = { ...node }
  const properties = objectAt(node, 'properties')
  if (properties !== undefined) copy['properties'] = mapValues(properties, below)
  for (const key of ['items', 'additionalProperties']) {
    const child = objectAt(node, key)
    if (child !== undefined) copy[key] = below(child)
  }
  return copy
}

function composeReference(ref: string, place: Place): JsonObject {
  if (ref === CONTEXT_REFERENCE) return {}
  const { id, pointer } = parseReference(ref)
  const home = id === '' ? place.home : place.find(id)
  const target = home && findPointer(home, pointer)
  const key = `${id === '' ? String(place.home['$id'] ?? '') : id}${pointer === '' ? '' : `#${pointer}`}`
  if (home === undefined || target === undefined) return {}
  if (place.open.includes(key)) return { type: 'object' }
  const composed = omit(compose(target, { ...place, home, open: [...place.open, key] }), RESOURCE_KEYS)
  return id === '' ? composed : { ...composed, 'meta:referencedFrom': id }
}

/** Deep union of two schemas of the same thing; the second wins where only one can. */
function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...first, ...second }
  for (const key of ['items', 'additionalProperties']) {
    const [a, b] = [objectAt(first, key), objectAt(second, key)]
    if (a !== undefined && b !== undefined) merged[key] = merge(a, b)
  }
  const [a, b] = [objectAt(first, 'properties'), objectAt(second, 'properties')]
  if (a !== undefined && b !== undefined) merged['properties'] = mergeProperties(a, b)
  const [x, y] = [first['required'], second['required']]
  if (Array.isArray(x) && Array.isArray(y)) merged['required'] = [...new Set([...x, ...y] as readonly Json[])]
  return merged
}

function mergeProperties(first: JsonObject, second: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...first }
  for (const [name, field] of Object.entries(second)) {
    const [a, b] = [objectAt(first, name), objectAt(second, name)]
    merged[name] = a !== undefined && b !== undefined ? merge(a, b) : field
  }
  return merged
}

/** Names that start with `_` first, then by code unit, so that the same schema always reads the same. */
function sortProperties(node: JsonObject): JsonObject {
  const properties = objectAt(node, 'properties')
  if (properties === undefined) return node
  const rank = (name: string): string => (name.startsWith('_') ? `0${name}` : `1${name}`)
  const sorted = Object.entries(properties).sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
  return { ...node, properties: Object.fromEntries(sorted) }
}

import type { Json, JsonObject } from '#kit/json.ts'
import type { AcceptedFormat } from './accept.ts'
import { toXdmNames } from './compatibility-names.ts'
import { type FindDocument, resolveFull } from './resolve-full.ts'
import { mapNodes, objectAt, omit } from './schema-tree.ts'

export interface RenderRequest {
  readonly document: JsonObject
  readonly format: AcceptedFormat
  readonly find: FindDocument
  /** The descriptors of the schema, for the forms that show or apply them. */
  readonly descriptors: readonly JsonObject[]
}

/** A resource in the form that was asked for. */
export function renderResource(request: RenderRequest): JsonObject {
  const { document, format } = request
  if (format.form === 'id') return shortForm(document)
  const tree = usesFullTree(format.form) ? resolveFull(document, request.find) : document
  const marked = marksDeprecated(format.form) ? markDeprecated(tree, request.descriptors) : tree
  const named = format.names === 'xdm' ? toXdmNames(marked) : marked
  const told = format.form.includes('notext') ? mapNodes(named, (node) => omit(node, TEXTS)) : named
  const shaped = format.form.includes('flat') ? flatten(told) : told
  return format.form.includes('desc') ? { ...shaped, 'meta:descriptors': request.descriptors } : shaped
}

const TEXTS: ReadonlySet<string> = new Set(['title', 'description'])

function usesFullTree(form: string): boolean {
  return form.startsWith('full') || form === 'deprecatefield'
}

function marksDeprecated(form: string): boolean {
  return form.includes('deprecate')
}

/** What lists show of a resource. */
export function shortForm(document: JsonObject): JsonObject {
  return {
    $id: document['$id'],
    'meta:altId': document['meta:altId'],
    version: document['version'],
    title: document['title'],
  }
}

/** `properties` keyed by slash paths, fields without fields of their own only. */
function flatten(tree: JsonObject): JsonObject {
  const flat: Record<string, Json | undefined> = {}
  const visit = (node: JsonObject, path: string): void => {
    for (const name of Object.keys(objectAt(node, 'properties') ?? {})) {
      const field = objectAt(objectAt(node, 'properties') ?? {}, name) ?? {}
      const fieldPath = path === '' ? name : `${path}/${name}`
      if (objectAt(field, 'properties') === undefined) flat[fieldPath] = field
      else visit(field, fieldPath)
    }
  }
  visit(tree, '')
  return { ...tree, properties: flat }
}

function markDeprecated(tree: JsonObject, descriptors: readonly JsonObject[]): JsonObject {
  return descriptors
    .filter((descriptor) => descriptor['@type'] === 'xdm:descriptorDeprecated')
    .reduce((marked, descriptor) => markAt(marked, splitPath(String(descriptor['xdm:sourceProperty']))), tree)
}

function markAt(node: JsonObject, path: readonly string[]): JsonObject {
  const [name, ...rest] = path
  if (name === undefined) return { ...node, 'meta:status': 'deprecated' }
  const properties = objectAt(node, 'properties')
  const field = properties && objectAt(properties, name)
  if (properties === undefined || field === undefined) return node
  return { ...node, properties: { ...properties, [name]: markAt(field, rest) } }
}

/** The names in `/person/name`; XDM prefixes are dropped, as data is written without them. */
export function splitPath(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((name) => name.replace(/^xdm:/, '').replace(/^@/, '_'))
}

/** The field at a path of a full tree, through lists and maps; `undefined` when it leads nowhere. */
export function findField(tree: JsonObject, path: string): JsonObject | undefined {
  let node: JsonObject | undefined = tree
  for (const name of splitPath(path)) {
    if (name === '*' || name === 'items') continue
    while (node !== undefined && objectAt(node, 'items') !== undefined) node = objectAt(node, 'items')
    const properties: JsonObject | undefined = node && objectAt(node, 'properties')
    node = (properties && objectAt(properties, name)) ?? (node && objectAt(node, 'additionalProperties'))
    if (node === undefined) return undefined
  }
  return node
}

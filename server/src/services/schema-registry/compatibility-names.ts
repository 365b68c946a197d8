import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { mapNodes, objectAt } from './schema-tree.ts'

/**
 * XDM writes names with a namespace (`xdm:person`, `@id`, `repo:createDate`); data files and the `xed` forms
 * of the API write them in compatibility mode (`person`, `_id`, `_repo.createDate`) and remember the XDM name
 * in `meta:xdmField`.
 */
interface CompatibleName {
  readonly name: string
  /** `_repo` for `repo:createDate`: other namespaces than `xdm` become objects. */
  readonly container?: string | undefined
}

/** Some fields of the standard are named by a whole URL. */
const STANDARD_URL = /^https:\/\/ns\.adobe\.com\/(?:xdm\/)?(.+)\/([^/]+)$/

function compatibleName(name: string): CompatibleName {
  if (name.startsWith('@')) return { name: `_${name.slice(1)}` }
  const [, path, last] = STANDARD_URL.exec(name) ?? []
  if (path !== undefined && last !== undefined)
    return { name: last, container: `_${path.replaceAll('/', '_')}` }
  const [, namespace, local] = /^([A-Za-z][\w-]*):(.+)$/.exec(name) ?? []
  if (namespace === undefined || local === undefined) return { name }
  return namespace === 'xdm' ? { name: local } : { name: local, container: `_${namespace}` }
}

/** Rewrites a schema from XDM names to compatibility names. */
export function toCompatibilityNames(schema: JsonObject): JsonObject {
  return mapNodes(schema, (node) => {
    const properties = objectAt(node, 'properties')
    return {
      ...node,
      ...(properties === undefined ? {} : { properties: compatibleProperties(properties) }),
      ...renameRequired(node, (name) => {
        const compatible = compatibleName(name)
        return compatible.container ?? compatible.name
      }),
    }
  })
}

function compatibleProperties(properties: JsonObject): JsonObject {
  const renamed: Record<string, Json | undefined> = {}
  for (const [xdmName, field] of Object.entries(properties)) {
    const { name, container } = compatibleName(xdmName)
    const marked = name === xdmName || !isObject(field) ? field : { ...field, 'meta:xdmField': xdmName }
    if (container === undefined) renamed[name] = marked
    else renamed[container] = withField(renamed[container], name, marked)
  }
  return renamed
}

function withField(container: Json | undefined, name: string, field: Json | undefined): JsonObject {
  const properties = isObject(container) ? objectAt(container as JsonObject, 'properties') : undefined
  return {
    type: 'object',
    'meta:xdmType': 'object',
    'meta:xedConverted': true,
    properties: { ...properties, [name]: field },
  }
}

/** Rewrites a schema from compatibility names back to XDM names; fields of tenants keep theirs. */
export function toXdmNames(schema: JsonObject): JsonObject {
  return mapNodes(schema, (node) => {
    const properties = objectAt(node, 'properties')
    if (properties === undefined) return node
    const names = new Map(Object.entries(properties).map(([name, field]) => [name, xdmNameOf(name, field)]))
    return {
      ...node,
      properties: xdmProperties(properties),
      ...renameRequired(node, (name) => names.get(name) ?? name),
    }
  })
}

function xdmNameOf(name: string, field: Json | undefined): string {
  const original = isObject(field) ? field['meta:xdmField'] : undefined
  return typeof original === 'string' ? original : name
}

function xdmProperties(properties: JsonObject): JsonObject {
  const renamed: Record<string, Json | undefined> = {}
  for (const [name, field] of Object.entries(properties)) {
    if (!isObject(field)) renamed[name] = field
    else if (field['meta:xedConverted'] === true) Object.assign(renamed, field['properties'])
    else {
      const { 'meta:xdmField': _, ...rest } = field as JsonObject
      renamed[xdmNameOf(name, field as JsonObject)] = rest
    }
  }
  return renamed
}

function renameRequired(node: JsonObject, rename: (name: string) => string): JsonObject {
  const required = node['required']
  if (!Array.isArray(required)) return {}
  return {
    required: (required as readonly Json[]).map((name) => (typeof name === 'string' ? rename(name) : name)),
  }
}

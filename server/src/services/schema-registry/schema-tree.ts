import { isObject, type Json, type JsonObject } from '#kit/json.ts'

/** A JSON object below `value[key]`, or `undefined` when there is something else. */
export function objectAt(node: JsonObject, key: string): JsonObject | undefined {
  const value = node[key]
  return isObject(value) ? (value as JsonObject) : undefined
}

/** The objects of the array at `node[key]`; none when it is no array. */
export function objectsAt(node: JsonObject, key: string): readonly JsonObject[] {
  const value = node[key]
  return Array.isArray(value)
    ? (value as readonly Json[]).filter((item): item is JsonObject => isObject(item))
    : []
}

/** The texts of the array at `node[key]`. */
export function textsAt(node: JsonObject, key: string): readonly string[] {
  const value = node[key]
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : []
}

export function mapValues(fields: JsonObject, change: (field: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      isObject(field) ? change(field as JsonObject) : field,
    ]),
  )
}

/**
 * Rewrites every schema of a schema, innermost first: fields, items, values of maps, definitions and parts of
 * `allOf`. Values (`default`, `examples`, `meta:enum`) and names of fields are none of these.
 */
export function mapNodes(node: JsonObject, change: (node: JsonObject) => JsonObject): JsonObject {
  const copy: Record<string, Json | undefined> = { ...node }
  const below = (child: JsonObject): JsonObject => mapNodes(child, change)
  for (const key of ['properties', 'definitions']) {
    const fields = objectAt(node, key)
    if (fields !== undefined) copy[key] = mapValues(fields, below)
  }
  for (const key of ['items', 'additionalProperties']) {
    const child = objectAt(node, key)
    if (child !== undefined) copy[key] = below(child)
  }
  if (Array.isArray(node['allOf'])) copy['allOf'] = objectsAt(node, 'allOf').map(below)
  return change(copy)
}

/** The object without some of its keys. */
export function omit(node: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.has(key)))
}

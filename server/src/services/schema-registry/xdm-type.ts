import { asText } from '#kit/as-text.ts'
import type { JsonObject } from '#kit/json.ts'

/** The documented bounds of the integer types; they are one past the machine's on the upper side. */
const BYTE = 128
const SHORT = 32_768
const INT = 2_147_483_648

/** The XDM type of a field by its JSON Schema; `undefined` when the schema says nothing of its type. */
export function xdmTypeOf(node: JsonObject): string | undefined {
  const { type, format } = node
  if (type === 'string') return format === 'date' || format === 'date-time' ? format : 'string'
  if (type === 'integer') return integerType(node)
  if (type === 'number' || type === 'boolean' || type === 'array' || type === 'object') return type
  const isObject = ['properties', 'allOf', '$ref'].some((key) => node[key] !== undefined)
  return isObject && type === undefined ? 'object' : undefined
}

/** A missing bound counts as that of `int`, which is also what an integer without any bound is. */
function integerType(node: JsonObject): string {
  const minimum = typeof node['minimum'] === 'number' ? node['minimum'] : -INT
  const maximum = typeof node['maximum'] === 'number' ? node['maximum'] : INT
  const reaches = (bound: number): boolean => minimum >= -bound && maximum <= bound
  if (reaches(BYTE)) return 'byte'
  if (reaches(SHORT)) return 'short'
  return reaches(INT) ? 'int' : 'long'
}

/** What an author may say of a type more exactly than the schema does. */
const FINER: Readonly<Record<string, readonly string[]>> = {
  string: ['string', 'date', 'date-time'],
  integer: ['byte', 'short', 'int', 'long'],
  object: ['object', 'map'],
}

/** The schema with `type` and `meta:xdmType` where they can be told; what the author set stays if it fits. */
export function withXdmType(node: JsonObject): JsonObject {
  const xdmType = xdmTypeOf(node)
  if (xdmType === undefined) return node
  const type = node['type'] ?? 'object'
  const given = node['meta:xdmType']
  const fits = typeof given === 'string' && FINER[asText(type)]?.includes(given) === true
  return { ...node, type, 'meta:xdmType': fits ? given : xdmType }
}

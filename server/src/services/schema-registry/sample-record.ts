import type { Json, JsonObject } from '#kit/json.ts'
import { objectAt } from './schema-tree.ts'

const TIME = '2026-01-31T12:30:00.000Z'
const DAY = '2026-01-31'

/** Texts of the formats that a schema can ask for. */
const FORMATS: Readonly<Record<string, string>> = {
  date: DAY,
  'date-time': TIME,
  email: 'someone@example.com',
  uri: 'https://example.com/1',
  'uri-reference': 'https://example.com/1',
  uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
}

/** A record that a schema would take, every field filled in. The same schema always gives the same record. */
export function sampleRecord(full: JsonObject): JsonObject {
  const properties = objectAt(full, 'properties') ?? {}
  return Object.fromEntries(
    Object.keys(properties).map((name) => [name, sampleValue(objectAt(properties, name) ?? {})]),
  )
}

function sampleValue(node: JsonObject): Json {
  const given = node['default'] ?? firstOf(node['enum']) ?? firstOf(node['examples'])
  if (given !== undefined) return given
  const { type } = node
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return sampleNumber(node)
  if (type === 'array') return [sampleValue(objectAt(node, 'items') ?? {})]
  if (type === 'object') return sampleObject(node)
  return sampleText(node)
}

function firstOf(values: Json | undefined): Json | undefined {
  return Array.isArray(values) ? (values as readonly Json[])[0] : undefined
}

function sampleNumber({ minimum, maximum, type }: JsonObject): number {
  const least = typeof minimum === 'number' ? minimum : -Infinity
  const most = typeof maximum === 'number' ? maximum : Infinity
  const wanted = type === 'number' ? 1.5 : 1
  return Math.min(Math.max(wanted, least), most)
}

function sampleObject(node: JsonObject): JsonObject {
  if (objectAt(node, 'properties') !== undefined) return sampleRecord(node)
  const value = objectAt(node, 'additionalProperties')
  return value === undefined ? {} : { key: sampleValue(value) }
}

function sampleText({ format, title, minLength, maxLength }: JsonObject): string {
  const text = FORMATS[String(format)] ?? `Sample ${typeof title === 'string' ? title.toLowerCase() : 'text'}`
  const least = typeof minLength === 'number' ? text.padEnd(minLength, 'x') : text
  return typeof maxLength === 'number' ? least.slice(0, maxLength) : least
}

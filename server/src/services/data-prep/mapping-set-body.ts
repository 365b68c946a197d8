import type { MappingSetEntry } from '#http/neighbours.ts'
import { asText } from '#kit/as-text.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { badRequest } from './problems.ts'

/** A mapping set as a client describes it, whatever generation its body is of. */
export interface MappingSetInput {
  readonly name: string | undefined
  readonly schemaRef: { readonly id: string; readonly contentType: string }
  readonly mappings: readonly MappingInput[]
  /** Properties that are stored and returned as they came. */
  readonly extras: JsonObject
}

export interface MappingInput {
  /** The id of a mapping that is sent back. */
  readonly id: string | undefined
  readonly entry: MappingSetEntry
  readonly extras: JsonObject
}

const DEFAULT_CONTENT_TYPE = 'application/vnd.adobe.xed-full+json;version=1'

/** Properties of the set that are kept as they are. */
const SET_EXTRAS = [
  'inputSchema',
  'tags',
  'allowNullValues',
  'strictMapping',
  'supportVersion',
  'status',
  'description',
] as const

/** Properties of a mapping that are kept as they are. */
const MAPPING_EXTRAS = [
  'name',
  'description',
  'identity',
  'primaryIdentity',
  'identityGroup',
  'namespaceCode',
  'expressionAttributes',
] as const

/** All spellings of the kinds of sources; sets come back from the platform with the longer ones. */
const SOURCE_TYPES: ReadonlyMap<string, MappingSetEntry['sourceType']> = new Map([
  ['attribute', 'ATTRIBUTE'],
  ['text/x.schema-path', 'ATTRIBUTE'],
  ['expression', 'EXPRESSION'],
  ['text/x.aep-xl', 'EXPRESSION'],
  ['static', 'STATIC'],
])

/**
 * Reads a mapping set: `outputSchema.schemaRef` with `source`/`destination`, `xdmSchema` with
 * `sourceAttribute`/`destinationXdmPath`, `schemaRef` at the top, and any mixture.
 *
 * @throws {DataPrepProblem} 400 that names the property
 */
export function readMappingSet(body: unknown): MappingSetInput {
  if (!isObject(body))
    throw badRequest('The mapping set is missing. Send an object with outputSchema and mappings.')
  const { name, mappings } = body
  if (!Array.isArray(mappings)) throw badRequest("The property 'mappings' must be an array of mappings.")
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    schemaRef: readSchemaRef(body),
    mappings: mappings.map((mapping, index) => readMapping(mapping, index)),
    extras: pick(body, SET_EXTRAS),
  }
}

/** The schema that a body names, in any of the three places. @throws {DataPrepProblem} 400 when it names none */
export function readSchemaRef(body: Record<string, unknown>): MappingSetInput['schemaRef'] {
  const { outputSchema, schemaRef, xdmSchema } = body
  const candidates = [isObject(outputSchema) ? outputSchema['schemaRef'] : undefined, schemaRef]
  for (const candidate of candidates) {
    if (!isObject(candidate)) continue
    const { id, contentType } = candidate
    if (typeof id === 'string' && id !== '') {
      return {
        id,
        contentType:
          typeof contentType === 'string' && contentType !== '' ? contentType : DEFAULT_CONTENT_TYPE,
      }
    }
  }
  if (typeof xdmSchema === 'string' && xdmSchema !== '')
    return { id: xdmSchema, contentType: DEFAULT_CONTENT_TYPE }
  throw badRequest(
    "The property 'outputSchema.schemaRef.id' is missing. It must be the $id of a schema in this sandbox.",
  )
}

function readMapping(mapping: unknown, index: number): MappingInput {
  if (!isObject(mapping)) throw badRequest(`Mapping ${index} is not an object.`)
  const source = firstText(mapping['source'], mapping['sourceAttribute'])
  const destination = firstText(mapping['destination'], mapping['destinationXdmPath'])
  const sourceType = readSourceType(mapping['sourceType'], index)
  if (source === undefined && sourceType !== 'STATIC')
    throw badRequest(`Mapping ${index} has no 'source'. Name a source field or an expression.`)
  if (destination === undefined)
    throw badRequest(`Mapping ${index} has no 'destination'. Name a field of the schema.`)
  const { id } = mapping
  return {
    id: typeof id === 'string' && id !== '' ? id : undefined,
    entry: { sourceType, source: source ?? '', destination, ...identityOf(mapping) },
    extras: pick(mapping, MAPPING_EXTRAS),
  }
}

/** The marks of a mapping whose value is an identity, too. A namespace is named by its code. */
export function identityOf(mapping: Readonly<Record<string, unknown>>): Pick<MappingSetEntry, 'identity'> {
  const { identity, primaryIdentity, identityGroup, namespaceCode } = mapping
  const namespace = firstText(namespaceCode, identityGroup)
  if ((identity !== true && primaryIdentity !== true) || namespace === undefined) return {}
  return { identity: { namespace, isPrimary: primaryIdentity === true } }
}

function readSourceType(given: unknown, index: number): MappingSetEntry['sourceType'] {
  if (given === undefined || given === null || given === '') return 'ATTRIBUTE'
  const sourceType = SOURCE_TYPES.get(asText(given).toLowerCase())
  if (sourceType !== undefined) return sourceType
  throw badRequest(
    `Mapping ${index} has the sourceType ${JSON.stringify(given)}. Use ATTRIBUTE, EXPRESSION or STATIC.`,
  )
}

function firstText(...values: readonly unknown[]): string | undefined {
  const found = values.find((value) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
  return found === undefined ? undefined : String(found)
}

function pick(object: Record<string, unknown>, names: readonly string[]): JsonObject {
  const present = names.filter((name) => object[name] !== undefined && object[name] !== null)
  return Object.fromEntries(present.map((name) => [name, object[name] as Json]))
}

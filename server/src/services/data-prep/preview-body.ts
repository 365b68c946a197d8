import { isObject, type JsonObject } from '#kit/json.ts'
import { badRequest } from './problems.ts'
import type { WantedSource } from './source-port.ts'

/** A mapping set as it came, or one that is stored. */
export type WantedMapping =
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'stored'; readonly id: string; readonly version?: number | undefined }

export interface PreviewRequest {
  /** Those of the request; none when a source has them. */
  readonly rows: readonly JsonObject[]
  readonly source: WantedSource | undefined
  /** Rows of the source at most. */
  readonly limit: number
  /** `undefined` for that of the flow. */
  readonly mapping: WantedMapping | undefined
}

/** More than anybody looks at; each row is mapped while the server waits. */
const MAX_ROWS = 1_000
const MAX_SOURCE_ROWS = 100
const DEFAULT_SOURCE_ROWS = 10

/** @throws {DataPrepProblem} 400 that names the property */
export function readPreview(body: JsonObject): PreviewRequest {
  const source = readSource(body)
  const { data } = body
  if (source !== undefined && isGiven(data)) {
    throw badRequest("The request has rows in 'data' and names a source as well. Send one of them.")
  }
  return {
    rows: source === undefined ? readRows(data) : [],
    source,
    limit: readLimit(body['limit']),
    mapping: readMapping(body['mappingSet'], source),
  }
}

/** `sourceConnectionId` or `flowId` of a body. @throws {DataPrepProblem} 400 for both, or for what is no text */
export function readSource(body: JsonObject): WantedSource | undefined {
  const [connection, flow] = [readId(body, 'sourceConnectionId'), readId(body, 'flowId')]
  if (connection !== undefined && flow !== undefined) {
    throw badRequest("The request has 'sourceConnectionId' and 'flowId'. Send one of them.")
  }
  if (connection !== undefined) return { kind: 'sourceConnection', id: connection }
  return flow === undefined ? undefined : { kind: 'flow', id: flow }
}

function readId(body: JsonObject, name: string): string | undefined {
  const value = body[name]
  if (!isGiven(value)) return undefined
  if (typeof value === 'string' && value !== '') return value
  throw badRequest(`The property '${name}' must be an id.`)
}

/** One row may come without its array. */
function readRows(data: unknown): readonly JsonObject[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data]
  if (!rows.every(isObject))
    throw badRequest(
      "The property 'data' must be a row or an array of rows, each an object. To look at rows of a source, send 'sourceConnectionId' or 'flowId' instead.",
    )
  if (rows.length > MAX_ROWS)
    throw badRequest(`The property 'data' has ${rows.length} rows; at most ${MAX_ROWS} can be previewed.`)
  return rows as readonly JsonObject[]
}

function readLimit(limit: unknown): number {
  if (!isGiven(limit)) return DEFAULT_SOURCE_ROWS
  const isCount =
    typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= MAX_SOURCE_ROWS
  if (isCount) return limit
  throw badRequest(`The property 'limit' must be a whole number from 1 to ${MAX_SOURCE_ROWS}.`)
}

function readMapping(given: unknown, source: WantedSource | undefined): WantedMapping | undefined {
  if (!isGiven(given) && source?.kind === 'flow') return undefined
  const isReference = isObject(given) && isGiven(given['id']) && !isGiven(given['mappings'])
  return isReference ? readReference(given) : { kind: 'body', body: given }
}

function readReference({ id, version }: Record<string, unknown>): WantedMapping {
  if (typeof id !== 'string' || id === '') throw badRequest("The property 'mappingSet.id' must be an id.")
  if (!isGiven(version)) return { kind: 'stored', id }
  const isVersion =
    typeof version === 'number' && Number.isInteger(version) && version >= 0 && version < 2 ** 31
  if (isVersion) return { kind: 'stored', id, version }
  throw badRequest("The property 'mappingSet.version' must be a whole number from 0.")
}

function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null
}

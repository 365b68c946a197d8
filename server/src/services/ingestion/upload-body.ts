import { UPLOAD_FORMATS } from '@headwater/contract/ingestion.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { badRequest } from './problems.ts'

/** What a client says about a batch that it is going to upload, checked. */
export interface UploadInput {
  readonly datasetId: string
  readonly inputFormat: JsonObject
  readonly externalId: string | undefined
  readonly predecessors: readonly string[]
  readonly tags: JsonObject
  readonly enableErrorDiagnostics: boolean
  readonly partialIngestionPercent: number | undefined
}

const MAX_EXTERNAL_ID = 1_000
const MAX_PREDECESSORS = 1_000

/** @throws {PlainProblem} 400 that names the property */
export function readUploadBody(body: JsonObject): UploadInput {
  const { datasetId, externalId, replay, tags = {}, enableErrorDiagnostics } = body
  if (typeof datasetId !== 'string' || datasetId === '')
    throw badRequest("The property 'datasetId' is missing. It must be the id of a dataset of this sandbox.")
  const isName = typeof externalId === 'string' && externalId.length <= MAX_EXTERNAL_ID
  if (externalId !== undefined && !isName)
    throw badRequest(`The property 'externalId' must be a text of ${MAX_EXTERNAL_ID} characters at most.`)
  if (enableErrorDiagnostics !== undefined && typeof enableErrorDiagnostics !== 'boolean')
    throw badRequest(
      `The property 'enableErrorDiagnostics' must be true or false, not ${shown(enableErrorDiagnostics)}.`,
    )
  const percent = readPercent(body)
  return {
    datasetId,
    inputFormat: readInputFormat(body['inputFormat']),
    externalId: isName ? externalId : undefined,
    predecessors: readPredecessors(replay),
    tags: readTags(tags),
    // Who tolerates rows with errors wants to know which.
    enableErrorDiagnostics: enableErrorDiagnostics ?? percent !== undefined,
    partialIngestionPercent: percent,
  }
}

/** Both spellings are in use. */
function readPercent(body: JsonObject): number | undefined {
  const names = ['partialIngestionPercent', 'partialIngestionPercentage']
  const values = names.map((name) => {
    const value = body[name]
    const isPercent = typeof value === 'number' && value >= 0 && value <= 100
    if (value === undefined || isPercent) return value
    throw badRequest(`The property '${name}' must be a number from 0 to 100, not ${shown(value)}.`)
  })
  return values[0] ?? values[1]
}

/** @throws {PlainProblem} 400 */
export function readFormat(name: string, value: unknown): string {
  const format = typeof value === 'string' ? value.toLowerCase() : undefined
  if (UPLOAD_FORMATS.some((known) => known === format)) return format as string
  throw badRequest(`The property '${name}' must be one of ${UPLOAD_FORMATS.join(', ')}, not ${shown(value)}.`)
}

function readInputFormat(value: unknown): JsonObject {
  if (!isObject(value)) throw badRequest("The property 'inputFormat' must be an object with 'format'.")
  const format = readFormat('inputFormat.format', value['format'])
  const { isMultiLineJson } = value
  if (isMultiLineJson !== undefined && typeof isMultiLineJson !== 'boolean')
    throw badRequest(
      `The property 'inputFormat.isMultiLineJson' must be true or false, not ${shown(isMultiLineJson)}.`,
    )
  for (const name of ['delimiter', 'quote', 'escape']) assertCharacter(`inputFormat.${name}`, value[name])
  return { ...(value as JsonObject), format }
}

/** @throws {PlainProblem} 400 */
export function assertCharacter(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value.length === 1)) return
  throw badRequest(`The property '${name}' must be one character, not ${shown(value)}.`)
}

/** Clients put a `$` before each id. */
function readPredecessors(replay: unknown): readonly string[] {
  if (replay === undefined) return []
  const { predecessors = [], reason = 'replace' } = isObject(replay) ? replay : { predecessors: null }
  const isList =
    Array.isArray(predecessors) &&
    predecessors.length <= MAX_PREDECESSORS &&
    predecessors.every((id) => typeof id === 'string')
  if (!isList)
    throw badRequest(
      `The property 'replay' must be an object with 'predecessors', an array of ${MAX_PREDECESSORS} ids of batches at most.`,
    )
  if (reason !== 'replace')
    throw badRequest(`The property 'replay.reason' must be "replace", not ${shown(reason)}.`)
  return [...new Set(predecessors.map((id: string) => id.replace(/^\$/, '')))]
}

function readTags(tags: unknown): JsonObject {
  const isTags =
    isObject(tags) &&
    Object.values(tags).every(
      (value) => Array.isArray(value) && value.every((text) => typeof text === 'string'),
    )
  if (isTags) return tags as JsonObject
  throw badRequest("The property 'tags' must be an object of names with arrays of texts.")
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value))
}

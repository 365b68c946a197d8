import { isObject, type JsonObject } from '#kit/json.ts'
import { BATCH_STATES, type BatchState, batchStateOf } from './batch-states.ts'
import { readTags } from './dataset-rules.ts'
import { badRequest } from './problems.ts'

/** What a client says about a batch, checked. `rest` are the properties that are stored as they come. */
export interface BatchInput {
  readonly status: BatchState
  /** The first dataset among the related objects. */
  readonly datasetId: string | undefined
  readonly tags: JsonObject
  readonly rest: JsonObject
}

/** Properties that only the server writes; a client may send them back and they keep their values. */
export const BATCH_SERVER_OWNED: ReadonlySet<string> = new Set([
  'id',
  'imsOrg',
  'sandboxId',
  'created',
  'updated',
  'createdClient',
  'createdUser',
  'updatedUser',
  'version',
  'relatedObjects',
  'failedBatchLocation',
])

const COUNTS = ['started', 'completed', 'recordCount', 'failedRecordCount', 'size']
const FORMATS = ['csv', 'parquet', 'json', 'avro']

/**
 * Reads the body of a create, or the whole document after a change.
 *
 * @throws {PlainProblem} 400 that names the property
 */
export function readBatchInput(body: JsonObject): BatchInput {
  const { status, tags = {}, relatedObjects, ...others } = body
  const state = batchStateOf(status)
  if (state === undefined) {
    throw badRequest(`The property 'status' must be one of ${BATCH_STATES.join(', ')}, not ${shown(status)}.`)
  }
  const rest = Object.fromEntries(
    Object.entries(others).filter(([name, value]) => !BATCH_SERVER_OWNED.has(name) && value !== null),
  )
  for (const name of COUNTS) assertCount(name, rest[name])
  if (rest['errors'] !== undefined) assertErrors(rest['errors'])
  if (rest['metrics'] !== undefined) assertMetrics(rest['metrics'])
  if (rest['inputFormat'] !== undefined) assertFormat(rest['inputFormat'])
  assertText('externalId', rest['externalId'])
  assertObject('replay', rest['replay'])
  assertObject('availableDates', rest['availableDates'])
  return { status: state, datasetId: datasetOf(relatedObjects), tags: readTags(tags), rest }
}

function datasetOf(related: unknown): string | undefined {
  if (related === undefined || related === null) return undefined
  const isList = Array.isArray(related) && related.every(isRelated)
  if (!isList) throw badRequest("The property 'relatedObjects' must be an array of objects with type and id.")
  return related.find(({ type }) => type === 'dataSet')?.id
}

function isRelated(item: unknown): item is { readonly type: string; readonly id: string } {
  return isObject(item) && typeof item['type'] === 'string' && typeof item['id'] === 'string'
}

function assertCount(name: string, value: unknown): void {
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  if (value !== undefined && !isCount) {
    throw badRequest(`The property '${name}' must be a whole number from 0 on, not ${shown(value)}.`)
  }
}

function assertErrors(errors: unknown): void {
  const isList =
    Array.isArray(errors) &&
    errors.every(
      (error) =>
        isObject(error) &&
        typeof error['code'] === 'string' &&
        ['string', 'undefined'].includes(typeof error['description']),
    )
  if (!isList)
    throw badRequest("The property 'errors' must be an array of objects with code and description.")
}

/** What went in has come out or has failed; a client that counts otherwise has counted wrong. */
function assertMetrics(metrics: unknown): void {
  if (!isObject(metrics) || !Object.values(metrics).every((value) => typeof value === 'number')) {
    throw badRequest("The property 'metrics' must be an object of numbers.")
  }
  const counts = ['inputRecordCount', 'outputRecordCount', 'failedRecordCount'].map((name) => metrics[name])
  const [input, output, failed] = counts
  if (counts.some((count) => typeof count !== 'number')) return
  if (Number(input) === Number(output) + Number(failed)) return
  throw badRequest(
    `The metrics don't add up: inputRecordCount ${input} must be outputRecordCount ${output} and failedRecordCount ${failed} together.`,
  )
}

function assertFormat(value: unknown): void {
  const format = isObject(value) ? value['format'] : undefined
  if (typeof format === 'string' && FORMATS.includes(format.toLowerCase())) return
  throw badRequest(
    `The property 'inputFormat.format' must be one of ${FORMATS.join(', ')}, not ${shown(format)}.`,
  )
}

function assertText(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') {
    throw badRequest(`The property '${name}' must be a text, not ${shown(value)}.`)
  }
}

function assertObject(name: string, value: unknown): void {
  if (value !== undefined && !isObject(value)) {
    throw badRequest(`The property '${name}' must be an object, not ${shown(value)}.`)
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value))
}

/** The books of a batch that a run writes are kept by the run. */
const RUN_OWNED = [...COUNTS, 'metrics', 'errors', 'inputFormat', 'externalId', 'availableDates', 'replay']

/** @throws {PlainProblem} 400 when a client changes what the run of a batch says of it */
export function assertRunKeepsBooks(before: JsonObject, rest: JsonObject): void {
  const changed = RUN_OWNED.find(
    (name) => rest[name] !== undefined && JSON.stringify(rest[name]) !== JSON.stringify(before[name]),
  )
  if (changed === undefined) return
  throw badRequest(`The property '${changed}' is written by the run of this batch. Leave it out.`)
}

import { isDeepStrictEqual } from 'node:util'
import { isObject, type JsonObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { Run } from './run.ts'

/*
 * Who may say what of a run:
 *
 *   flowId, flowSpec, params, activities, metrics     this server: it ran the run, and what it measured is proven
 *   providerRefId, parentFlowRunId, childFlowRunIds,
 *   predecessors, recordTypes, metrics.customSummary  administrators
 *
 * Clients send back what they read, so that members of the first kind may be sent as they are.
 */

/** What an administrator tells of a run. Members that are `undefined` stay as they are, null removes. */
export interface ToldRun {
  readonly providerRefId?: string | undefined
  readonly parentFlowRunId?: string | null | undefined
  readonly childFlowRunIds?: readonly string[] | undefined
  readonly predecessors?: readonly JsonObject[] | undefined
  readonly recordTypes?: readonly JsonObject[] | undefined
  readonly customSummary?: JsonObject | null | undefined
}

/** Lists show it with every run. */
const MAX_SUMMARY_BYTES = 64 * 1024
/** Each is looked up. */
const MAX_REFERENCES = 1000

/**
 * Reads the body of a PUT.
 *
 * @throws {FlowProblem} 1446 for an empty flow id, 1100 for what is not right or contradicts what was measured
 */
export function readToldRun(
  body: JsonObject,
  { document, origin }: Pick<Run, 'document' | 'origin'>,
): ToldRun {
  assertFlowId(body['flowId'], document)
  for (const name of ['flowSpec', 'params', 'activities']) assertUnchanged(body[name], document[name], name)
  const parentFlowRunId = readText(body, 'parentFlowRunId')
  return {
    providerRefId: readText(body, 'providerRefId') ?? undefined,
    parentFlowRunId,
    childFlowRunIds: readTexts(body['childFlowRunIds'], 'childFlowRunIds'),
    predecessors: readPredecessors(body['predecessors'], document, origin),
    recordTypes: readRecordTypes(body['recordTypes']),
    customSummary: readMetrics(body['metrics'], document['metrics']),
  }
}

function assertFlowId(given: unknown, { flowId }: JsonObject): void {
  if (given === undefined || given === flowId) return
  if (given === null || (typeof given === 'string' && given.trim() === '')) {
    throw new FlowProblem(
      '1446-400',
      'The flow id is null or empty. Send that of the run, or leave it out.',
      {
        field: 'flowId',
      },
    )
  }
  if (typeof given !== 'string') throw invalidRequest('flowId must be a text.', 'flowId')
}

/** What was measured may be sent back, whole or in part. @throws {FlowProblem} 1100 for anything else */
function assertUnchanged(given: unknown, measured: unknown, field: string): void {
  if (given === undefined || given === null || isPartOf(given, measured)) return
  throw invalidRequest(
    `${field} differs from what this server knows of the run, and cannot be told from outside. Leave it out, or send it as it is.`,
    field,
  )
}

function isPartOf(given: unknown, whole: unknown): boolean {
  if (!isObject(given)) return isDeepStrictEqual(given, whole)
  return isObject(whole) && Object.entries(given).every(([name, value]) => isPartOf(value, whole[name]))
}

function readMetrics(given: unknown, measured: unknown): JsonObject | null | undefined {
  if (given === undefined || given === null) return undefined
  if (!isObject(given)) throw invalidRequest('metrics must be an object.', 'metrics')
  const { customSummary, ...rest } = given
  const known = isObject(measured) ? measured : {}
  for (const [name, value] of Object.entries(rest)) assertUnchanged(value, known[name], `metrics.${name}`)
  if (customSummary === undefined || customSummary === null) return customSummary
  const field = 'metrics.customSummary'
  if (!isObject(customSummary)) throw invalidRequest(`${field} must be an object.`, field)
  if (JSON.stringify(customSummary).length > MAX_SUMMARY_BYTES)
    throw invalidRequest(`${field} is larger than ${MAX_SUMMARY_BYTES} bytes. Shorten it.`, field)
  return customSummary as JsonObject
}

function readText(body: JsonObject, field: string): string | null | undefined {
  const value = body[field]
  if (value === undefined || value === null) return value
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 1000) return value
  throw invalidRequest(
    `${field} must be a text that is neither blank nor longer than 1000 characters.`,
    field,
  )
}

function readTexts(given: unknown, field: string): readonly string[] | undefined {
  if (given === undefined || given === null) return undefined
  const texts = readArray(given, field)
  if (texts.every((text) => typeof text === 'string')) return texts
  throw invalidRequest(`${field} must be an array of ids.`, field)
}

function readArray(given: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(given)) throw invalidRequest(`${field} must be an array.`, field)
  if (given.length <= MAX_REFERENCES) return given
  throw invalidRequest(`${field} has ${given.length} items. Send ${MAX_REFERENCES} at most.`, field)
}

function readPredecessors(
  given: unknown,
  { predecessors, id }: JsonObject,
  origin: Run['origin'],
): readonly JsonObject[] | undefined {
  if (given === undefined || given === null) return undefined
  const told = readArray(given, 'predecessors').map((item, index) => readPredecessor(item, index, id))
  const repeated: unknown = Array.isArray(predecessors) ? predecessors[0] : undefined
  // A run is repeated once, which is known by this.
  if ((origin === 'retry' || origin === 'replay') && !isDeepStrictEqual(told[0], repeated)) {
    throw invalidRequest(
      'predecessors.0 of a run that repeats another one is that run. Send it as it is, and others after it.',
      'predecessors.0',
    )
  }
  return told
}

function readPredecessor(item: unknown, index: number, runId: unknown): JsonObject {
  const field = `predecessors.${index}`
  if (!isObject(item)) throw invalidRequest(`${field} must be an object with flowRunId and flowId.`, field)
  const { flowRunId, flowId, flowSpec } = item
  for (const [name, value] of Object.entries({ flowRunId, flowId })) {
    const isAbsent = name === 'flowId' && (value === undefined || value === null)
    if (!isAbsent && typeof value !== 'string')
      throw invalidRequest(`${field}.${name} is missing. Send an id.`, `${field}.${name}`)
  }
  if (flowRunId === runId)
    throw invalidRequest(`${field}.flowRunId is the run itself, which cannot precede itself.`, field)
  if (flowSpec !== undefined && flowSpec !== null && !isObject(flowSpec))
    throw invalidRequest(`${field}.flowSpec must be an object.`, `${field}.flowSpec`)
  const known = Object.entries({ flowId, flowRunId, flowSpec }).filter(
    ([, value]) => (value ?? null) !== null,
  )
  return Object.fromEntries(known) as JsonObject
}

/** Documents name them by objects, requests sometimes by their type alone. */
function readRecordTypes(given: unknown): readonly JsonObject[] | undefined {
  if (given === undefined || given === null) return undefined
  return readArray(given, 'recordTypes').map((item, index) => {
    const field = `recordTypes.${index}`
    const { type, extensions = {} } = isObject(item) ? item : { type: item }
    if (typeof type !== 'string' || type.trim() === '')
      throw invalidRequest(`${field}.type is missing. Send a text such as profile.`, field)
    if (!isObject(extensions)) throw invalidRequest(`${field}.extensions must be an object.`, field)
    return { type, extensions: extensions as JsonObject }
  })
}

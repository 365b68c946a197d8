import { isObject, type JsonObject } from '#kit/json.ts'
import { VERIFY_LEVELS } from '#kit/verify-level.ts'
import {
  assertNoPath,
  readAttributes,
  readDescription,
  readLabels,
  readName,
} from '#services/flow-service/entities/entity-rules.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { FlowSpec } from '#services/flow-service/specs/built-in/spec.ts'
import { isBuiltIn } from '#services/flow-service/specs/spec-catalogue.ts'
import { assertMatchesSpec } from '#services/flow-service/specs/spec-schema.ts'
import { parseSchedule, type Schedule } from './schedule-params.ts'

/** What the body or document of a flow says, checked in itself. Members are as the client sent them. */
export interface FlowParts {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly attributes: JsonObject | undefined
  /** `undefined` in a draft that names none yet. */
  readonly sourceConnectionId: string | undefined
  readonly targetConnectionId: string | undefined
  readonly transformations: readonly JsonObject[]
  /** `undefined` in a draft without one. */
  readonly schedule: Schedule | undefined
}

export interface FlowRulesOptions {
  readonly spec: FlowSpec
  readonly isDraft: boolean
  readonly minIntervalMinutes: number
}

/**
 * Checks a flow without asking anybody. A draft may lack connections, transformations and schedule, but what
 * it has must be right.
 *
 * @throws {FlowProblem} 1100 naming the member at fault, 1431 for a policy with an empty list of fields
 */
export function readFlow(
  flow: JsonObject,
  { spec, isDraft, minIntervalMinutes }: FlowRulesOptions,
): FlowParts {
  const isUnscheduled = flow['scheduleParams'] === undefined || flow['scheduleParams'] === null
  assertOptions(spec, flow['options'])
  readPolicy(flow)
  readLabels(flow)
  return {
    name: readName(flow, isDraft),
    description: readDescription(flow),
    attributes: readAttributes(flow),
    sourceConnectionId: readOnlyId(flow, 'sourceConnectionIds', isDraft),
    targetConnectionId: readOnlyId(flow, 'targetConnectionIds', isDraft),
    transformations: readTransformations(spec, flow['transformations'], isDraft),
    schedule:
      isDraft && isUnscheduled ? undefined : readSchedule(spec, flow['scheduleParams'], minIntervalMinutes),
  }
}

/** A registered spec may allow less than the server does; the built-in one is what the server does. */
function readSchedule(spec: FlowSpec, params: unknown, minIntervalMinutes: number): Schedule {
  const schedule = parseSchedule(params, { minIntervalMinutes })
  const schema = isBuiltIn(spec) ? undefined : schemaOf(spec.scheduleSpec)
  if (schema !== undefined) assertMatchesSpec(schema, coerceMembers(params), 'scheduleParams')
  return schedule
}

/** The state of a flow is the service's. @throws {FlowProblem} 1410 */
export function assertStateless(body: JsonObject): void {
  if (body['state'] === undefined) return
  throw new FlowProblem(
    '1410-400',
    'The state is not allowed in a request to create a flow. Leave it out; use actions later.',
    { field: 'state' },
  )
}

/** The flow spec joins one source with one target. */
function readOnlyId(flow: JsonObject, field: string, isDraft: boolean): string | undefined {
  const ids = flow[field]
  const isEmpty = ids === undefined || ids === null || (Array.isArray(ids) && ids.length === 0)
  if (isEmpty && isDraft) return undefined
  if (isEmpty) throw invalidRequest(`${field} is missing. Send an array with one id.`, field)
  const [id, second] = Array.isArray(ids) ? (ids as readonly unknown[]) : []
  if (typeof id === 'string' && id !== '' && second === undefined) {
    assertNoPath(id, field)
    return id
  }
  throw invalidRequest(`${field} must be an array with exactly one id.`, field)
}

function readTransformations(spec: FlowSpec, given: unknown, isDraft: boolean): readonly JsonObject[] {
  if (given === undefined || given === null) {
    if (isDraft) return []
    throw invalidRequest('transformations is missing. Send a Mapping with its mappingId.', 'transformations')
  }
  if (!Array.isArray(given)) throw invalidRequest('transformations must be an array.', 'transformations')
  return given.map((item, index) => readTransformation(spec, item, `transformations.${index}`))
}

function readTransformation(spec: FlowSpec, item: unknown, label: string): JsonObject {
  const name: unknown = isObject(item) ? item['name'] : undefined
  const own = spec.transformationSpecs.find((candidate) => candidate['name'] === name)
  if (own === undefined || !isObject(item)) {
    const names = spec.transformationSpecs.map((candidate) => candidate['name']).join(', ')
    throw invalidRequest(
      `${label}.name ${JSON.stringify(name ?? null)} is not one of ${names}.`,
      `${label}.name`,
    )
  }
  assertRunnable(name, label)
  const schema = schemaOf(own)
  if (schema !== undefined) assertMatchesSpec(schema, coerceParams(item['params'] ?? {}), `${label}.params`)
  assertNamed(item, label)
  return item as JsonObject
}

/** What a registered spec asks for may be more than this server can do. */
function assertRunnable(name: unknown, label: string): void {
  if (name === 'Copy' || name === 'Mapping') return
  throw invalidRequest(
    `${label}.name ${String(name)} is a transformation that this server has no code for. It runs Copy and Mapping.`,
    `${label}.name`,
  )
}

/** The JSON Schema of a part of a spec, if it has one. */
function schemaOf(part: JsonObject | undefined): JsonObject | undefined {
  const schema: unknown = part?.['spec']
  return isObject(schema) ? (schema as JsonObject) : undefined
}

/** Versions come as number or text, a delta column sometimes as its bare name. */
function coerceParams(params: unknown): unknown {
  if (!isObject(params)) return params
  const { mappingVersion, deltaColumn } = params
  return {
    ...params,
    ...(typeof mappingVersion === 'number' ? { mappingVersion: String(mappingVersion) } : {}),
    ...(typeof deltaColumn === 'string' ? { deltaColumn: { name: deltaColumn } } : {}),
  }
}

/** The schemas of the specs allow blank names and a mapping without id; neither means anything. */
function assertNamed(item: Record<string, unknown>, label: string): void {
  const params = coerceParams(item['params'] ?? {}) as JsonObject
  const deltaColumn: unknown = params['deltaColumn']
  if (isObject(deltaColumn) && deltaColumn['name'] === '') {
    throw invalidRequest(`${label}.params.deltaColumn.name is blank.`, `${label}.params.deltaColumn.name`)
  }
  const { mappingId } = params
  if (item['name'] === 'Mapping' && (typeof mappingId !== 'string' || mappingId === '')) {
    throw invalidRequest(`${label}.params.mappingId is missing.`, `${label}.params.mappingId`)
  }
}

function assertOptions(spec: FlowSpec, options: unknown): void {
  if (options === undefined || options === null) return
  if (!isObject(options)) throw invalidRequest('options must be an object.', 'options')
  const coerced = coerceMembers(options)
  const schema = schemaOf(spec.optionSpec)
  if (schema !== undefined) assertMatchesSpec(schema, coerced, 'options')
  const { verify } = coerced
  if (verify !== undefined && !VERIFY_LEVELS.some((level) => level === verify))
    throw invalidRequest(
      `options.verify ${JSON.stringify(verify)} is not one of ${VERIFY_LEVELS.join(', ')}.`,
      'options.verify',
    )
  const percent = coerced['partialIngestionPercent']
  if (typeof percent === 'number' && percent > 100) {
    throw invalidRequest(
      `options.partialIngestionPercent ${percent} is more than 100.`,
      'options.partialIngestionPercent',
    )
  }
}

function coerceMembers(value: unknown): Record<string, unknown> {
  const members = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(members.map(([name, member]) => [name, coerceText(member)]))
}

/** Text that spells a number or a boolean, as what it spells. */
function coerceText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim().toLowerCase()
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : value
}

function readPolicy({ policy }: JsonObject): void {
  if (policy === undefined || policy === null) return
  if (typeof policy !== 'object') throw invalidRequest('policy must be an object.', 'policy')
  assertPolicy(policy)
}

/** @throws {FlowProblem} 1431 when a policy names fields, but none */
function assertPolicy(policy: unknown): void {
  if (Array.isArray(policy)) for (const item of policy) assertPolicy(item)
  if (!isObject(policy)) return
  for (const [name, value] of Object.entries(policy)) {
    if (name === 'fields' && Array.isArray(value) && value.length === 0) {
      throw new FlowProblem(
        '1431-400',
        'The array fields in the policy is empty. Name at least one field, or leave it out.',
        { field: 'policy' },
      )
    }
    assertPolicy(value)
  }
}

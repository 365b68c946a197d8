import type { Scope } from '#http/scope.ts'
import { asText } from '#kit/as-text.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { CheckedEntity } from '#services/flow-service/entities/change-entity.ts'
import { compact, stateOf, textOf } from '#services/flow-service/entities/entity-document.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import {
  assertNoPath,
  readAttributes,
  readDescription,
  readLabels,
  readName,
} from '#services/flow-service/entities/entity-rules.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { ConnectionSpec } from '#services/flow-service/specs/built-in/spec.ts'
import { assertConnectable, requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { checkFilters } from './check-filters.ts'
import { assertDriftPolicy } from './drift-policy.ts'
import { readValuePolicies } from './value-policies.ts'

/**
 * Checks a source connection and fills in what its document shows. What the table really has is checked when
 * a flow reads it, but for a row filter, which flows may use already. A draft may lack anything but its spec.
 */
export async function checkSourceConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  document: JsonObject,
  isDraft: boolean,
): Promise<CheckedEntity> {
  await assertConnectable(deps.db, scope, document['connectionSpec'])
  const spec = requireConnectionSpec(document['connectionSpec'])
  if (spec.sourceSpec === undefined)
    throw invalidRequest(`${spec.name} is not a source.`, 'connectionSpec.id')
  const base = await readBase(deps, scope, {
    spec,
    document,
    isDraft,
    isRequired: spec.authSpec !== undefined,
  })
  const params = readTableParams(document['params'], isDraft)
  if (deps.config.strict) assertNoChangeCapture(params)
  if (base !== undefined && !isDraft) await checkFilters(deps, scope, base, params)
  return {
    document: {
      ...document,
      name: readName(document, isDraft),
      description: readDescription(document),
      connectionSpec: { id: spec.id, version: spec.version },
      attributes: readAttributes(document),
      labels: readLabels(document),
      data: readData(document['data'], { format: 'tabular', schema: null, properties: null }),
      params,
      inheritedAttributes: inheritedFrom(base),
    },
    columns: { spec_id: spec.id, connection_id: base === undefined ? null : textOf(base, 'id') },
  }
}

export interface BaseReference {
  readonly spec: ConnectionSpec
  readonly document: JsonObject
  readonly isDraft: boolean
  readonly isRequired: boolean
}

/** The base connection that a source or target connection goes through; it must be of the same spec. */
export async function readBase(
  { db }: Pick<FlowServiceDependencies, 'db'>,
  scope: Scope,
  { spec, document, isDraft, isRequired }: BaseReference,
): Promise<JsonObject | undefined> {
  const id = document['baseConnectionId']
  const field = 'baseConnectionId'
  if (id === undefined || id === null || id === '') {
    if (isDraft || !isRequired) return undefined
    throw invalidRequest(`${field} is missing. Send the id of a base connection.`, field)
  }
  if (typeof id !== 'string') throw invalidRequest(`${field} must be a text.`, field)
  assertNoPath(id, field)
  const base = await getDocument(db, scope, CONNECTIONS, id)
  const baseSpec: unknown = base['connectionSpec']
  const baseSpecId = isObject(baseSpec) ? baseSpec['id'] : undefined
  if (baseSpecId !== spec.id) {
    throw invalidRequest(
      `connectionSpec.id ${spec.id} differs from that of the base connection, ${String(baseSpecId)}.`,
      'connectionSpec.id',
    )
  }
  if (!isDraft && stateOf(base) === 'draft') {
    throw invalidRequest(`The base connection ${id} is a draft. Publish it first.`, field)
  }
  return base
}

/** What a connection shows of its base; `undefined` without one. */
export function inheritedFrom(base: JsonObject | undefined): JsonObject | undefined {
  if (base === undefined) return undefined
  return { baseConnection: { id: base['id'], connectionSpec: base['connectionSpec'] } }
}

/** `data` as an object, whatever was sent; clients read its members without looking. @throws {FlowProblem} 1100 */
export function readData(data: unknown, defaults: JsonObject): JsonObject {
  if (data === undefined || data === null) return defaults
  if (!isObject(data)) throw invalidRequest('data must be an object.', 'data')
  const given = compact(data as JsonObject)
  if (given['format'] !== undefined && typeof given['format'] !== 'string')
    throw invalidRequest('data.format must be a text, such as "tabular".', 'data.format')
  return { ...defaults, ...given }
}

/** `params` as an object; clients ask whether a member is there, not whether it is null. @throws {FlowProblem} 1100 */
export function readParams(params: unknown): JsonObject {
  if (params === undefined || params === null) return {}
  if (!isObject(params)) throw invalidRequest('params must be an object.', 'params')
  return compact(params as JsonObject)
}

function readTableParams(given: unknown, isDraft: boolean): JsonObject {
  const { tableName, ...rest } = readParams(given)
  const { columns, filters } = rest
  if (columns !== undefined) assertColumns(columns)
  assertDriftPolicy(rest)
  readValuePolicies(rest)
  if (filters !== undefined && !isObject(filters))
    throw invalidRequest('params.filters must be an object: {type, format, value}.', 'params.filters')
  if (tableName !== undefined && typeof tableName !== 'string')
    throw invalidRequest('params.tableName must be a text.', 'params.tableName')
  if (tableName !== undefined && tableName !== '') return { ...rest, tableName }
  if (isDraft) return rest
  throw invalidRequest(`params.tableName is missing.${misspelt(rest)}`, 'params.tableName')
}

/** Capture of changes is for other sources; what asks for it here is stored, and has no effect. */
function assertNoChangeCapture({ cdcEnabled }: JsonObject): void {
  if (cdcEnabled === undefined || asText(cdcEnabled).toLowerCase() !== 'true') return
  throw invalidRequest(
    'params.cdcEnabled is true, but changes cannot be captured from this source. Leave it out, and let the flow follow a delta column.',
    'params.cdcEnabled',
  )
}

function misspelt(params: JsonObject): string {
  const near = nearestName('tableName', Object.keys(params))
  return near === undefined ? ' Send a path that explore lists.' : ` Did you mean that by ${near}?`
}

function assertColumns(columns: unknown): void {
  if (!Array.isArray(columns)) throw invalidRequest('params.columns must be an array.', 'params.columns')
  for (const [index, column] of columns.entries()) {
    const name: unknown = isObject(column) ? column['name'] : undefined
    if (typeof name === 'string' && name !== '') continue
    throw invalidRequest(`params.columns.${index}.name is missing.`, `params.columns.${index}.name`)
  }
}

import type { Scope } from '#http/scope.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import type { ConnectionTarget } from '#source/postgres/connect/connection-target.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { targetOf } from './auth-params.ts'
import { askSource } from './check-source.ts'
import { findConnection } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { stateOf } from './entity-document.ts'
import { CONNECTIONS } from './entity-kinds.ts'
import { parseFlag } from './list-query.ts'
import { FlowProblem, invalidRequest, notFound } from './problems.ts'
import type { SourcePort } from './source-port.ts'

/** The query of an exploration, as it arrives. */
export interface ExploreParameters {
  readonly objectType?: string | undefined
  readonly object?: string | undefined
  readonly preview?: string | undefined
  readonly previewCount?: string | undefined
  readonly filters?: string | undefined
}

const DEFAULT_PREVIEW_ROWS = 100
const MAX_PREVIEW_ROWS = 1000

/** Lists what a source offers, or describes one table or view of it with its first rows if wanted. */
export async function exploreConnection(
  { db, keyring, source }: FlowServiceDependencies,
  scope: Scope,
  id: string,
  parameters: ExploreParameters,
): Promise<Json> {
  const connection = await findConnection(db, keyring, scope, id)
  if (connection === undefined) throw notFound(CONNECTIONS.name, id)
  if (stateOf(connection.document) === 'draft') {
    throw invalidRequest(`The connection ${id} is a draft. Publish it first.`)
  }
  if (connection.auth === undefined) throw invalidRequest(`The connection ${id} has nothing to explore.`)
  const target = targetOf(connection.auth)
  return wantsRoot(parameters)
    ? await listRoot(source, target)
    : await describeTable(source, target, parameters)
}

/** The root is the default; an object without a type is a table. */
function wantsRoot({ objectType, object }: ExploreParameters): boolean {
  const type = (objectType ?? '').toLowerCase()
  if (type === 'root') return true
  if (type === '') return object === undefined || object === ''
  if (type === 'table' || type === 'view') return false
  throw invalidRequest(
    `objectType ${objectType} does not exist in a database. Use root, table or view.`,
    'objectType',
  )
}

async function listRoot(source: SourcePort, target: ConnectionTarget): Promise<Json> {
  const relations = await askSource(undefined, (signal) => source.listRelations(target, { signal }))
  return relations.map(({ type, path }) => ({
    type,
    name: path,
    path,
    canPreview: true,
    canFetchSchema: true,
  }))
}

async function describeTable(
  source: SourcePort,
  target: ConnectionTarget,
  parameters: ExploreParameters,
): Promise<JsonObject> {
  const { object } = parameters
  if (object === undefined || object.trim() === '') {
    throw invalidRequest(
      'object is missing. Send the path of a table or view as the root lists it.',
      'object',
    )
  }
  if (!parseFlag(parameters.preview, 'preview')) {
    return describeShape(
      await askSource(undefined, (signal) => source.describeRelation(target, object, { signal })),
    )
  }
  const limit = parsePreviewCount(parameters.previewCount)
  const filters = parseFilters(parameters.filters)
  const preview = await askSource(undefined, (signal) =>
    source.previewRelation(target, object, { limit, filters, signal }),
  )
  return { ...describeShape(preview.shape), data: preview.rows }
}

function describeShape(shape: RelationShape): JsonObject {
  const columns = shape.columns.map(({ name, type }) => ({ name, ...type.explore }) as JsonObject)
  return { format: 'flat', schema: { columns } }
}

function parsePreviewCount(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PREVIEW_ROWS
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Math.min(Number(text), MAX_PREVIEW_ROWS)
  throw new FlowProblem(
    '1452-400',
    `The value ${text} is not valid for the field previewCount. Send a whole number from 1 to ${MAX_PREVIEW_ROWS}.`,
    {
      value: text,
      field: 'previewCount',
    },
  )
}

/** Base64 in either alphabet, padded or not; a plus that was not encoded is a blank by now, and the docs' example ends with a stray backslash. */
function parseFilters(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined
  const base64 = text.trim().replaceAll(' ', '+').replace(/\\+$/, '')
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch {
    throw invalidRequest('filters is not the Base64 form of a JSON document.', 'filters')
  }
}

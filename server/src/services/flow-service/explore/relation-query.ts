import { isObject } from '#kit/json.ts'
import { parseCount, parseFlag } from '#services/flow-service/lists/list-query.ts'
import { badToken, decodeToken, encodeToken } from '#services/flow-service/lists/page-token.ts'
import type { ListRelationsOptions } from '#source/postgres/explore/list-relations.ts'

/** The parameters of a listing, as they arrive. */
export interface RelationListParameters {
  readonly limit?: string | undefined
  readonly continuationToken?: string | undefined
  readonly includePartitions?: string | undefined
  readonly schema?: string | undefined
  readonly search?: string | undefined
}

/** What a listing is asked for, checked. Without a limit everything is wanted in one answer. */
export interface RelationQuery extends ListRelationsOptions {
  readonly limit?: number | undefined
}

const MAX_LIMIT = 10_000

/**
 * Reads the parameters of a listing. With a continuation token the token decides alone, as in all other lists.
 *
 * @throws {FlowProblem} 1452 for a bad value, or a token that this connection did not give out
 */
export function parseRelationQuery(parameters: RelationListParameters, connectionId: string): RelationQuery {
  const { continuationToken } = parameters
  if (continuationToken !== undefined && continuationToken !== '')
    return parseToken(continuationToken, connectionId)
  const limit = parseCount(parameters.limit, 'limit', MAX_LIMIT)
  return {
    includePartitions: parseFlag(parameters.includePartitions, 'includePartitions'),
    ...textOrNothing('schema', parameters.schema),
    ...textOrNothing('search', parameters.search),
    ...(limit === undefined ? {} : { limit }),
  }
}

/** The token of the page after `after`. */
export function formatRelationToken(
  query: RelationQuery,
  after: { readonly schema: string; readonly name: string },
  connectionId: string,
): string {
  const { includePartitions, schema, search, limit } = query
  const place = [after.schema, after.name]
  const token = { connectionId, includePartitions, schema, search, limit, after: place }
  return encodeToken(token)
}

function textOrNothing<Key extends string>(key: Key, text: string | undefined): { [K in Key]?: string } {
  return text === undefined || text === '' ? {} : ({ [key]: text } as { [K in Key]?: string })
}

function parseToken(text: string, connectionId: string): RelationQuery {
  const token = decodeToken(text)
  if (!isObject(token) || token['connectionId'] !== connectionId) throw badToken()
  const { includePartitions, schema, search, limit, after } = token
  const [afterSchema, afterName] = Array.isArray(after) ? (after as unknown[]) : []
  if (
    typeof includePartitions !== 'boolean' ||
    !isTextOrAbsent(schema) ||
    !isTextOrAbsent(search) ||
    !isText(afterSchema) ||
    !isText(afterName) ||
    !Number.isInteger(limit) ||
    Number(limit) < 1 ||
    Number(limit) > MAX_LIMIT
  )
    throw badToken()
  return {
    includePartitions,
    ...(schema === undefined ? {} : { schema }),
    ...(search === undefined ? {} : { search }),
    limit: Number(limit),
    after: { schema: afterSchema, name: afterName },
  }
}

/** PostgreSQL has no NUL in text. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || isText(value)
}

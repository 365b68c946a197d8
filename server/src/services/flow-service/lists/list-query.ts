import { FlowProblem } from '#services/flow-service/problems.ts'
import { type Ordering, parseOrderBy } from './order-by.ts'
import { badToken, formatPageToken, parsePageToken } from './page-token.ts'
import { type FilterableFields, type PropertyFilter, parsePropertyFilter } from './property-filter.ts'

/** The query parameters that all lists share, as they arrive. */
export interface ListParameters {
  readonly property?: string | readonly string[] | undefined
  readonly limit?: string | undefined
  readonly orderby?: string | undefined
  readonly continuationToken?: string | undefined
  readonly count?: string | undefined
}

/** What a list is asked for, checked. */
export interface ListQuery {
  readonly filter: PropertyFilter
  /** Empty means newest first. */
  readonly orderings: readonly Ordering[]
  readonly limit: number
  readonly countOnly: boolean
  /** Values of the sort keys after which the page starts. */
  readonly after?: readonly string[] | undefined
  /** The token of the page after the row with these sort values. */
  readonly tokenAfter: (sortValues: readonly string[]) => string
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

/**
 * Reads the parameters of a list. With a continuation token the token decides alone, because clients send the
 * original parameters again or leave them out.
 *
 * @throws {FlowProblem} with the documented code of the parameter that is wrong
 */
export function parseListQuery(
  parameters: ListParameters,
  resource: string,
  filterable: FilterableFields,
): ListQuery {
  const token = parameters.continuationToken
  if (token !== undefined && token !== '') return continueQuery(token, resource, filterable)
  const countOnly = parseFlag(parameters.count, 'count')
  if (countOnly && parameters.limit !== undefined && parameters.limit !== '') {
    throw new FlowProblem(
      '1401-400',
      'The parameters limit and count=true do not go together. Leave one of them out.',
    )
  }
  const property = listOf(parameters.property)
  const limit = parseCount(parameters.limit, 'limit', MAX_LIMIT) ?? DEFAULT_LIMIT
  return buildQuery({ resource, property, orderby: parameters.orderby, limit }, filterable, countOnly)
}

function continueQuery(text: string, resource: string, filterable: FilterableFields): ListQuery {
  const token = parsePageToken(text, resource)
  const query = buildQuery(token, filterable, false)
  // One value a key, and the id that breaks ties; without keys the order is by time of creation.
  const keyCount = Math.max(1, query.orderings.length) + 1
  if (token.after.length !== keyCount) {
    throw badToken()
  }
  return { ...query, after: token.after }
}

interface QueryParts {
  readonly resource: string
  readonly property: readonly string[]
  readonly orderby?: string | undefined
  readonly limit: number
}

function buildQuery(parts: QueryParts, filterable: FilterableFields, countOnly: boolean): ListQuery {
  const { resource, property, orderby } = parts
  const limit = Math.min(parts.limit, MAX_LIMIT)
  return {
    filter: parsePropertyFilter(property, filterable),
    orderings: parseOrderBy(orderby, filterable.fields),
    limit,
    countOnly,
    tokenAfter: (after) => formatPageToken({ resource, property, orderby, limit, after }),
  }
}

/** One parameter or several of the same name. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** A number of things, `max` at most; a larger one means `max`. `undefined` when none is given. */
export function parseCount(text: string | undefined, field: string, max: number): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Math.min(Number(text), max)
  throw new FlowProblem(
    '1452-400',
    `The value ${text} is not valid for the field ${field}. Send a whole number from 1 to ${max}.`,
    { value: text, field },
  )
}

/** A boolean as clients spell it: `true`, `True`, `1`. */
export function parseFlag(text: string | undefined, field: string): boolean {
  const value = (text ?? '').trim().toLowerCase()
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0' || value === '') return false
  throw new FlowProblem(
    '1452-400',
    `The value ${text} is not valid for the field ${field}. Send true or false.`,
    { value: value, field },
  )
}

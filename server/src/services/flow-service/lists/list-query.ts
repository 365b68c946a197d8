import { FlowProblem } from '#services/flow-service/problems.ts'
import { type Ordering, parseOrderBy } from './order-by.ts'
import type { PageToken, PageTokens } from './page-token.ts'
import { type FilterableFields, type PropertyFilter, parsePropertyFilter } from './property-filter.ts'

/** The query parameters that all lists share, as they arrive. */
export interface ListParameters {
  readonly property?: string | readonly string[] | undefined
  readonly limit?: string | undefined
  readonly orderby?: string | undefined
  readonly continuationToken?: string | undefined
  readonly count?: string | undefined
}

/** What is listed. */
export interface Collection {
  /** Segment of the path. */
  readonly name: string
  readonly filterable: FilterableFields
  readonly tokens: PageTokens
}

/** What a list is asked for, checked. */
export interface ListQuery {
  readonly filter: PropertyFilter
  /** Empty means newest first. */
  readonly orderings: readonly Ordering[]
  readonly limit: number
  readonly countOnly: boolean
  /** The sandboxes of a search across several; absent for the one of the request. */
  readonly sandboxIds?: readonly string[] | undefined
  /** Values of the sort keys after which the page starts. */
  readonly after?: readonly string[] | undefined
  /** The token of the page after the row with these sort values. */
  readonly tokenAfter: (sortValues: readonly string[]) => string
}

/** What {@link buildQuery} makes a query of; everything but the position is as the client wrote it. */
export interface QueryParts extends Omit<PageToken, 'after' | 'limit'> {
  /** {@link DEFAULT_LIMIT} when absent. */
  readonly limit?: number | undefined
  readonly countOnly?: boolean | undefined
}

const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 1000

/**
 * Reads the parameters of a list. With a continuation token the token decides alone, because clients send the
 * original parameters again or leave them out.
 *
 * @throws {FlowProblem} with the documented code of the parameter that is wrong
 */
export function parseListQuery(parameters: ListParameters, collection: Collection): ListQuery {
  const { continuationToken: token, orderby } = parameters
  if (token !== undefined && token !== '') return continueQuery(token, collection)
  const countOnly = parseFlag(parameters.count, 'count')
  const limit = parseCount(parameters.limit, 'limit', MAX_LIMIT)
  if (countOnly && limit !== undefined) throw limitWithCount()
  return buildQuery({ property: listOf(parameters.property), orderby, limit, countOnly }, collection)
}

/** The query that gave out a token, from where it stopped. @throws {FlowProblem} 1452 */
export function continueQuery(text: string, collection: Collection): ListQuery {
  const token = collection.tokens.parse(text)
  return { ...buildQuery(token, collection), after: token.after }
}

export function buildQuery(parts: QueryParts, { filterable, tokens }: Collection): ListQuery {
  const { property, orderby, limit = DEFAULT_LIMIT, countOnly = false, sandboxIds } = parts
  return {
    filter: parsePropertyFilter(property, filterable),
    orderings: parseOrderBy(orderby, filterable.fields),
    limit,
    countOnly,
    sandboxIds,
    tokenAfter: (after) => tokens.format({ property, orderby, limit, sandboxIds, after }),
  }
}

export function limitWithCount(): FlowProblem {
  return new FlowProblem(
    '1401-400',
    'The parameters limit and count=true do not go together. Leave one of them out.',
  )
}

/** One parameter or several of the same name. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** A number of things, `max` at most; a larger one means `max`. `undefined` when none is given. */
export function parseCount(text: string | undefined, field: string, max: number): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d+$/.test(text) && Number(text) > 0) return Math.min(Number(text), max)
  throw badValue(text, field, `Send a whole number from 1 to ${max}.`)
}

/** A boolean as clients spell it: `true`, `True`, `1`. */
export function parseFlag(text: string | undefined, field: string): boolean {
  const value = (text ?? '').trim().toLowerCase()
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0' || value === '') return false
  throw badValue(text ?? '', field, 'Send true or false.')
}

/** A value that a parameter cannot have. */
export function badValue(value: string, field: string, remedy: string): FlowProblem {
  return new FlowProblem('1452-400', `The value ${value} is not valid for the field ${field}. ${remedy}`, {
    value,
    field,
  })
}

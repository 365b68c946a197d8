import type { JsonObject } from '#kit/json.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import {
  badValue,
  buildQuery,
  type Collection,
  continueQuery,
  type ListQuery,
  limitWithCount,
  MAX_LIMIT,
  parseCount,
  parseFlag,
} from './list-query.ts'
import { splitOutsideQuotes } from './property-filter.ts'

/** What a search is asked for: the same as a list, in a body. */
export interface SearchRequest {
  /** Absent only beside a token, which decides alone. */
  readonly body: JsonObject
  readonly continuationToken?: string | undefined
  /** The sandboxes to search, when they are not the one of the request. */
  readonly sandboxIds?: readonly string[] | undefined
}

/**
 * Reads a search: `queryString` holds what a list takes as `property`, several joined by `&`, each with or without
 * `property=` before it; `projectionFields` names what to show.
 *
 * @throws {FlowProblem} with the documented code of the member that is wrong
 */
export function parseSearchQuery(request: SearchRequest, collection: Collection): ListQuery {
  const { body, continuationToken: token, sandboxIds } = request
  if (token !== undefined && token !== '') return continueQuery(token, collection)
  const countOnly = parseFlag(scalarOf(body, 'count'), 'count')
  const limit = parseLimit(scalarOf(body, 'limit'))
  if (countOnly && limit !== undefined) throw limitWithCount()
  const orderby = textOf(body, 'orderby')
  if (sandboxIds !== undefined && orderby !== undefined) throw orderedAcrossSandboxes(orderby)
  const property = [...splitQueryString(textOf(body, 'queryString') ?? ''), ...projectionOf(body)]
  return buildQuery({ property, orderby, limit, countOnly, sandboxIds }, collection)
}

/** Lists cut a limit that is too high down; a search refuses it. */
function parseLimit(text: string | undefined): number | undefined {
  const limit = parseCount(text, 'limit', MAX_LIMIT)
  if (text === undefined || Number(text) <= MAX_LIMIT) return limit
  throw badValue(text, 'limit', `Send a whole number from 1 to ${MAX_LIMIT}.`)
}

/** The conditions of a query string. */
export function splitQueryString(text: string): readonly string[] {
  return splitOutsideQuotes(text.replace(/^\s*\?/, ''), '&').map((part) =>
    decodePercents(part.replace(/^\s*property\s*=(?!=)/, '')),
  )
}

/** Clients that think of a URL encode what is in it; a percent sign that encodes nothing is itself. */
function decodePercents(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

function projectionOf(body: JsonObject): readonly string[] {
  const text = textOf(body, 'projectionFields')
  if (text === undefined) return []
  if (!/[=!<>~"]/.test(text)) return [text]
  throw badValue(text, 'projectionFields', 'Send names of fields, separated by commas.')
}

/** A member that is text; blank and null are as good as absent. */
export function textOf(body: JsonObject, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw unhandledType(field, 'Send text.')
  return value.trim() === '' ? undefined : value
}

function scalarOf(body: JsonObject, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') throw unhandledType(field, 'Send a plain value.')
  return String(value)
}

function unhandledType(field: string, remedy: string): FlowProblem {
  return new FlowProblem('1454-400', `The type of the value of ${field} is not handled. ${remedy}`, { field })
}

function orderedAcrossSandboxes(orderby: string): FlowProblem {
  return new FlowProblem(
    '1424-400',
    'orderby does not go together with a search across sandboxes, which is newest first. Leave it out.',
    { orderby },
  )
}

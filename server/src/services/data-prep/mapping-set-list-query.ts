import { badRequest } from './problems.ts'

/** A list request of mapping sets, read from its query string. */
export interface MappingSetListQuery {
  readonly limit: number
  readonly start: number
  readonly name: string | undefined
  readonly property: { readonly path: readonly string[]; readonly value: string } | undefined
  readonly orderBy: { readonly property: string; readonly direction: 'asc' | 'desc' }
  readonly isSchemaExpanded: boolean
}

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

/** `lastUpdateDate` is what the published request collection sends. */
const SORT_PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['createdDate', 'createdDate'],
  ['updatedDate', 'modifiedDate'],
  ['modifiedDate', 'modifiedDate'],
  ['lastUpdateDate', 'modifiedDate'],
  ['name', 'name'],
])

type RawQuery = Readonly<Record<string, unknown>>

/** @throws {DataPrepProblem} 400 for a parameter that makes no sense */
export function parseMappingSetListQuery(query: RawQuery): MappingSetListQuery {
  return {
    limit: parseCount('limit', query['limit'], { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT,
    start: parseCount('start', query['start'], { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
    name: textOf(query['name']),
    property: parseProperty(textOf(query['property'])),
    orderBy: parseOrder(textOf(query['orderBy'])),
    isSchemaExpanded: parseFlag(query['expandSchema']),
  }
}

/** A whole number of a query string; undefined when it is absent or blank. */
export function parseCount(
  name: string,
  given: unknown,
  range: { min: number; max: number },
): number | undefined {
  const text = textOf(given)
  if (text === undefined) return undefined
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (count >= range.min && count <= range.max) return count
  throw badRequest(
    `The parameter '${name}' must be a whole number from ${range.min} to ${range.max}, not '${text}'.`,
  )
}

/** `true` in any case. */
export function parseFlag(given: unknown): boolean {
  return textOf(given)?.toLowerCase() === 'true'
}

function parseOrder(text: string | undefined): MappingSetListQuery['orderBy'] {
  if (text === undefined) return { property: 'modifiedDate', direction: 'desc' }
  // A plus sign in a query string that nobody encoded arrives as a blank, which is trimmed already.
  const name = text.replace(/^[+-]/, '')
  const property = SORT_PROPERTIES.get(name)
  if (property === undefined)
    throw badRequest(`The parameter 'orderBy' must be createdDate, updatedDate or name, not '${name}'.`)
  return { property, direction: text.startsWith('-') ? 'desc' : 'asc' }
}

function parseProperty(text: string | undefined): MappingSetListQuery['property'] {
  if (text === undefined) return undefined
  const match = /^([\w.]+)==(.*)$/s.exec(text)
  if (match?.[1] === undefined)
    throw badRequest(`The parameter 'property' must be 'name==value', not '${text}'.`)
  return { path: match[1].split('.'), value: match[2] ?? '' }
}

function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  const text = first === undefined || first === null ? '' : String(first).trim()
  return text === '' ? undefined : text
}

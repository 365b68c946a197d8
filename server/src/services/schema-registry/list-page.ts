import { invalidQuery } from './problems.ts'

/** Query parameters of a list that choose and order its page. */
export interface PageQuery {
  readonly orderby?: string | undefined
  readonly start?: string | undefined
  readonly limit?: number | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly orderby: string
  /** What to send as `start` for the next page; `null` after the last. */
  readonly next: string | number | null
}

export type SortValue = string | number

const MAX_LIMIT = 500
/** A page is never longer, whatever was asked for. */
const MAX_ITEMS = 300

interface SortField {
  readonly name: string
  readonly isDescending: boolean
}

/**
 * Sorts items and cuts the page that starts strictly after `start`. Items that share the last sort value stay
 * together on a page, so that none is skipped. Without `orderby` the limit is ignored: clients that don't ask
 * for an order don't page either.
 */
export function cutPage<T>(
  items: readonly T[],
  query: PageQuery,
  fieldValue: (item: T, field: string) => SortValue,
): Page<T> {
  const fields = readFields(query.orderby ?? 'updated')
  const [first] = fields
  const limit = query.orderby === undefined ? MAX_ITEMS : Math.min(readLimit(query.limit), MAX_ITEMS)
  const sorted = [...items].sort((a, b) => compareBy(fields, a, b, fieldValue))
  const from = query.start === undefined ? 0 : findStart(sorted, query.start, first, fieldValue)
  let end = Math.min(from + limit, sorted.length)
  while (
    end > from &&
    end < sorted.length &&
    isTie(sorted[end - 1] as T, sorted[end] as T, first, fieldValue)
  )
    end++
  const isLast = end >= sorted.length || end === from
  return {
    items: sorted.slice(from, end),
    orderby: query.orderby ?? 'updated',
    next: isLast ? null : fieldValue(sorted[end - 1] as T, first.name),
  }
}

function readLimit(limit: number | undefined): number {
  if (limit === undefined) return MAX_ITEMS
  if (limit < 0 || limit > MAX_LIMIT) throw invalidQuery(`limit=${limit} is out of range: 0 to ${MAX_LIMIT}.`)
  return limit
}

function readFields(orderby: string): readonly [SortField, ...SortField[]] {
  const [first, ...rest] = orderby
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({ name: part.replace(/^[-+]/, ''), isDescending: part.startsWith('-') }))
  if (first === undefined) throw invalidQuery('orderby is empty. Name a property, such as title.')
  return [first, ...rest]
}

function compareBy<T>(
  fields: readonly SortField[],
  a: T,
  b: T,
  fieldValue: (item: T, field: string) => SortValue,
): number {
  for (const { name, isDescending } of fields) {
    const order = compareValues(fieldValue(a, name), fieldValue(b, name))
    if (order !== 0) return isDescending ? -order : order
  }
  return 0
}

function compareValues(a: SortValue, b: SortValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [x, y] = [String(a), String(b)]
  return x === y ? 0 : x < y ? -1 : 1
}

function isTie<T>(a: T, b: T, field: SortField, fieldValue: (item: T, field: string) => SortValue): boolean {
  return compareValues(fieldValue(a, field.name), fieldValue(b, field.name)) === 0
}

function findStart<T>(
  sorted: readonly T[],
  start: string,
  field: SortField,
  fieldValue: (item: T, field: string) => SortValue,
): number {
  const index = sorted.findIndex((item) => {
    const value = fieldValue(item, field.name)
    const order = compareValues(value, typeof value === 'number' ? Number(start) : start)
    return field.isDescending ? order < 0 : order > 0
  })
  return index < 0 ? sorted.length : index
}

import { type RawBuilder, sql } from 'kysely'
import { isUuid } from '#kit/ids.ts'
import type { EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
import { prefixOf, refOf } from './column-sql.ts'
import type { Ordering } from './order-by.ts'

/** One expression of an order, with the type that its values are compared in. */
export interface SortKey {
  readonly expression: RawBuilder<unknown>
  /** The column, when it is one. */
  readonly column?: string | undefined
  readonly type: 'bigint' | 'text' | 'jsonb' | 'uuid'
  readonly descending: boolean
  /** All values that the expression can have, by code points. */
  readonly values?: readonly string[] | undefined
}

const NEWEST_FIRST: readonly Ordering[] = [{ path: ['createdAt'], descending: true }]

/** The keys of an order. The id comes last, in the direction of the key before it, so that no two rows are equal. */
export function sortKeys(kind: EntityKind, orderings: readonly Ordering[]): readonly SortKey[] {
  const keys = (orderings.length === 0 ? NEWEST_FIRST : orderings).map((ordering) => sortKey(kind, ordering))
  const unique = keys.findIndex(({ column }) => column === 'id')
  if (unique >= 0) return keys.slice(0, unique + 1)
  const descending = keys.at(-1)?.descending ?? false
  return [...keys, { expression: sql.ref('entity.id'), column: 'id', type: 'uuid', descending }]
}

function sortKey(kind: EntityKind, { path, descending }: Ordering): SortKey {
  const column = kind.columns[path.join('.')]
  // An absent value sorts as JSON null, which is comparable, unlike SQL's.
  if (column === undefined || column.type === 'texts' || column.isNullable === true)
    return {
      expression: sql`coalesce(entity.document #> ${path}::text[], 'null')`,
      type: 'jsonb',
      descending,
    }
  const ref = refOf(column)
  const key = { column: column.column, descending, values: column.values }
  if (column.type === 'uuid') return { ...key, expression: ref, type: 'uuid' }
  if (column.type === 'bigint' || column.type === 'time') return { ...key, expression: ref, type: 'bigint' }
  // Each of a handful of values is a list of its own, whose order is that of the values.
  if (column.values !== undefined) return { ...key, expression: ref, type: 'text' }
  const text = column.prefix === undefined ? ref : prefixOf(ref, column.prefix)
  return { ...key, expression: sql`${text} collate "C"`, type: 'text' }
}

/** An `order by` of these expressions, which stand for the keys. */
export function orderSql(
  keys: readonly SortKey[],
  expressions: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  return sql.join(
    expressions.map((expression, index) => (keys[index]?.descending ? sql`${expression} desc` : expression)),
  )
}

/**
 * The part of a list after a place in it, as parts that follow each other, each of which one range of an index
 * holds: comparing rows is such a range only while all keys point in the same direction.
 */
export function partsAfter(
  keys: readonly SortKey[],
  after: readonly string[] | undefined,
): readonly (readonly RawBuilder<boolean>[])[] {
  const [first] = keys
  if (first?.values !== undefined) return partsByValue(first, first.values, { keys, after })
  if (after === undefined) return [[]]
  const turn = keys.findIndex(({ descending }) => descending !== first?.descending)
  const length = turn < 0 ? keys.length : turn
  const beyond = beyondSql(keys.slice(0, length), after)
  if (length === keys.length) return [[beyond]]
  const equal = keys.slice(0, length).map((key, index) => equalSql(key, after[index] ?? ''))
  const rest = partsAfter(keys.slice(length), after.slice(length))
  return [...rest.map((part) => [...equal, ...part]), [beyond]]
}

interface Place {
  readonly keys: readonly SortKey[]
  readonly after: readonly string[] | undefined
}

/** A key of a handful of values makes a list for each of them. */
function partsByValue(
  key: SortKey,
  values: readonly string[],
  { keys, after }: Place,
): readonly (readonly RawBuilder<boolean>[])[] {
  const ordered = key.descending ? values.toReversed() : values
  const start = after === undefined ? 0 : ordered.indexOf(after[0] ?? '')
  return ordered.slice(start).flatMap((value, index) => {
    const isStarted = after !== undefined && index === 0
    const rest = partsAfter(keys.slice(1), isStarted ? after.slice(1) : undefined)
    return rest.map((part) => [equalSql(key, value), ...part])
  })
}

function equalSql({ expression, type }: SortKey, value: string): RawBuilder<boolean> {
  return sql`${expression} = ${value}::${sql.raw(type)}`
}

/** Rows that come after these values, all keys pointing in the same direction. */
function beyondSql(keys: readonly SortKey[], after: readonly string[]): RawBuilder<boolean> {
  const left = sql.join(keys.map(({ expression }) => expression))
  const right = sql.join(keys.map(({ type }, index) => sql`${after[index]}::${sql.raw(type)}`))
  return sql`(${left}) ${sql.raw(keys[0]?.descending ? '<' : '>')} (${right})`
}

/** False for sort values that these keys cannot have: another version of the program gave out the token. */
export function areSortValues(keys: readonly SortKey[], after: readonly string[]): boolean {
  return keys.length === after.length && keys.every((key, index) => isSortValue(key, after[index] ?? ''))
}

function isSortValue({ type, values }: SortKey, value: string): boolean {
  if (values !== undefined) return values.includes(value)
  if (type === 'uuid') return isUuid(value)
  if (type === 'bigint') return /^-?\d{1,18}$/.test(value)
  return type === 'text' || isJson(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

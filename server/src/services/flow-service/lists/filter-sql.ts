import { type RawBuilder, sql } from 'kysely'
import { isUuid } from '#kit/ids.ts'
import type { EntityKind, FieldColumn } from '#services/flow-service/entities/entity-kinds.ts'
import type { Ordering } from './order-by.ts'
import { type Condition, isNumber, isStateField, type Operator } from './property-filter.ts'

/** What a condition asks of a row of the kind's table (aliased `entity`), as SQL with bound values. */
export function conditionSql(kind: EntityKind, condition: Condition): RawBuilder<boolean> {
  const column = kind.columns[condition.path.join('.')]
  return column === undefined ? documentSql(condition) : columnSql(column, condition)
}

function columnSql(
  { column, type, fold }: FieldColumn,
  { operator, values }: Condition,
): RawBuilder<boolean> {
  const ref = sql.ref(`entity.${column}`)
  if (type === 'uuid') {
    // Text that is no uuid equals none.
    const ids = values.filter(isUuid)
    return operator === '!=' ? sql`${ref} <> all(${ids}::uuid[])` : sql`${ref} = any(${ids}::uuid[])`
  }
  if (type === 'bigint') return compareSql(sql`${ref}::numeric`, operator, values, 'numeric')
  return fold
    ? compareSql(sql`lower(${ref})`, operator, values.map(lower), 'text')
    : compareSql(sql`${ref}`, operator, values, 'text')
}

/**
 * The document's values at the path are compared by their own type. Lax JSON paths walk through arrays by
 * themselves, so `ids[]==a` and `ids==a` are the same; `!=` means that no value is equal.
 */
function documentSql(condition: Condition): RawBuilder<boolean> {
  const path = `lax ${['$', ...condition.path.map((name) => JSON.stringify(name))].join('.')}[*]`
  const operator = condition.operator === '!=' ? '==' : condition.operator
  const found = sql<boolean>`exists (
    select from jsonb_path_query(entity.document, ${path}::jsonpath) as found (value)
    where ${valueSql(condition, operator)}
  )`
  return condition.operator === '!=' ? sql`not ${found}` : found
}

/** The order of evaluation matters: only numbers are cast to numeric, and `case` promises it. */
function valueSql({ path, values }: Condition, operator: Operator): RawBuilder<boolean> {
  const text = sql`found.value #>> '{}'`
  const numbers = values.filter(isNumber)
  const asText = isStateField(path)
    ? compareSql(sql`lower(${text})`, operator, values.map(lower), 'text')
    : compareSql(sql`(${text})`, operator, values, 'text')
  return sql`case jsonb_typeof(found.value)
    when 'number' then ${compareSql(sql`(${text})::numeric`, operator, numbers, 'numeric')}
    when 'boolean' then ${compareSql(sql`(${text})`, operator, values.map(lower), 'text')}
    when 'string' then ${asText}
    else false
  end`
}

function compareSql(
  left: RawBuilder<unknown>,
  operator: Operator,
  values: readonly string[],
  type: 'text' | 'numeric',
): RawBuilder<boolean> {
  const right = sql`(${values}::${sql.raw(`${type}[]`)})`
  if (operator === '==') return sql`${left} = any${right}`
  if (operator === '!=') return sql`${left} <> all${right}`
  return sql`${left} ${sql.raw(operator)} any${right}`
}

function lower(text: string): string {
  return text.toLowerCase()
}

/** One expression of an order, with the type that its values are compared in. */
export interface SortKey {
  readonly expression: RawBuilder<unknown>
  readonly type: 'bigint' | 'text' | 'jsonb' | 'uuid'
  readonly descending: boolean
}

/** The keys of an order; the id comes last so that no two rows are equal. */
export function sortKeys(kind: EntityKind, orderings: readonly Ordering[]): readonly SortKey[] {
  const newestFirst: Ordering[] = [{ path: ['createdAt'], descending: true }]
  const wanted = orderings.length === 0 ? newestFirst : orderings
  const keys = wanted.map((ordering) => sortKey(kind, ordering))
  return [...keys, { expression: sql.ref('entity.id'), type: 'uuid', descending: false }]
}

function sortKey(kind: EntityKind, { path, descending }: Ordering): SortKey {
  const column = kind.columns[path.join('.')]
  if (column !== undefined)
    return { expression: sql.ref(`entity.${column.column}`), type: column.type, descending }
  // An absent value sorts as JSON null, which is comparable, unlike SQL's.
  return { expression: sql`coalesce(entity.document #> ${path}::text[], 'null')`, type: 'jsonb', descending }
}

export function orderSql(keys: readonly SortKey[]): RawBuilder<unknown> {
  return sql.join(keys.map((key) => (key.descending ? sql`${key.expression} desc` : key.expression)))
}

/** Rows that come after the one with these key values: greater in the first key, or equal in it and so on. */
export function afterSql(keys: readonly SortKey[], after: readonly string[]): RawBuilder<boolean> {
  const [key, ...rest] = keys
  if (key === undefined) return sql`false`
  const value = sql`${after[0]}::${sql.raw(key.type)}`
  const beyond = sql<boolean>`${key.expression} ${sql.raw(key.descending ? '<' : '>')} ${value}`
  if (rest.length === 0) return beyond
  return sql`(${beyond} or (${key.expression} = ${value} and ${afterSql(rest, after.slice(1))}))`
}

/** False for sort values that PostgreSQL would refuse: the token was made up. */
export function areSortValues(keys: readonly SortKey[], after: readonly string[]): boolean {
  return keys.length === after.length && keys.every((key, index) => isSortValue(key.type, after[index] ?? ''))
}

function isSortValue(type: SortKey['type'], value: string): boolean {
  if (type === 'uuid') return isUuid(value)
  if (type === 'bigint') return /^-?\d{1,18}$/.test(value)
  if (value.includes('\0')) return false
  return type === 'text' || isJson(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return !/\\u0000/.test(text)
  } catch {
    return false
  }
}

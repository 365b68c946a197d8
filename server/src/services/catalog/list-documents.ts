import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import { type Database, transact } from '#store/database.ts'
import type { Comparison, Condition, ListQuery, PropertyName, SortKey } from './list-query.ts'
import { badRequest } from './problems.ts'

/** Resources by id, as every list of Catalog answers. */
export type DocumentsById = Readonly<Record<string, JsonObject>>

/**
 * The page of a list. `source` is a select with the columns `id`, `document` (what is returned) and `facets`
 * (what conditions and sort keys speak of, a JSON object); it is confined to the caller's sandbox.
 *
 * @throws {PlainProblem} 400 for a regular expression that PostgreSQL can't read or that takes too long
 */
export async function listDocuments(
  db: Database,
  source: RawBuilder<unknown>,
  query: ListQuery,
): Promise<DocumentsById> {
  const statement = sql<{ id: string; document: JsonObject }>`
    select entry.id, entry.document
    from (${source}) as entry
    where ${sql.join([sql`true`, ...query.conditions.map(conditionSql)], sql` and `)}
    order by ${orderSql(query.orderBy)}
    limit ${query.limit} offset ${query.start}`
  const rows = await withTimeout(db, async (tx) => (await statement.execute(tx)).rows)
  return Object.fromEntries(rows.map((row) => [row.id, projectDocument(row.document, query.properties)]))
}

/** The document with only the wanted properties; all of them when none are named. */
export function projectDocument(document: JsonObject, properties: readonly string[] | undefined): JsonObject {
  if (properties === undefined) return document
  return Object.fromEntries(Object.entries(document).filter(([name]) => properties.includes(name)))
}

const INVALID_REGULAR_EXPRESSION = '2201B'
const QUERY_CANCELED = '57014'

/** Conditions come from clients: none may keep the database busy for long. */
async function withTimeout<T>(db: Database, work: (tx: Database) => Promise<T>): Promise<T> {
  try {
    return await transact(db, async (tx) => {
      await sql`set local statement_timeout = '10s'`.execute(tx)
      return work(tx)
    })
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    if (code === INVALID_REGULAR_EXPRESSION)
      throw badRequest(`The regular expression can't be read: ${message}.`)
    if (code === QUERY_CANCELED)
      throw badRequest('The conditions of the list take too long. Use simpler ones.')
    throw error
  }
}

function conditionSql(condition: Condition): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'oneOf':
      return oneOfSql(condition)
    case 'exists':
      return condition.negated ? sql`not ${anyProperty(condition.property)}` : anyProperty(condition.property)
    case 'compare':
      return compareProperty(condition.property, condition.operator, condition.value)
    case 'tag':
      return tagSql(condition)
  }
}

function oneOfSql({ property, values, negated }: Extract<Condition, { kind: 'oneOf' }>): RawBuilder<SqlBool> {
  const actual = textOf(sql`entry.facets -> ${property}::text`)
  return negated
    ? sql<SqlBool>`(${actual} is null or ${actual} <> all(${values}::text[]))`
    : sql<SqlBool>`${actual} = any(${values}::text[])`
}

function anyProperty(property: PropertyName): RawBuilder<SqlBool> {
  if ('name' in property) return sql<SqlBool>`(entry.facets ? ${property.name})`
  return sql<SqlBool>`exists (select from jsonb_object_keys(entry.facets) as name where name like ${property.like})`
}

function compareProperty(property: PropertyName, operator: Comparison, value: string): RawBuilder<SqlBool> {
  if ('name' in property) return compareSql(sql`entry.facets -> ${property.name}::text`, operator, value)
  return sql<SqlBool>`exists (
    select from jsonb_each(entry.facets) as member (name, value)
    where member.name like ${property.like} and ${compareSql(sql`member.value`, operator, value)})`
}

function compareSql(actual: RawBuilder<unknown>, operator: Comparison, value: string): RawBuilder<SqlBool> {
  const text = textOf(actual)
  if (operator === '==') return sql<SqlBool>`${text} = ${value}`
  if (operator === '!=') return sql<SqlBool>`${text} is distinct from ${value}`
  if (operator === '~') return sql<SqlBool>`${text} ~ ${value}`
  const isNumber = /^-?\d+(\.\d+)?$/.test(value)
  if (!isNumber) return sql<SqlBool>`${text} ${sql.raw(operator)} ${value}`
  // A case is the only way to keep PostgreSQL from casting the texts of other documents.
  return sql<SqlBool>`case jsonb_typeof(${actual}) when 'number'
    then (${text})::numeric ${sql.raw(operator)} ${value}::numeric
    else ${text} ${sql.raw(operator)} ${value} end`
}

function tagSql({ tag, value }: Extract<Condition, { kind: 'tag' }>): RawBuilder<SqlBool> {
  const actual = sql`entry.facets -> 'tags' -> ${tag}::text`
  // Some tags hold one value without its array.
  const values = sql`jsonb_array_elements_text(
    case jsonb_typeof(${actual}) when 'array' then ${actual} else jsonb_build_array(${actual}) end) as value`
  if ('text' in value) return sql<SqlBool>`exists (select from ${values} where value = ${value.text})`
  if (value.prefix === '') return sql<SqlBool>`coalesce(entry.facets -> 'tags' ? ${tag}, false)`
  return sql<SqlBool>`exists (select from ${values} where starts_with(value, ${value.prefix}))`
}

function orderSql(keys: readonly SortKey[]): RawBuilder<unknown> {
  const given = keys.map(
    ({ property, direction }) => sql`entry.facets -> ${property}::text ${sql.raw(direction)} nulls last`,
  )
  // The newest first, and a last key that no two entries share, so that pages don't overlap.
  const fallback = keys.length === 0 ? [sql`entry.facets -> 'created' desc`] : []
  return sql.join([...given, ...fallback, sql`entry.id`])
}

/** The text of a JSON value, without quotes when it is a string. */
function textOf(value: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(${value} #>> '{}')`
}

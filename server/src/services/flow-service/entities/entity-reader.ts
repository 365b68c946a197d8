import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import {
  afterSql,
  areSortValues,
  conditionSql,
  orderSql,
  type SortKey,
  sortKeys,
} from '#services/flow-service/lists/filter-sql.ts'
import type { ListQuery } from '#services/flow-service/lists/list-query.ts'
import { FlowProblem, notFound } from '#services/flow-service/problems.ts'
import type { Database, Tx } from '#store/database.ts'
import type { EntityKind } from './entity-kinds.ts'

/** A page of a list. */
export interface EntityPage {
  readonly documents: readonly JsonObject[]
  /** Token of the next page; `undefined` on the last. */
  readonly nextToken?: string | undefined
}

/** The document of a resource that the scope can see, or `undefined`. Text that is no uuid finds nothing. */
export async function findDocument(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  id: string,
): Promise<JsonObject | undefined> {
  if (!isUuid(id)) return undefined
  const { rows } = await sql<{ document: JsonObject }>`
    select entity.document from ${sql.table(kind.table)} as entity
    where ${confined(scope)} and entity.id = ${id}
  `.execute(db)
  return rows[0]?.document
}

/** As {@link findDocument}, but throws 1439 when there is none. */
export async function getDocument(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  id: string,
): Promise<JsonObject> {
  const document = await findDocument(db, scope, kind, id)
  if (document === undefined) throw notFound(kind.name, id)
  return document
}

/** As {@link getDocument}; nobody else changes the resource until the transaction ends. */
export async function lockDocument(tx: Tx, scope: Scope, kind: EntityKind, id: string): Promise<JsonObject> {
  if (!isUuid(id)) throw notFound(kind.name, id)
  const { rows } = await sql<{ document: JsonObject }>`
    select entity.document from ${sql.table(kind.table)} as entity
    where ${confined(scope)} and entity.id = ${id}
    for update
  `.execute(tx)
  const [row] = rows
  if (row === undefined) throw notFound(kind.name, id)
  return row.document
}

/** How many resources meet the query's filter. */
export async function countDocuments(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  query: ListQuery,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(kind.table)} as entity
    where ${sql.join(predicates(scope, kind, query), sql` and `)}
  `.execute(db)
  return rows[0]?.count ?? 0
}

/** One page of the resources that meet the query, in its order. */
export async function listDocuments(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  query: ListQuery,
): Promise<EntityPage> {
  const keys = sortKeys(kind, query.orderings)
  const where = predicates(scope, kind, query)
  if (query.after !== undefined) where.push(afterKeys(keys, query.after))
  // One row more than asked for tells whether there is another page.
  const { rows } = await sql<{ document: JsonObject; sort_values: string[] }>`
    select entity.document, array[${sql.join(keys.map((key) => sql`(${key.expression})::text`))}] as sort_values
    from ${sql.table(kind.table)} as entity
    where ${sql.join(where, sql` and `)}
    order by ${orderSql(keys)}
    limit ${query.limit + 1}
  `.execute(db)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  const hasNext = rows.length > query.limit && last !== undefined
  return {
    documents: page.map((row) => row.document),
    nextToken: hasNext ? query.tokenAfter(last.sort_values) : undefined,
  }
}

function predicates(scope: Scope, kind: EntityKind, query: ListQuery): RawBuilder<boolean>[] {
  const { filter, sandboxIds } = query
  return [confined(scope, sandboxIds), ...filter.conditions.map((condition) => conditionSql(kind, condition))]
}

/** The organisation is the scope's whatever the sandboxes are. */
function confined(
  { orgId, sandbox }: Scope,
  sandboxIds: readonly string[] = [sandbox.id],
): RawBuilder<boolean> {
  return sql`entity.org_id = ${orgId} and entity.sandbox_id = any(${sandboxIds}::uuid[])`
}

function afterKeys(keys: readonly SortKey[], after: readonly string[]): RawBuilder<boolean> {
  if (areSortValues(keys, after)) return afterSql(keys, after)
  throw new FlowProblem('1452-400', 'The continuationToken is not valid. Start again without it.', {
    field: 'continuationToken',
  })
}

/** The document with the wanted top-level names only; the id always stays. */
export function project(document: JsonObject, names: readonly string[] | undefined): JsonObject {
  if (names === undefined) return document
  const wanted = new Set(['id', ...names])
  return Object.fromEntries(Object.entries(document).filter(([name]) => wanted.has(name)))
}

import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { ListQuery } from '#services/flow-service/lists/list-query.ts'
import { badToken } from '#services/flow-service/lists/page-token.ts'
import { countRows, type ListedRow, readRows } from '#services/flow-service/lists/read-rows.ts'
import { areSortValues, sortKeys } from '#services/flow-service/lists/sort-keys.ts'
import { notFound } from '#services/flow-service/problems.ts'
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
  { filter, sandboxIds = [scope.sandbox.id] }: ListQuery,
): Promise<number> {
  return await countRows(db, { orgId: scope.orgId, sandboxIds }, kind, filter.conditions)
}

/** One page of the resources that meet the query, in its order. @throws {FlowProblem} 1452 for an outdated token */
export async function listDocuments(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  query: ListQuery,
): Promise<EntityPage> {
  const { filter, orderings, after, limit, sandboxIds = [scope.sandbox.id] } = query
  const keys = sortKeys(kind, orderings)
  if (after !== undefined && !areSortValues(keys, after)) throw badToken()
  // One row more than asked for tells whether there is another page.
  const wanted = { conditions: filter.conditions, keys, after, limit: limit + 1 }
  const lists = sandboxIds.map((sandboxId) => readRows(db, { orgId: scope.orgId, sandboxId }, kind, wanted))
  const rows = mergeNewestFirst(await Promise.all(lists))
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const hasNext = rows.length > limit && last !== undefined
  return {
    documents: page.map((row) => row.document),
    nextToken: hasNext ? query.tokenAfter(last.sort_values) : undefined,
  }
}

/** Lists of several sandboxes are newest first, and nothing else. */
function mergeNewestFirst(lists: readonly (readonly ListedRow[])[]): readonly ListedRow[] {
  const [only = [], ...others] = lists
  if (others.length === 0) return only
  return lists.flat().toSorted((a, b) => {
    const [createdA = '', idA = ''] = a.sort_values
    const [createdB = '', idB = ''] = b.sort_values
    return Number(createdB) - Number(createdA) || (idA < idB ? 1 : -1)
  })
}

/** Both must be the scope's. */
function confined({ orgId, sandbox }: Scope): RawBuilder<boolean> {
  return sql`entity.org_id = ${orgId} and entity.sandbox_id = ${sandbox.id}`
}

/** The document with the wanted top-level names only; the id always stays. */
export function project(document: JsonObject, names: readonly string[] | undefined): JsonObject {
  if (names === undefined) return document
  const wanted = new Set(['id', ...names])
  return Object.fromEntries(Object.entries(document).filter(([name]) => wanted.has(name)))
}

import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { invalidRequest, notFound, staleVersion } from '#services/flow-service/problems.ts'
import type { Database } from '#store/database.ts'
import { textOf } from './entity-document.ts'
import type { EntityKind } from './entity-kinds.ts'
import { findDocument } from './entity-reader.ts'

/** Columns of a kind besides those that all kinds have. */
export type KindColumns = Readonly<Record<string, string | number | null>>

/** Adds a resource. Its common columns are taken from the document. */
export async function insertEntity(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  entity: { readonly document: JsonObject; readonly columns: KindColumns },
): Promise<void> {
  const row = {
    id: textOf(entity.document, 'id'),
    org_id: scope.orgId,
    sandbox_id: scope.sandbox.id,
    created_at: Number(entity.document['createdAt']),
    ...commonColumns(entity.document),
    ...entity.columns,
  }
  const statement = sql`
    insert into ${sql.table(kind.table)} (document, ${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
    values (${JSON.stringify(entity.document)}, ${sql.join(Object.values(row))})
  `
  await referring(statement.execute(db))
}

const FOREIGN_KEY_VIOLATION = '23503'

/** What was looked up before may be deleted while the statement waits for it. */
async function referring<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    if ((error as { readonly code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error
    throw invalidRequest('Something that the resource refers to was deleted meanwhile. Check its references.')
  }
}

/** A change of a resource that was read with the etag `expected`. */
export interface EntityChange {
  readonly id: string
  readonly expected: string
  readonly document: JsonObject
  readonly columns?: KindColumns | undefined
}

/**
 * Replaces a resource, provided that nobody changed it since it was read: of two changes at a time one wins.
 *
 * @throws {FlowProblem} 1404 when it was changed meanwhile, 1439 when it is gone
 */
export async function replaceEntity(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  change: EntityChange,
): Promise<void> {
  const columns = { ...commonColumns(change.document), ...change.columns }
  const assignments = Object.entries(columns).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
  const statement = sql`
    update ${sql.table(kind.table)} as entity
    set document = ${JSON.stringify(change.document)}::jsonb || ${keptByRuns()}, ${sql.join(assignments)}
    where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id} and id = ${change.id} and etag = ${change.expected}
  `
  const { numAffectedRows } = await referring(statement.execute(db))
  if (numAffectedRows === 0n) throw await whyNot(db, scope, kind, change)
}

/** A run that ends meanwhile writes its details without a new etag; a change must not take them back. */
function keptByRuns(): RawBuilder<JsonObject> {
  return sql`case when entity.document ? 'lastRunDetails'
    then jsonb_build_object('lastRunDetails', entity.document -> 'lastRunDetails')
    else '{}' end`
}

async function whyNot(db: Database, scope: Scope, kind: EntityKind, change: EntityChange): Promise<Error> {
  const current = await findDocument(db, scope, kind, change.id)
  return current === undefined
    ? notFound(kind.name, change.id)
    : staleVersion(change.expected, textOf(current, 'etag'))
}

function commonColumns(document: JsonObject): KindColumns {
  return {
    name: textOf(document, 'name'),
    state: textOf(document, 'state'),
    etag: textOf(document, 'etag'),
    updated_at: Number(document['updatedAt']),
  }
}

/** Removes a resource. @throws {FlowProblem} 1439 when there is none */
export async function deleteEntity(db: Database, scope: Scope, kind: EntityKind, id: string): Promise<void> {
  const { numAffectedRows } = await sql`
    delete from ${sql.table(kind.table)}
    where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id} and id = ${id}
  `.execute(db)
  if (numAffectedRows === 0n) throw notFound(kind.name, id)
}

import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { Database, Tx } from '#store/database.ts'
import type { SpecKind } from './built-in/spec.ts'

/*
 * What an administrator registers is seen by his organisation, in all of its sandboxes, and by no other: specs
 * have no sandbox, but one tenant must neither fill the lists of another nor take names from it. What comes with
 * the server is seen by all.
 */

type Owner = Pick<Scope, 'orgId'>

/** The specs that the organisation registered, oldest first. */
export async function listStoredSpecs(
  db: Database,
  { orgId }: Owner,
  kind: SpecKind,
): Promise<readonly JsonObject[]> {
  const rows = await db
    .selectFrom('spec')
    .select('document')
    .where('org_id', '=', orgId)
    .where('kind', '=', kind)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ document }) => document)
}

/** One of them, or `undefined`. Text that is no uuid finds nothing. */
export async function findStoredSpec(
  db: Database,
  owner: Owner,
  kind: SpecKind,
  id: string,
): Promise<JsonObject | undefined> {
  if (!isUuid(id)) return undefined
  const row = await selectSpec(db, owner, kind, id).executeTakeFirst()
  return row?.document
}

/** As {@link findStoredSpec}; nobody else replaces it until the transaction ends. */
export async function lockStoredSpec(
  tx: Tx,
  owner: Owner,
  kind: SpecKind,
  id: string,
): Promise<JsonObject | undefined> {
  if (!isUuid(id)) return undefined
  const row = await selectSpec(tx, owner, kind, id).forUpdate().executeTakeFirst()
  return row?.document
}

function selectSpec(db: Database, { orgId }: Owner, kind: SpecKind, id: string) {
  return db
    .selectFrom('spec')
    .select('document')
    .where('org_id', '=', orgId)
    .where('kind', '=', kind)
    .where('id', '=', id)
}

/** Adds a spec. @throws {FlowProblem} 1100 when its name or its id is taken */
export async function insertSpec(
  db: Database,
  { orgId }: Owner,
  kind: SpecKind,
  document: JsonObject,
): Promise<void> {
  const insertion = db.insertInto('spec').values({
    ...columnsOf(document),
    org_id: orgId,
    kind,
    id: textOf(document, 'id'),
    created_at: Number(document['createdAt']),
  })
  await unlessTaken(document, insertion.execute())
}

/** Puts another document in the place of a spec that is locked. @throws {FlowProblem} 1100 when its name is taken */
export async function updateSpec(
  tx: Tx,
  { orgId }: Owner,
  kind: SpecKind,
  document: JsonObject,
): Promise<void> {
  const update = tx
    .updateTable('spec')
    .set(columnsOf(document))
    .where('org_id', '=', orgId)
    .where('kind', '=', kind)
    .where('id', '=', textOf(document, 'id'))
  await unlessTaken(document, update.execute())
}

function columnsOf(document: JsonObject) {
  return {
    name: textOf(document, 'name'),
    etag: textOf(document, 'etag'),
    document: JSON.stringify(document),
    updated_at: Number(document['updatedAt']),
  }
}

const UNIQUE_VIOLATION = '23505'

async function unlessTaken(document: JsonObject, statement: Promise<unknown>): Promise<void> {
  try {
    await statement
  } catch (error) {
    const { code, constraint } = error as { readonly code?: string; readonly constraint?: string }
    if (code !== UNIQUE_VIOLATION) throw error
    throw takenProblem(document, constraint === 'spec_name_key' ? 'name' : 'id')
  }
}

/** Clients look specs up by name, so that a name has to lead to one. */
export function takenProblem(document: JsonObject, field: 'name' | 'id'): Error {
  const remedy = field === 'name' ? 'Send another name.' : 'Send another id, or none.'
  return invalidRequest(
    `There is a spec with the ${field} ${textOf(document, field)} already. ${remedy}`,
    field,
  )
}

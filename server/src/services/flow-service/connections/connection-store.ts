import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { Keyring } from '#secrets/keyring.ts'
import type { Database, Tx } from '#store/database.ts'
import type { Auth } from './auth-params.ts'

/** A base connection with what is kept sealed. */
export interface StoredConnection {
  readonly document: JsonObject
  /** With its secrets in clear; `undefined` when the connection has no auth. */
  readonly auth?: Auth | undefined
}

/** The connection that the scope can see, opened; `undefined` when there is none. */
export async function findConnection(
  db: Database,
  keyring: Keyring,
  scope: Scope,
  id: string,
): Promise<StoredConnection | undefined> {
  if (!isUuid(id)) return undefined
  const row = await db
    .selectFrom('connection')
    .select(['id', 'document', 'auth_params'])
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { document: row.document, auth: openAuth(keyring, row) }
}

/** The auth of a row, with its secrets in clear. */
export function openAuth(
  keyring: Keyring,
  row: { readonly id: string; readonly document: JsonObject; readonly auth_params: string | null },
): Auth | undefined {
  const { auth } = row.document
  if (row.auth_params === null || !isObject(auth)) return undefined
  return {
    specName: String(auth['specName']),
    params: JSON.parse(keyring.open(row.auth_params, sealContext(row.id))) as JsonObject,
  }
}

/** The text under which the parameters are stored; null without auth. Bound to the connection's id. */
export function sealAuth(keyring: Keyring, id: string, auth: Auth | undefined): string | null {
  return auth === undefined ? null : keyring.seal(JSON.stringify(auth.params), sealContext(id))
}

function sealContext(id: string): string {
  return `connection:${id}`
}

/** Waits for flows that are being made over the connection; until the transaction ends, no other one is. */
export async function lockSources(tx: Tx, id: string): Promise<void> {
  await sql`select from source_connection where connection_id = ${id} order by id for update`.execute(tx)
}

/** True when a flow, be it a draft, reads through the connection. */
export async function isConnectionInUse(db: Database, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from flow
    join source_connection on source_connection.id = flow.source_connection_id
    where source_connection.connection_id = ${id}
    limit 1
  `.execute(db)
  return rows.length > 0
}

/** Source connections outlive their base connection as long as no flow uses them; they just lead nowhere. */
export async function detachSources(db: Database, id: string): Promise<void> {
  await db
    .updateTable('source_connection')
    .set({ connection_id: null })
    .where('connection_id', '=', id)
    .execute()
}

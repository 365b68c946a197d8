import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'

/** Stores a new descriptor as lookups show it. */
export async function insertDescriptor(tx: Tx, scope: Scope, document: JsonObject): Promise<void> {
  await tx
    .insertInto('descriptor')
    .values({
      id: String(document['@id']),
      org_id: scope.orgId,
      sandbox_id: scope.sandbox.id,
      type: String(document['@type']),
      source_schema: String(document['xdm:sourceSchema']),
      document: JSON.stringify(document),
      created_at: Number(document['created']),
      updated_at: Number(document['updated']),
    })
    .execute()
}

export async function updateDescriptor(tx: Tx, scope: Scope, document: JsonObject): Promise<void> {
  await tx
    .updateTable('descriptor')
    .set({
      type: String(document['@type']),
      source_schema: String(document['xdm:sourceSchema']),
      document: JSON.stringify(document),
      updated_at: Number(document['updated']),
    })
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('org_id', '=', scope.orgId)
    .where('id', '=', String(document['@id']))
    .execute()
}

/** False when there is no such descriptor. */
export async function deleteDescriptorRow(tx: Tx, scope: Scope, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('descriptor')
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('org_id', '=', scope.orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

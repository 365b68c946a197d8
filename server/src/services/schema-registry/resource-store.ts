import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Tx } from '#store/database.ts'
import type { Resource, TenantKind } from './resource.ts'

/**
 * Lets one change of a sandbox's registry happen at a time, until the transaction ends. Uniqueness of titles,
 * existence of what is referred to and the one primary identity of a schema can then simply be checked.
 */
export async function lockRegistry(tx: Tx, scope: Scope): Promise<void> {
  const name = `schema-registry/${scope.sandbox.id}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx)
}

export async function insertResource(tx: Tx, scope: Scope, resource: Resource): Promise<void> {
  await tx
    .insertInto('schema_resource')
    .values({
      id: resource.id,
      org_id: scope.orgId,
      sandbox_id: scope.sandbox.id,
      kind: resource.kind as TenantKind,
      alt_id: resource.altId,
      title: resource.title,
      version: resource.version,
      document: JSON.stringify(resource.document),
      created_at: resource.createdAtMs,
      updated_at: resource.updatedAtMs,
    })
    .execute()
}

export async function updateResource(tx: Tx, scope: Scope, resource: Resource): Promise<void> {
  await tx
    .updateTable('schema_resource')
    .set({
      title: resource.title,
      version: resource.version,
      document: JSON.stringify(resource.document),
      updated_at: resource.updatedAtMs,
    })
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('org_id', '=', scope.orgId)
    .where('id', '=', resource.id)
    .execute()
}

/** Removes a resource together with the descriptors of a schema. */
export async function deleteResourceRow(tx: Tx, scope: Scope, id: string): Promise<void> {
  await tx
    .deleteFrom('descriptor')
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('org_id', '=', scope.orgId)
    .where('source_schema', '=', id)
    .execute()
  await tx
    .deleteFrom('schema_resource')
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('org_id', '=', scope.orgId)
    .where('id', '=', id)
    .execute()
}

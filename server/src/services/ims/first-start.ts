import { newHexId, newUuid } from '#kit/ids.ts'
import { type Database, transact } from '#store/database.ts'

export interface FirstOrg {
  /** `<24 upper-case hex>@AdobeOrg`. */
  readonly orgId: string
  readonly tenantId: string
  /** Id of the default sandbox, `prod`. */
  readonly sandboxId: string
}

/**
 * Makes the organisation of a tenant and its default sandbox `prod` unless they are there. Servers that start
 * at once end up with the same organisation.
 */
export function ensureOrg(
  db: Database,
  wanted: { readonly tenantId: string; readonly now: number },
): Promise<FirstOrg> {
  return transact(db, async (tx) => {
    const orgId = await ensureOrgRow(tx, wanted.tenantId, wanted.now)
    return { orgId, tenantId: wanted.tenantId, sandboxId: await ensureDefaultSandbox(tx, orgId, wanted.now) }
  })
}

async function ensureOrgRow(db: Database, tenantId: string, now: number): Promise<string> {
  await db
    .insertInto('org')
    .values({ id: `${newHexId(24).toUpperCase()}@AdobeOrg`, tenant_id: tenantId, created_at: now })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute()
  const row = await db
    .selectFrom('org')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return row.id
}

async function ensureDefaultSandbox(db: Database, orgId: string, now: number): Promise<string> {
  await db
    .insertInto('sandbox')
    .values({
      id: newUuid(),
      org_id: orgId,
      name: 'prod',
      title: 'Prod',
      type: 'production',
      state: 'active',
      region: 'VA7',
      is_default: true,
      created_at: now,
      updated_at: now,
      created_by: 'system',
      updated_by: 'system',
    })
    // No target: both the name and "one default" of an organisation may be taken by another server.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db
    .selectFrom('sandbox')
    .select('id')
    .where('org_id', '=', orgId)
    .where('is_default', '=', true)
    .executeTakeFirstOrThrow()
  return row.id
}

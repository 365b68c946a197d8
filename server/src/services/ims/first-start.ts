import { newHexId, newUuid } from '#kit/ids.ts'
import { type Database, transact } from '#store/database.ts'

export interface FirstOrg {
  /** `<24 upper-case hex>@AdobeOrg`. */
  readonly orgId: string
  readonly tenantId: string
  /** Id of the default sandbox, `prod`. */
  readonly sandboxId: string
  /** It was not there before. */
  readonly isNew: boolean
}

/** Tenant and organisation do not belong together in this metadata database. */
export class OrgMismatchError extends Error {
  override readonly name = 'OrgMismatchError'
  readonly isExplained = true

  constructor(
    found: { readonly id: string; readonly tenant_id: string },
    wanted: { readonly tenantId: string; readonly orgId: string },
  ) {
    super(
      `This metadata database has the tenant ${found.tenant_id} with the organisation ${found.id}, and not ${wanted.tenantId} with ${wanted.orgId}. Correct HEADWATER_ORG_ID or HEADWATER_TENANT_ID.`,
    )
  }
}

export interface WantedOrg {
  readonly tenantId: string
  /** A new one when absent. */
  readonly orgId?: string | undefined
  readonly now: number
}

/**
 * Makes the organisation of a tenant and its default sandbox `prod` unless they are there. Servers that start
 * at once end up with the same organisation.
 *
 * @throws OrgMismatchError
 */
export function ensureOrg(db: Database, wanted: WantedOrg): Promise<FirstOrg> {
  return transact(db, async (tx) => {
    const { tenantId, now } = wanted
    const { orgId, isNew } = await ensureOrgRow(tx, wanted)
    return { orgId, isNew, tenantId, sandboxId: await ensureDefaultSandbox(tx, orgId, now) }
  })
}

async function ensureOrgRow(
  db: Database,
  { tenantId, orgId: wantedId, now }: WantedOrg,
): Promise<{ readonly orgId: string; readonly isNew: boolean }> {
  const id = wantedId ?? `${newHexId(24).toUpperCase()}@AdobeOrg`
  const made = await db
    .insertInto('org')
    .values({ id, tenant_id: tenantId, created_at: now })
    // No target: the tenant may have another id, and the id another tenant.
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  const row = await db
    .selectFrom('org')
    .selectAll()
    .where((org) => org.or([org('tenant_id', '=', tenantId), org('id', '=', id)]))
    .executeTakeFirstOrThrow()
  const isWanted = row.tenant_id === tenantId && (wantedId === undefined || row.id === wantedId)
  if (!isWanted) throw new OrgMismatchError(row, { tenantId, orgId: id })
  return { orgId: row.id, isNew: (made.numInsertedOrUpdatedRows ?? 0n) > 0n }
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

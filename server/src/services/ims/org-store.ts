import type { Database } from '#store/database.ts'

export interface ListedOrg {
  readonly orgId: string
  readonly tenantId: string
  readonly createdAt: number
}

/** All organisations, oldest first. */
export async function listOrgs(db: Database): Promise<readonly ListedOrg[]> {
  const rows = await db.selectFrom('org').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => ({ orgId: row.id, tenantId: row.tenant_id, createdAt: row.created_at }))
}

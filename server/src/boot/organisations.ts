import type { Config } from '#config/config.ts'
import { ExpectationError, parseTenantId } from '#config/values.ts'
import { ensureOrg } from '#services/ims/first-start.ts'
import { type ListedOrg, listOrgs } from '#services/ims/org-store.ts'
import type { Database } from '#store/database.ts'
import { joinExistingStore } from './open-store.ts'
import type { StoreSettings } from './read-settings.ts'

/** No organisation of this name, or none that could have it. */
export class UnknownOrgError extends Error {
  override readonly name = 'UnknownOrgError'
  readonly isExplained = true
}

/** The organisation that the configuration names. */
export function ownOrg({ tenantId, orgId }: Config): { tenantId: string; orgId?: string | undefined } {
  return { tenantId, orgId }
}

/** The organisation of this id or tenant id; the server's own when none is named. @throws UnknownOrgError */
export async function findOrg(
  db: Database,
  config: Config,
  named: string | undefined,
): Promise<{ readonly orgId: string }> {
  if (named === undefined) return ensureOrg(db, { ...ownOrg(config), now: Date.now() })
  const all = await listOrgs(db)
  const found = all.find(({ orgId, tenantId }) => orgId === named || tenantId === named)
  if (found !== undefined) return found
  const known = all.map(({ orgId, tenantId }) => `${tenantId} (${orgId})`).join(', ')
  throw new UnknownOrgError(
    `There is no organisation "${named}". There are: ${known}. Make one with headwater organisations create.`,
  )
}

/** Makes an organisation with its sandbox `prod`, apart from all others. @throws UnknownOrgError when there is one */
export async function createOrganisation(settings: StoreSettings, tenantId: string): Promise<ListedOrg> {
  assertTenantId(tenantId)
  await using store = await joinExistingStore(settings)
  const { orgId, isNew } = await ensureOrg(store.db, { tenantId, now: Date.now() })
  if (!isNew) throw new UnknownOrgError(`There is an organisation ${tenantId} already: ${orgId}.`)
  return { orgId, tenantId, createdAt: Date.now() }
}

/** All organisations of the server. */
export async function listOrganisations(settings: StoreSettings): Promise<readonly ListedOrg[]> {
  await using store = await joinExistingStore(settings)
  return await listOrgs(store.db)
}

function assertTenantId(text: string): void {
  try {
    parseTenantId(text)
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error
    throw new UnknownOrgError(`"${text}" is no name of a tenant, which must be ${error.message}.`)
  }
}

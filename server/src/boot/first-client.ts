import type { Config } from '#config/config.ts'
import { type CreatedClient, createClient, hasClients } from '#services/ims/client-store.ts'
import type { Database } from '#store/database.ts'

/**
 * At the first start of a server with everything embedded, a client for whoever started it. Its secret is in what is
 * returned and nowhere else. `undefined` at every other start, and where the metadata are a database of somebody's
 * own: there, what a server says goes into logs.
 */
export async function makeFirstClient(
  db: Database,
  { database }: Pick<Config, 'database'>,
  { orgId, now }: { readonly orgId: string; readonly now: number },
): Promise<CreatedClient | undefined> {
  if (database !== 'bundled' || (await hasClients(db, orgId))) return undefined
  return createClient(db, { orgId, name: 'first client', now })
}

import type { Config } from '#config/config.ts'
import { type CreatedClient, createClient, hasClients } from '#services/ims/client-store.ts'
import { type Database, transact } from '#store/database.ts'

/**
 * Where everything is embedded and there never was a client, makes one for whoever started the server and has it told,
 * with its secret, which is nowhere else. It is there only when it has been told, so that a start that ends before
 * leaves no client whose secret nobody saw. Where the metadata are a database of somebody's own, none is made.
 */
export async function introduceFirstClient(
  db: Database,
  { database }: Pick<Config, 'database'>,
  { orgId, now, tell }: FirstClientOptions,
): Promise<void> {
  if (database !== 'bundled') return
  await transact(db, async (tx) => {
    if (await hasClients(tx, orgId)) return
    tell(await createClient(tx, { orgId, name: 'first client', now }))
  })
}

export interface FirstClientOptions {
  readonly orgId: string
  /** Epoch ms. */
  readonly now: number
  readonly tell: (client: CreatedClient) => void
}

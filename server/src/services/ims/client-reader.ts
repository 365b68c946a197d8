import type { Grant, Permission } from '#http/permissions.ts'
import type { GatewayClient } from '#http/plugins/gateway.ts'
import type { Database } from '#store/database.ts'

/** A client that is not revoked, with what the token endpoint has to check. */
export interface TokenClient extends Omit<GatewayClient, 'grants'> {
  /** Any of its secrets will do: there are two while one takes the place of the other. */
  readonly secretHashes: readonly string[]
}

/** The client with this id, unless there is none or it was revoked. */
export async function findTokenClient(db: Database, clientId: string): Promise<TokenClient | undefined> {
  const client = await findClient(db, clientId)
  if (client === undefined) return undefined
  const secrets = await db
    .selectFrom('client_secret')
    .select('hash')
    .where('client_id', '=', clientId)
    .orderBy('created_at', 'desc')
    .execute()
  return { ...client, secretHashes: secrets.map(({ hash }) => hash) }
}

async function findClient(
  db: Database,
  clientId: string,
): Promise<Omit<GatewayClient, 'grants'> | undefined> {
  const row = await db
    .selectFrom('client')
    .innerJoin('org', 'org.id', 'client.org_id')
    .select(['client.id', 'client.org_id', 'client.scopes', 'client.technical_account_id'])
    .select('org.tenant_id')
    .where('client.id', '=', clientId)
    .where('client.revoked_at', 'is', null)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      orgId: row.org_id,
      tenantId: row.tenant_id,
      userId: row.technical_account_id,
      scopes: row.scopes,
    }
  )
}

/** What a client may do where. */
export async function readGrants(db: Database, clientId: string): Promise<readonly Grant[]> {
  const rows = await db
    .selectFrom('client_grant')
    .select(['permission', 'sandbox_id'])
    .where('client_id', '=', clientId)
    .orderBy('permission')
    .execute()
  return rows.map((row) => ({ permission: row.permission as Permission, sandboxId: row.sandbox_id }))
}

/** The gateway's knowledge of clients. */
export interface ClientLookup {
  readonly find: (clientId: string) => Promise<GatewayClient | undefined>
  /** Clients were changed: whatever is remembered may be wrong. */
  readonly forget: () => void
}

/** How long a change of a client may go unnoticed where nobody tells of it. */
const CACHE_MS = 3_000

/** What commands tell the servers when they have changed a client. */
export const CLIENTS_TOPIC = 'clients'

/** The gateway's question, asked on every request and therefore remembered for a few seconds. */
export function createClientLookup(options: {
  readonly db: Database
  readonly now: () => number
}): ClientLookup {
  const known = new Map<string, { readonly client: GatewayClient; readonly until: number }>()
  let generation = 0
  const find = async (clientId: string): Promise<GatewayClient | undefined> => {
    const entry = known.get(clientId)
    if (entry !== undefined && entry.until > options.now()) return entry.client
    const asked = generation
    const found = await findClient(options.db, clientId)
    // Only clients that exist are remembered, so made-up keys can't fill the memory.
    if (found === undefined) return void known.delete(clientId)
    const client = { ...found, grants: await readGrants(options.db, clientId) }
    // What was read before a change must not be remembered after it.
    if (asked === generation) known.set(clientId, { client, until: options.now() + CACHE_MS })
    return client
  }
  return {
    find,
    forget: () => {
      generation += 1
      known.clear()
    },
  }
}

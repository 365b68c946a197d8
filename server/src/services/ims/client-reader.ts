import type { GatewayClient } from '#http/plugins/gateway.ts'
import type { Database } from '#store/database.ts'

/** A client that is not revoked, with what the token endpoint has to check. */
export interface TokenClient extends GatewayClient {
  readonly secretHash: string
}

/** The client with this id, unless there is none or it was revoked. */
export async function findTokenClient(db: Database, clientId: string): Promise<TokenClient | undefined> {
  const row = await db
    .selectFrom('client')
    .innerJoin('org', 'org.id', 'client.org_id')
    .select([
      'client.id',
      'client.org_id',
      'client.secret_hash',
      'client.scopes',
      'client.technical_account_id',
    ])
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
      secretHash: row.secret_hash,
      scopes: row.scopes,
    }
  )
}

/** How long a revoked client may still get through. */
const CACHE_MS = 3_000

/** The gateway's question, asked on every request and therefore remembered for a few seconds. */
export function createClientLookup(options: {
  readonly db: Database
  readonly now: () => number
}): (clientId: string) => Promise<GatewayClient | undefined> {
  const known = new Map<string, { readonly client: GatewayClient; readonly until: number }>()
  return async (clientId) => {
    const entry = known.get(clientId)
    if (entry !== undefined && entry.until > options.now()) return entry.client
    const found = await findTokenClient(options.db, clientId)
    // Only clients that exist are remembered, so made-up keys can't fill the memory.
    if (found === undefined) return void known.delete(clientId)
    const { secretHash: _, ...client } = found
    known.set(clientId, { client, until: options.now() + CACHE_MS })
    return client
  }
}

import { newHexId } from '#kit/ids.ts'
import type { Database } from '#store/database.ts'
import { hashClientSecret, newClientSecret } from './client-secret.ts'

/** What a client may ask for unless it was made with less. */
export const DEFAULT_SCOPES: readonly string[] = [
  'openid',
  'AdobeID',
  'read_organizations',
  'additional_info.projectedProductContext',
  'session',
]

export interface NewClient {
  readonly orgId: string
  /** For people; need not be unique. */
  readonly name: string
  /** {@link DEFAULT_SCOPES} when absent. */
  readonly scopes?: readonly string[] | undefined
  /** Epoch ms. */
  readonly now: number
}

export interface CreatedClient {
  /** 32 hexadecimal digits: the `x-api-key`. */
  readonly clientId: string
  /** Shown here and nowhere else again. */
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** `<24 hex>@techacct.adobe.com`. */
  readonly technicalAccountId: string
}

/** Makes a client with a new secret, of which only a hash is kept. */
export async function createClient(db: Database, wanted: NewClient): Promise<CreatedClient> {
  const clientSecret = newClientSecret()
  const client = {
    clientId: newHexId(32),
    scopes: [...(wanted.scopes ?? DEFAULT_SCOPES)],
    technicalAccountId: `${newHexId(24).toUpperCase()}@techacct.adobe.com`,
  }
  await db
    .insertInto('client')
    .values({
      id: client.clientId,
      org_id: wanted.orgId,
      name: wanted.name,
      secret_hash: await hashClientSecret(clientSecret),
      scopes: client.scopes,
      technical_account_id: client.technicalAccountId,
      created_at: wanted.now,
      revoked_at: null,
    })
    .execute()
  return { ...client, clientSecret }
}

/** The id of the oldest client with this name that is not revoked; makes one when there is none. */
export async function ensureClient(db: Database, wanted: NewClient): Promise<string> {
  const row = await db
    .selectFrom('client')
    .select('id')
    .where('org_id', '=', wanted.orgId)
    .where('name', '=', wanted.name)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? (await createClient(db, wanted)).clientId
}

/** Makes a client useless from now on: no new token, and its tokens are refused. False when there is none. */
export async function revokeClient(db: Database, clientId: string, now: number): Promise<boolean> {
  const result = await db
    .updateTable('client')
    .set({ revoked_at: now })
    .where('id', '=', clientId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

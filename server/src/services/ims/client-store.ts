import { ALL_GRANTS, type Grant } from '#http/permissions.ts'
import { newHexId } from '#kit/ids.ts'
import { type Database, transact } from '#store/database.ts'
import { notifyTopic } from '#store/wake-ups.ts'
import { insertGrants } from './client-grants.ts'
import { CLIENTS_TOPIC } from './client-reader.ts'
import { insertSecret } from './client-secrets.ts'

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
  /** Everything in every sandbox when absent. */
  readonly grants?: readonly Grant[] | undefined
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
export function createClient(db: Database, wanted: NewClient): Promise<CreatedClient> {
  const client = {
    clientId: newHexId(32),
    scopes: [...(wanted.scopes ?? DEFAULT_SCOPES)],
    technicalAccountId: `${newHexId(24).toUpperCase()}@techacct.adobe.com`,
  }
  return transact(db, async (tx) => {
    await tx
      .insertInto('client')
      .values({
        id: client.clientId,
        org_id: wanted.orgId,
        name: wanted.name,
        scopes: client.scopes,
        technical_account_id: client.technicalAccountId,
        created_at: wanted.now,
        revoked_at: null,
      })
      .execute()
    await insertGrants(tx, client.clientId, wanted.grants ?? ALL_GRANTS)
    return { ...client, clientSecret: await insertSecret(tx, client.clientId, wanted.now) }
  })
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

/** True when the organisation has, or had, a client. */
export async function hasClients(db: Database, orgId: string): Promise<boolean> {
  const row = await db
    .selectFrom('client')
    .select('id')
    .where('org_id', '=', orgId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Makes a client useless from now on: no new token, and its tokens are refused. False when there is none. */
export async function revokeClient(db: Database, clientId: string, now: number): Promise<boolean> {
  const result = await db
    .updateTable('client')
    .set({ revoked_at: now })
    .where('id', '=', clientId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  await notifyTopic(db, CLIENTS_TOPIC)
  return result.numUpdatedRows > 0n
}

/** A client as those who run the server see it. */
export interface ListedClient {
  readonly clientId: string
  readonly name: string
  readonly orgId: string
  readonly tenantId: string
  readonly scopes: readonly string[]
  readonly secretCount: number
  readonly createdAt: number
  readonly revokedAt: number | null
}

/** All clients, oldest first; those that were revoked only if they are asked for. */
export async function listClients(
  db: Database,
  { withRevoked = false }: { readonly withRevoked?: boolean | undefined } = {},
): Promise<readonly ListedClient[]> {
  const all = db
    .selectFrom('client')
    .innerJoin('org', 'org.id', 'client.org_id')
    .select(['client.id', 'client.name', 'client.org_id', 'client.scopes', 'org.tenant_id'])
    .select(['client.created_at', 'client.revoked_at'])
    .select((client) =>
      client
        .selectFrom('client_secret')
        .whereRef('client_secret.client_id', '=', 'client.id')
        .select((secret) => secret.fn.countAll<number>().as('count'))
        .as('secret_count'),
    )
    .orderBy('client.created_at')
    .orderBy('client.id')
  const rows = await (withRevoked ? all : all.where('client.revoked_at', 'is', null)).execute()
  return rows.map((row) => ({
    clientId: row.id,
    name: row.name,
    orgId: row.org_id,
    tenantId: row.tenant_id,
    scopes: row.scopes,
    secretCount: row.secret_count ?? 0,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }))
}

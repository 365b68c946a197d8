import { type Config, DEFAULT_PORT } from '#config/config.ts'
import { ADMIN_SCOPE } from '#http/scope.ts'
import { grantPermissions } from '#services/ims/client-grants.ts'
import { findTokenClient, readGrants } from '#services/ims/client-reader.ts'
import { retireSecret, rotateSecret } from '#services/ims/client-secrets.ts'
import { createClient, DEFAULT_SCOPES, listClients, revokeClient } from '#services/ims/client-store.ts'
import { planGrants, type WantedGrants } from '#services/ims/plan-grants.ts'
import type { Database } from '#store/database.ts'
import { nameGrants } from './name-grants.ts'
import { joinExistingStore } from './open-store.ts'
import { findOrg } from './organisations.ts'
import type { StoreSettings } from './read-settings.ts'
import { findServerUrl } from './server-file.ts'

/** What a client needs to talk to the server. The secret is shown here and kept nowhere. */
export interface IssuedCredentials {
  readonly base_url: string
  readonly token_url: string
  readonly ims_org: string
  readonly client_id: string
  readonly client_secret: string
  readonly scopes: string
  /** The sandbox to begin with. */
  readonly sandbox_name: string
}

/** What a new client is for, and what it may do. */
export interface WantedCredentials extends WantedGrants {
  readonly name: string
  /** May write specs and tell of runs, besides what every client may do. */
  readonly isAdmin?: boolean | undefined
  /** Id or tenant id of its organisation; the server's own when absent. */
  readonly org?: string | undefined
}

/** There is no such client, or it was revoked. */
export class UnknownClientError extends Error {
  override readonly name = 'UnknownClientError'
  readonly isExplained = true

  constructor(clientId: string) {
    super(`There is no client "${clientId}", or it was revoked. See headwater credentials list.`)
  }
}

/**
 * Makes a client in an organisation of the data folder, whether or not the server runs.
 *
 * @throws NoStoreError when no server ever ran on the folder, UnknownGrantError, UnknownOrgError
 */
export async function issueCredentials(
  settings: StoreSettings,
  { name, isAdmin = false, org, ...wanted }: WantedCredentials,
): Promise<IssuedCredentials> {
  await using store = await joinExistingStore(settings)
  const { orgId } = await findOrg(store.db, settings.config, org)
  const client = await createClient(store.db, {
    orgId,
    name,
    scopes: isAdmin ? [...DEFAULT_SCOPES, ADMIN_SCOPE] : DEFAULT_SCOPES,
    grants: await planGrants(store.db, orgId, wanted),
    now: Date.now(),
  })
  return describeClient(settings.config, { ...client, orgId }, wanted.sandboxes?.[0])
}

/** A second secret for a client; both are good until the older is retired. @throws UnknownClientError, SecretsInUseError */
export async function rotateCredentials(
  settings: StoreSettings,
  clientId: string,
): Promise<IssuedCredentials> {
  await using store = await joinExistingStore(settings)
  const clientSecret = await rotateSecret(store.db, clientId, Date.now())
  const client = await findTokenClient(store.db, clientId)
  if (clientSecret === undefined || client === undefined) throw new UnknownClientError(clientId)
  return describeClient(settings.config, { ...client, clientId, clientSecret })
}

/** Removes the older secret of a client; returns how many were removed. @throws UnknownClientError */
export async function retireCredentials(settings: StoreSettings, clientId: string): Promise<number> {
  await using store = await joinExistingStore(settings)
  const count = await retireSecret(store.db, clientId)
  if (count === undefined) throw new UnknownClientError(clientId)
  return count
}

/** From now on the client gets no token, and the tokens that it has are refused. @throws UnknownClientError */
export async function revokeCredentials(settings: StoreSettings, clientId: string): Promise<void> {
  await using store = await joinExistingStore(settings)
  if (!(await revokeClient(store.db, clientId, Date.now()))) throw new UnknownClientError(clientId)
}

/** A client with what it may do, in words. */
export type DescribedClient = Awaited<ReturnType<typeof listClients>>[number] & {
  /** `Manage Sources in dev, prod` */
  readonly permissions: readonly string[]
}

/** The clients of all organisations. */
export async function listCredentials(
  settings: StoreSettings,
  options: { readonly withRevoked?: boolean | undefined } = {},
): Promise<readonly DescribedClient[]> {
  await using store = await joinExistingStore(settings)
  const clients = await listClients(store.db, options)
  // Awaited here: the store is closed when this function is left.
  return await Promise.all(
    clients.map(async (client) => ({
      ...client,
      permissions: await permissionsOf(store.db, client.clientId),
    })),
  )
}

/**
 * Gives a client permissions, besides those that it has or in their place; returns all that it has then.
 *
 * @throws UnknownClientError, UnknownGrantError
 */
export async function grantCredentials(
  settings: StoreSettings,
  { clientId, isReplacing, ...wanted }: WantedGrants & { clientId: string; isReplacing: boolean },
): Promise<readonly string[]> {
  await using store = await joinExistingStore(settings)
  const client = await findTokenClient(store.db, clientId)
  if (client === undefined) throw new UnknownClientError(clientId)
  const grants = await planGrants(store.db, client.orgId, wanted)
  await grantPermissions(store.db, { clientId, grants, isReplacing })
  return await permissionsOf(store.db, clientId)
}

async function permissionsOf(db: Database, clientId: string): Promise<readonly string[]> {
  return nameGrants(db, await readGrants(db, clientId))
}

/** Everything that a client has to be told. */
export function describeClient(
  config: Config,
  client: {
    readonly orgId: string
    readonly clientId: string
    readonly clientSecret: string
    readonly scopes: readonly string[]
  },
  sandbox?: string | undefined,
): IssuedCredentials {
  const baseUrl =
    config.publicUrl ??
    findServerUrl(config.dataDir) ??
    `http://${config.host}:${config.port ?? DEFAULT_PORT}`
  return {
    base_url: baseUrl,
    token_url: `${baseUrl}/ims/token/v3`,
    ims_org: client.orgId,
    client_id: client.clientId,
    client_secret: client.clientSecret,
    scopes: client.scopes.join(','),
    sandbox_name: sandbox === undefined || sandbox === '*' ? 'prod' : sandbox,
  }
}

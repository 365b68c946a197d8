import { mkdir } from 'node:fs/promises'
import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { ADMIN_SCOPE } from '#http/scope.ts'
import { createClient, DEFAULT_SCOPES } from '#services/ims/client-store.ts'
import { ensureOrg } from '#services/ims/first-start.ts'
import { joinStore } from './open-store.ts'
import { findServerUrl } from './server-file.ts'

/** What a client needs to talk to the server. The secret is shown here and kept nowhere. */
export interface IssuedCredentials {
  readonly base_url: string
  readonly token_url: string
  readonly ims_org: string
  readonly client_id: string
  readonly client_secret: string
  readonly scopes: string
}

/** What a new client is for, and what it may do. */
export interface WantedCredentials {
  readonly name: string
  /** May write specs and tell of runs, besides what every client may do. */
  readonly isAdmin?: boolean | undefined
}

/** Makes a client in the data folder's organisation, whether or not the server runs. */
export async function issueCredentials(
  { config, secrets }: { readonly config: Config; readonly secrets: Secrets },
  { name, isAdmin = false }: WantedCredentials,
): Promise<IssuedCredentials> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  await using store = await joinStore(config, secrets)
  const now = Date.now()
  const org = await ensureOrg(store.db, { tenantId: config.tenantId, now })
  const scopes = isAdmin ? [...DEFAULT_SCOPES, ADMIN_SCOPE] : DEFAULT_SCOPES
  const client = await createClient(store.db, { orgId: org.orgId, name, scopes, now })
  const baseUrl = config.publicUrl ?? findServerUrl(config.dataDir) ?? `http://${config.host}:${config.port}`
  return {
    base_url: baseUrl,
    token_url: `${baseUrl}/ims/token/v3`,
    ims_org: org.orgId,
    client_id: client.clientId,
    client_secret: client.clientSecret,
    scopes: client.scopes.join(','),
  }
}

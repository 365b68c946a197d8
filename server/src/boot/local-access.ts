import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { findTokenClient } from '#services/ims/client-reader.ts'
import { ensureClient } from '#services/ims/client-store.ts'
import { ensureOrg } from '#services/ims/first-start.ts'
import { createTokenIssuer } from '#services/ims/token-issuer.ts'
import type { Database } from '#store/database.ts'
import { joinStore } from './open-store.ts'
import { ownOrg } from './organisations.ts'
import { findServerUrl } from './server-file.ts'

type Settings = { readonly config: Config; readonly secrets: Secrets }

/** Where the server of a data folder answers, and a token for it. */
export interface LocalAccess {
  readonly baseUrl: string
  readonly orgId: string
  readonly clientId: string
  readonly token: string
}

/** No server runs on a data folder, so that there is nobody to ask. */
export class NoServerError extends Error {
  override readonly name = 'NoServerError'
  readonly isExplained = true

  constructor(dataDir: string) {
    super(`No server runs on ${dataDir}: start it with npm start, or name its folder with --data-dir.`)
  }
}

/** The client in whose name commands beside the server speak; its secret is known to nobody. */
const NAME = 'commands beside the server'

/**
 * A token for commands on the machine of the server. Who can read its data folder holds its keys already, and
 * needs no secret of a client.
 *
 * @throws NoServerError when no server runs on the folder
 */
export async function openLocalAccess({ config, secrets }: Settings): Promise<LocalAccess> {
  const baseUrl = findServer(config)
  await using store = await joinStore(config, secrets)
  const now = Date.now()
  const { orgId } = await ensureOrg(store.db, { ...ownOrg(config), now })
  const clientId = await ensureClient(store.db, { orgId, name: NAME, now })
  return { baseUrl, orgId, clientId, token: await issueToken(store.db, { config, secrets, clientId }) }
}

/** Where the server of a data folder answers. @throws NoServerError */
export function findServer({ dataDir }: Pick<Config, 'dataDir'>): string {
  const url = findServerUrl(dataDir)
  if (url === undefined) throw new NoServerError(dataDir)
  return url
}

async function issueToken(
  db: Database,
  { config, secrets, clientId }: Settings & { readonly clientId: string },
): Promise<string> {
  const client = await findTokenClient(db, clientId)
  if (client === undefined) throw new Error(`The client ${clientId} is gone`)
  const keyring = openKeyring({ dataDir: config.dataDir, masterKey: secrets.masterKey })
  const issuer = createTokenIssuer({ db, keyring, now: Date.now })
  const { userId, orgId, scopes } = client
  return (await issuer.issueToken({ clientId, orgId, userId, scopes })).token
}

import type { TokenResponse } from '@headwater/contract/ims.ts'
import type { Database } from '#store/database.ts'
import { findTokenClient, type TokenClient } from './client-reader.ts'
import { matchesClientSecret } from './client-secret.ts'
import {
  invalidClientId,
  invalidClientSecret,
  invalidScope,
  missingParameter,
  unsupportedGrant,
} from './problems.ts'
import type { TokenIssuer } from './token-issuer.ts'

export interface CreateTokenDependencies {
  readonly db: Database
  readonly issuer: TokenIssuer
}

/** What was sent, from the query and the body together. */
export type TokenParameters = Readonly<Record<string, string | undefined>>

/** Exchanges a client's id and secret for a token. Throws TokenProblem. */
export async function createToken(
  deps: CreateTokenDependencies,
  request: TokenParameters,
): Promise<TokenResponse> {
  const grant = required(request, 'grant_type')
  if (grant !== 'client_credentials') throw unsupportedGrant(grant)
  const clientId = required(request, 'client_id')
  const secret = required(request, 'client_secret')
  const client = await findTokenClient(deps.db, clientId)
  if (client === undefined) throw invalidClientId()
  if (!(await hasSecret(client, secret))) throw invalidClientSecret()
  const { token, expiresInSeconds } = await deps.issuer.issueToken({
    clientId: client.id,
    orgId: client.orgId,
    userId: client.userId,
    scopes: grantScopes(client, request['scope']),
  })
  return { access_token: token, token_type: 'bearer', expires_in: expiresInSeconds }
}

async function hasSecret({ secretHashes }: TokenClient, secret: string): Promise<boolean> {
  const matches = await Promise.all(secretHashes.map((hash) => matchesClientSecret(secret, hash)))
  return matches.includes(true)
}

function required(request: TokenParameters, name: 'grant_type' | 'client_id' | 'client_secret'): string {
  const value = request[name]?.trim()
  if (value === undefined || value === '') throw missingParameter(name)
  return value
}

function grantScopes(client: TokenClient, wanted: string | undefined): readonly string[] {
  const scopes = (wanted ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
  const refused = scopes.find((scope) => !client.scopes.includes(scope))
  if (refused !== undefined) throw invalidScope(refused, client.scopes)
  return scopes.length === 0 ? client.scopes : scopes
}

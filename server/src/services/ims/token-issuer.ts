import { type CryptoKey, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import type { TokenClaims } from '#http/plugins/gateway.ts'
import { newHexId } from '#kit/ids.ts'
import type { Database } from '#store/database.ts'
import {
  ALGORITHM,
  createSigningKeys,
  type PublicKey,
  type SecretSealer,
  type SigningKeys,
} from './signing-keys.ts'

export interface TokenIssuer {
  /** A signed token for a client whose secret was checked. */
  readonly issueToken: (subject: TokenSubject) => Promise<IssuedToken>
  /** The claims of a token of ours that is still valid, else `undefined`. Never throws for a bad token. */
  readonly verifyToken: (token: string) => Promise<TokenClaims | undefined>
  readonly listPublicKeys: () => Promise<PublicKey[]>
}

export interface TokenSubject {
  readonly clientId: string
  readonly orgId: string
  readonly userId: string
  readonly scopes: readonly string[]
}

export interface IssuedToken {
  readonly token: string
  readonly expiresInSeconds: number
}

const LIFETIME_MS = 86_400_000
const ISSUER = 'headwater'

/** Issues and verifies RS256 tokens. `keyring` seals the private key at rest. */
export function createTokenIssuer(options: {
  readonly db: Database
  readonly keyring: SecretSealer
  readonly now: () => number
}): TokenIssuer {
  const keys = createSigningKeys(options)
  return {
    issueToken: (subject) => issueToken(keys, subject, options.now()),
    verifyToken: (token) => verifyToken(keys, token, options.now()),
    listPublicKeys: keys.listPublicKeys,
  }
}

async function issueToken(keys: SigningKeys, subject: TokenSubject, now: number): Promise<IssuedToken> {
  const { kid, privateKey } = await keys.signingKey()
  const token = await new SignJWT(claimsOf(subject, now))
    .setProtectedHeader({ alg: ALGORITHM, kid, itt: 'at' })
    .setIssuer(ISSUER)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor((now + LIFETIME_MS) / 1000))
    .sign(privateKey)
  // One second less than the truth, so that no client holds a token for valid at the moment it stops to be.
  return { token, expiresInSeconds: LIFETIME_MS / 1000 - 1 }
}

/** The platform's claims (all text, times in ms) and, in `org`, the organisation. */
function claimsOf(subject: TokenSubject, now: number): Record<string, string> {
  return {
    id: `${now}_${newHexId(32)}`,
    type: 'access_token',
    client_id: subject.clientId,
    user_id: subject.userId,
    aa_id: subject.userId,
    as: 'ims-na1',
    scope: subject.scopes.join(','),
    created_at: String(now),
    expires_in: String(LIFETIME_MS),
    org: subject.orgId,
  }
}

async function verifyToken(keys: SigningKeys, token: string, now: number): Promise<TokenClaims | undefined> {
  const key = await findKey(keys, token)
  if (key === undefined) return undefined
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      currentDate: new Date(now),
    })
    return readClaims(payload, now)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

async function findKey(keys: SigningKeys, token: string): Promise<CryptoKey | undefined> {
  let kid: unknown
  try {
    kid = decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
  return typeof kid === 'string' ? keys.findPublicKey(kid) : undefined
}

/** Clients compute the end from `created_at` and `expires_in`, so these two are checked as well as `exp`. */
function readClaims(payload: Readonly<Record<string, unknown>>, now: number): TokenClaims | undefined {
  const { type, client_id: clientId, org: orgId, created_at: createdAt, expires_in: expiresIn } = payload
  if (type !== 'access_token' || typeof clientId !== 'string' || typeof orgId !== 'string') return undefined
  const endsAt = Number(createdAt) + Number(expiresIn)
  return endsAt > now ? { clientId, orgId } : undefined
}

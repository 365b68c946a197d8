import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
} from 'jose'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'

/** Seals text so that the database alone gives nothing away; `context` binds the sealed text to its place. */
export interface SecretSealer {
  readonly seal: (plaintext: string, context: string) => string
  readonly open: (sealed: string, context: string) => string
}

export const ALGORITHM = 'RS256'

/** An RSA public key as a JSON Web Key. */
export interface PublicKey extends JsonObject {
  readonly kid: string
  readonly kty: string
  readonly alg: string
  readonly use: string
}

export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
}

export interface SigningKeys {
  /** The key for new tokens; made at first use. */
  readonly signingKey: () => Promise<SigningKey>
  /** The public key that a token names; `undefined` when it isn't ours. */
  readonly findPublicKey: (kid: string) => Promise<CryptoKey | undefined>
  /** All public keys, for whoever verifies tokens elsewhere. */
  readonly listPublicKeys: () => Promise<PublicKey[]>
}

/** One row for all servers: whoever inserts it first has made the key of all of them. */
const KEY_ID = 'ims-1'
const SEAL_CONTEXT = `signing_key/${KEY_ID}`
/** Tokens with unknown key ids make us read the table again, at most this often. */
const RELOAD_MS = 5_000

/** The RSA key that signs tokens, kept in the database with its private half sealed. */
export function createSigningKeys(options: {
  readonly db: Database
  readonly keyring: SecretSealer
  readonly now: () => number
}): SigningKeys {
  let signing: Promise<SigningKey> | undefined
  let publicKeys: ReadonlyMap<string, CryptoKey> = new Map()
  let loading: Promise<void> | undefined
  let loadedAt = Number.NEGATIVE_INFINITY

  const listPublicKeys = async (): Promise<PublicKey[]> => {
    const rows = await options.db.selectFrom('signing_key').select('public_jwk').orderBy('id').execute()
    return rows.map((row) => row.public_jwk as PublicKey)
  }
  const load = async (): Promise<void> => {
    const keys = await listPublicKeys()
    publicKeys = new Map(await Promise.all(keys.map(importPublicKey)))
    loadedAt = options.now()
  }
  // Requests that come together wait for the same reading; none may take a valid token for a forged one.
  const reload = (): Promise<void> => {
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }
  const signingKey = (): Promise<SigningKey> => {
    // A failure (no database yet) must not stick.
    signing ??= loadOrMakeKey(options).catch((error: unknown) => {
      signing = undefined
      throw error
    })
    return signing
  }
  return {
    signingKey,
    findPublicKey: async (kid) => {
      if (!publicKeys.has(kid) && options.now() - loadedAt >= RELOAD_MS) await reload()
      return publicKeys.get(kid)
    },
    listPublicKeys: async () => {
      await signingKey()
      return listPublicKeys()
    },
  }
}

async function importPublicKey(jwk: PublicKey): Promise<readonly [string, CryptoKey]> {
  return [jwk.kid, (await importJWK(jwk, ALGORITHM)) as CryptoKey]
}

async function loadOrMakeKey(options: {
  readonly db: Database
  readonly keyring: SecretSealer
  readonly now: () => number
}): Promise<SigningKey> {
  const { db, keyring } = options
  const stored = (await findStoredKey(db)) ?? (await makeKey(db, keyring, options.now()))
  const pkcs8 = keyring.open(stored.private_key, SEAL_CONTEXT)
  return { kid: String(stored.public_jwk['kid']), privateKey: await importPKCS8(pkcs8, ALGORITHM) }
}

interface StoredKey {
  readonly public_jwk: JsonObject
  readonly private_key: string
}

function findStoredKey(db: Database): Promise<StoredKey | undefined> {
  return db
    .selectFrom('signing_key')
    .select(['public_jwk', 'private_key'])
    .where('id', '=', KEY_ID)
    .executeTakeFirst()
}

/** Makes a key and returns the one that was stored first, which may be another server's. */
async function makeKey(db: Database, keyring: SecretSealer, now: number): Promise<StoredKey> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  const publicJwk = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM, use: 'sig' }
  await db
    .insertInto('signing_key')
    .values({
      id: KEY_ID,
      public_jwk: JSON.stringify(publicJwk),
      private_key: keyring.seal(await exportPKCS8(pair.privateKey), SEAL_CONTEXT),
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const stored = await findStoredKey(db)
  if (stored === undefined) throw new Error('The signing key vanished right after it was stored.')
  return stored
}

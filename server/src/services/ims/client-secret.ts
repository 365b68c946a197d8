import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

const HASH_BYTES = 32
const SALT_BYTES = 16
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 }

/** A new secret in the form that clients know: `p8e-` and 32 random characters. */
export function newClientSecret(): string {
  return `p8e-${randomBytes(24).toString('base64url')}`
}

/** The text to keep instead of the secret: `scrypt$<salt>$<hash>`, both base64url. */
export async function hashClientSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(secret, salt)
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** True when `secret` is the one that was hashed; takes the same time wherever they differ. */
export async function matchesClientSecret(secret: string, stored: string): Promise<boolean> {
  const [scheme, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64url')
  const actual = await derive(secret, Buffer.from(salt, 'base64url'))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

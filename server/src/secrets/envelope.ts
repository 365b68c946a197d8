import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { MasterKey } from './master-key.ts'
import { SecretError } from './secret-error.ts'

/**
 * `hw1.<key id>.<wrapped data key>.<iv>.<ciphertext + tag>`, the last three in base64url.
 * Every secret has a data key of its own (AES-256-GCM); the master key encrypts only data keys, so it may be
 * used for 2^32 secrets, and replacing it need not touch the ciphertext.
 */
export type SealedSecret = `hw1.${string}`

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

/** Seals with a fresh data key. The context and the key id are authenticated, not stored. */
export function sealEnvelope(key: MasterKey, plaintext: string, context: string): SealedSecret {
  const dataKey = randomBytes(keyBytes)
  const wrapIv = randomBytes(ivBytes)
  const iv = randomBytes(ivBytes)
  const wrapped = Buffer.concat([
    wrapIv,
    encrypt(key.bytes, wrapIv, dataKey, authenticated('key', key, context)),
  ])
  const ciphertext = encrypt(
    dataKey,
    iv,
    Buffer.from(plaintext, 'utf8'),
    authenticated('secret', key, context),
  )
  dataKey.fill(0)
  return `hw1.${key.id}.${[wrapped, iv, ciphertext].map((part) => part.toString('base64url')).join('.')}`
}

/** Throws SecretError 'malformed' or 'not-authentic'. */
export function openEnvelope(key: MasterKey, sealed: string, context: string): string {
  const { wrapped, iv, ciphertext } = parse(sealed)
  const wrapIv = wrapped.subarray(0, ivBytes)
  const dataKey = decrypt(key.bytes, wrapIv, wrapped.subarray(ivBytes), authenticated('key', key, context))
  try {
    return decrypt(dataKey, iv, ciphertext, authenticated('secret', key, context)).toString('utf8')
  } finally {
    dataKey.fill(0)
  }
}

/** The id of the master key that sealed it. Throws SecretError 'malformed'. */
export function parseKeyId(sealed: string): string {
  return parse(sealed).keyId
}

interface Parts {
  keyId: string
  wrapped: Buffer
  iv: Buffer
  ciphertext: Buffer
}

const form = /^hw1\.([0-9a-f]{16})\.([\w-]+)\.([\w-]+)\.([\w-]+)$/

function parse(sealed: string): Parts {
  const [, keyId, ...rest] = form.exec(sealed) ?? []
  const [wrapped, iv, ciphertext] = rest.map(decodeExactly)
  const whole =
    wrapped?.length === ivBytes + keyBytes + tagBytes &&
    iv?.length === ivBytes &&
    ciphertext !== undefined &&
    ciphertext.length >= tagBytes
  if (keyId === undefined || !whole)
    throw new SecretError('malformed', 'A sealed secret does not have the form hw1.*.')
  return { keyId, wrapped, iv, ciphertext }
}

/** Base64 leaves bits unused at the end; only one of the texts for the same bytes is ours. */
function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

/** Lengths are part of it through JSON, so that no two pairs of a key id and a context read the same. */
function authenticated(purpose: 'key' | 'secret', { id }: MasterKey, context: string): Buffer {
  return Buffer.from(JSON.stringify(['hw1', purpose, id, context]), 'utf8')
}

function encrypt(key: Buffer, iv: Buffer, plaintext: Buffer, context: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(context)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, iv: Buffer, sealed: Buffer, context: Buffer): Buffer {
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes })
  decipher.setAAD(context).setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    throw new SecretError('not-authentic', 'A sealed secret was altered, or belongs to something else.')
  }
}

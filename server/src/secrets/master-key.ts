import { createHmac, randomBytes } from 'node:crypto'
import { SecretError } from './secret-error.ts'

/** 256 bits that wrap the keys of single secrets. */
export interface MasterKey {
  /** Derived from the key, so that the same key has the same id wherever it comes from; 16 hex digits. */
  id: string
  bytes: Buffer
}

const keyBytes = 32

/** Makes a master key out of the operating system's randomness. */
export function generateMasterKey(): MasterKey {
  return withId(randomBytes(keyBytes))
}

/**
 * Master keys as text: each 32 bytes in base64 or hex, separated by commas, blanks or line ends. The first is
 * the active one, the others only open what they once sealed. `source` names the origin in errors.
 * Throws SecretError 'bad-key'.
 */
export function parseMasterKeys(text: string, source: string): [MasterKey, ...MasterKey[]] {
  const [first, ...others] = text.split(/[\s,]+/).filter((part) => part !== '')
  if (first === undefined) throw badKey(source)
  return [parseMasterKey(first, source), ...others.map((part) => parseMasterKey(part, source))]
}

/** The form in which the key file holds a key. */
export function formatMasterKey({ bytes }: MasterKey): string {
  return bytes.toString('base64')
}

function parseMasterKey(text: string, source: string): MasterKey {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'
  const bytes = Buffer.from(text, encoding)
  // Node.js drops what it can't decode; a key with a slip in it must not become another key.
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  const exact = encoding === 'hex' || bytes.toString('base64').replace(/=+$/, '') === plain
  if (bytes.length !== keyBytes || !exact) throw badKey(source)
  return withId(bytes)
}

function withId(bytes: Buffer): MasterKey {
  const id = createHmac('sha256', bytes).update('headwater master key id').digest('hex').slice(0, 16)
  return { id, bytes }
}

function badKey(source: string): SecretError {
  return new SecretError(
    'bad-key',
    `${source} must hold 32 bytes in base64 or hex, for instance what "openssl rand -base64 32" prints.`,
  )
}

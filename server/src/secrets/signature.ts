import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterKey } from './master-key.ts'

/** Characters of a signature: 128 bits in base64url. */
export const SIGNATURE_LENGTH = 22

/** Signs with a key that is derived from the master key, which itself only ever wraps keys. */
export function signText(key: MasterKey, text: string, context: string): string {
  const signingKey = createHmac('sha256', key.bytes).update('headwater signing key').digest()
  // JSON keeps the two apart: no other pair of text and context reads the same.
  const mac = createHmac('sha256', signingKey)
    .update(JSON.stringify([context, text]))
    .digest()
  return mac.toString('base64url').slice(0, SIGNATURE_LENGTH)
}

/** A text and the signature that came with it. */
export interface SignedText {
  readonly text: string
  readonly signature: string
}

/** True when `key` made the signature for this text and context. */
export function isSignatureOf(key: MasterKey, signed: SignedText, context: string): boolean {
  const expected = Buffer.from(signText(key, signed.text, context))
  const given = Buffer.from(signed.signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

import { openEnvelope, parseKeyId, type SealedSecret, sealEnvelope } from './envelope.ts'
import { createKeyFile, findFileKeys, keyFilePath } from './key-file.ts'
import { type MasterKey, parseMasterKeys } from './master-key.ts'
import { SecretError } from './secret-error.ts'
import { isSignatureOf, SIGNATURE_LENGTH, signText } from './signature.ts'

export type { SealedSecret } from './envelope.ts'
export { SecretError } from './secret-error.ts'

export interface KeyringOptions {
  /** Holds `master.key`, which is made when it is needed and missing. */
  dataDir: string
  /** Keys from elsewhere, as `parseMasterKeys` takes them; then the file is only read, for older secrets. */
  masterKey?: string | undefined
}

/** Seals and opens secrets. Holds every key that may still open something; one of them seals. */
export interface Keyring {
  readonly activeKeyId: string
  /**
   * Encrypts `plaintext`. `context` says whose secret it is, e.g. `connection:<id>`: it is not stored, but the
   * secret opens only with the same one, so a row can't borrow the secret of another.
   */
  seal(plaintext: string, context: string): SealedSecret
  /** Throws SecretError 'malformed', 'unknown-key' or 'not-authentic' (altered, or of another context). */
  open(sealed: string, context: string): string
  /** False for what was sealed with an older key and should be sealed anew. */
  isCurrent(sealed: string): boolean
  /** `text` with a signature of 22 characters of base64url after it; `context` says what it is good for. */
  sign(text: string, context: string): string
  /** The text without its signature; `undefined` when nobody with these keys signed it for this context. */
  verify(signed: string, context: string): string | undefined
}

/** Opens the keyring of a data directory. Throws SecretError 'bad-key' or 'unsafe-key-file'. */
export function openKeyring({ dataDir, masterKey }: KeyringOptions): Keyring {
  const file = keyFilePath(dataDir)
  const ofFile = findFileKeys(file)
  if (masterKey === undefined) return new MasterKeyring(ofFile ?? createKeyFile(file))
  return new MasterKeyring([...parseMasterKeys(masterKey, 'The master key'), ...(ofFile ?? [])])
}

class MasterKeyring implements Keyring {
  // Private fields: neither JSON nor the inspector of Node.js shows a key.
  readonly #active: MasterKey
  readonly #keys: ReadonlyMap<string, MasterKey>

  constructor(keys: readonly [MasterKey, ...MasterKey[]]) {
    this.#active = keys[0]
    this.#keys = new Map(keys.map((key) => [key.id, key]))
  }

  get activeKeyId(): string {
    return this.#active.id
  }

  seal(plaintext: string, context: string): SealedSecret {
    return sealEnvelope(this.#active, plaintext, context)
  }

  open(sealed: string, context: string): string {
    const keyId = parseKeyId(sealed)
    const key = this.#keys.get(keyId)
    if (key !== undefined) return openEnvelope(key, sealed, context)
    throw new SecretError(
      'unknown-key',
      `A secret was sealed with master key ${keyId}, but this server has ${[...this.#keys.keys()].join(', ')}. ` +
        'Restore that key in master.key or HEADWATER_MASTER_KEY.',
    )
  }

  isCurrent(sealed: string): boolean {
    return parseKeyId(sealed) === this.#active.id
  }

  sign(text: string, context: string): string {
    return text + signText(this.#active, text, context)
  }

  verify(signed: string, context: string): string | undefined {
    const parts = { text: signed.slice(0, -SIGNATURE_LENGTH), signature: signed.slice(-SIGNATURE_LENGTH) }
    const isGenuine = [...this.#keys.values()].some((key) => isSignatureOf(key, parts, context))
    return isGenuine ? parts.text : undefined
  }
}

export type SecretErrorCode = 'bad-key' | 'malformed' | 'not-authentic' | 'unknown-key' | 'unsafe-key-file'

/** The one error of this room. Its message never holds a key, a secret or a part of either. */
export class SecretError extends Error {
  override readonly name = 'SecretError'
  readonly code: SecretErrorCode

  constructor(code: SecretErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

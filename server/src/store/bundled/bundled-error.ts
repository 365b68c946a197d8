/** Why a bundled PostgreSQL server could not be started. */
export type BundledPostgresErrorCode =
  | 'already-running'
  | 'no-binaries'
  | 'not-permitted'
  | 'start-failed'
  | 'unsupported-platform'
  | 'version-mismatch'

/** The one error of this room. `message` says what is wrong and what to do; it never holds a password. */
export class BundledPostgresError extends Error {
  override readonly name = 'BundledPostgresError'
  readonly code: BundledPostgresErrorCode

  constructor(code: BundledPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

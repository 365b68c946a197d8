import { ConfigError } from '#config/config-error.ts'
import { SecretError } from '#secrets/secret-error.ts'
import { BundledPostgresError } from '#store/bundled/bundled-postgres.ts'

const EXPLAINED = [ConfigError, SecretError, BundledPostgresError] as const

/** True for errors whose message tells the operator what to do, so that a stack would only hide it. */
export function isExplained(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return 'isExplained' in error || EXPLAINED.some((type) => error instanceof type) || isSystemFault(error)
}

/** A folder that can't be written, an address that can't be listened on: the machine says it well enough. */
function isSystemFault(error: Error): boolean {
  return 'syscall' in error && 'code' in error
}

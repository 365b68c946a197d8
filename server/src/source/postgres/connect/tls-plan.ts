import { ConnectionParamsError } from './connection-params-error.ts'

/** The six modes of libpq. */
export type TlsMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** How to dial: attempts in order, and what a TLS attempt must prove. Plain data. */
export interface TlsPlan {
  readonly mode: TlsMode
  readonly attempts: readonly ('tls' | 'plain')[]
  readonly verifyChain: boolean
  readonly verifyName: boolean
  /** The name that the certificate must carry where it isn't the host's. */
  readonly expectedName?: string | undefined
  /** Root certificates as PEM text; without it those that Node.js carries. */
  readonly ca?: string | undefined
}

/** What besides the mode shapes a plan. */
export interface TlsPlanExtras {
  readonly expectedName?: string | undefined
  readonly ca?: string | undefined
}

const ATTEMPTS: Readonly<Record<TlsMode, TlsPlan['attempts']>> = {
  disable: ['plain'],
  allow: ['plain', 'tls'],
  prefer: ['tls', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
}

export function planTls(mode: TlsMode, extras: TlsPlanExtras = {}): TlsPlan {
  return {
    mode,
    attempts: ATTEMPTS[mode],
    verifyChain: mode === 'verify-ca' || mode === 'verify-full',
    verifyName: mode === 'verify-full',
    ...extras,
  }
}

/**
 * `sslMode` in every spelling that clients use: names in any case with blanks, `_` or `-`, the numbers 0 to 5,
 * and a boolean, also as text (`false` is "not enforced").
 * @throws ConnectionParamsError naming `key` for anything else.
 */
export function parseTlsMode(value: unknown, key = 'sslMode'): TlsMode {
  const mode = MODES.get(
    String(value)
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]/g, ''),
  )
  if (mode) return mode
  // The value isn't repeated: in a connection string with a stray ";" it may be a piece of the password.
  throw new ConnectionParamsError(
    key,
    'must be one of disable, allow, prefer, require, verify-ca and verify-full.',
  )
}

const MODES: ReadonlyMap<string, TlsMode> = new Map<string, TlsMode>([
  ['disable', 'disable'],
  ['disabled', 'disable'],
  ['0', 'disable'],
  ['allow', 'allow'],
  ['1', 'allow'],
  ['prefer', 'prefer'],
  ['preferred', 'prefer'],
  ['2', 'prefer'],
  ['false', 'prefer'],
  ['require', 'require'],
  ['required', 'require'],
  ['3', 'require'],
  ['true', 'require'],
  ['verifyca', 'verify-ca'],
  ['4', 'verify-ca'],
  ['verifyfull', 'verify-full'],
  ['5', 'verify-full'],
])

/** The ODBC pair of keys of a connection string. */
export interface EncryptionKeys {
  readonly encryptionMethod: string | undefined
  readonly validateServerCertificate: string | undefined
}

/**
 * The plan that `EncryptionMethod` and `ValidateServerCertificate` ask for. Method 6 with validation is
 * "prefer, and check the certificate when there is one": plaintext then only follows a server's plain "no".
 * @throws ConnectionParamsError for values outside the documented ones.
 */
export function planTlsFromKeys(keys: EncryptionKeys, extras: TlsPlanExtras = {}): TlsPlan {
  const method = keys.encryptionMethod?.trim() ?? '0'
  const isValidated = parseValidation(keys.validateServerCertificate)
  if (!/^[0-6]$/.test(method)) {
    throw new ConnectionParamsError('EncryptionMethod', 'must be a digit from 0 to 6.')
  }
  if (method === '0') return planTls('disable', extras)
  if (method === '6')
    return {
      ...planTls('prefer', extras),
      verifyChain: isValidated,
      verifyName: namesHost(isValidated, extras),
    }
  if (method !== '1' || !isValidated) return planTls('require', extras)
  return planTls(extras.expectedName === undefined ? 'verify-ca' : 'verify-full', extras)
}

function namesHost(isValidated: boolean, extras: TlsPlanExtras): boolean {
  return isValidated && extras.expectedName !== undefined
}

function parseValidation(value: string | undefined): boolean {
  const text = value?.trim().toLowerCase() ?? '0'
  if (text === '1' || text === 'true') return true
  if (text === '0' || text === 'false' || text === '') return false
  throw new ConnectionParamsError('ValidateServerCertificate', 'must be 0 or 1.')
}

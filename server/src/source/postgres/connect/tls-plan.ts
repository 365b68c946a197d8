import { ConnectionParamsError } from './connection-params-error.ts'

/** The six modes of libpq. */
export type TlsMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** One way to open a session, and what may follow it. */
export interface DialAttempt {
  readonly encryption: 'plain' | 'tls'
  /** Of a TLS attempt: what a server's plain "no" to TLS leads to. */
  readonly ifNotOffered: 'fail' | 'plain'
  /**
   * Failures that lead on to the next attempt: of the handshake (an untrusted certificate included), or a
   * session that the server refuses before it has accepted our credentials. Nothing else does, and a refusal
   * of a session that went on in plaintext never does.
   */
  readonly nextAfter: readonly ('handshake' | 'rejection')[]
}

/** A certificate of ours for servers that ask for one. PEM texts; the key is a secret. */
export interface ClientCertificate {
  readonly certificate: string
  readonly key: string
  /** Of an encrypted key. */
  readonly passphrase?: string | undefined
}

/** How to dial: attempts in order, and what a TLS attempt must prove. Plain data. */
export interface TlsPlan extends TlsPlanExtras {
  readonly mode: TlsMode
  readonly attempts: readonly DialAttempt[]
  readonly verifyChain: boolean
  readonly verifyName: boolean
}

/** What besides the mode shapes a plan. */
export interface TlsPlanExtras {
  /** The name that the certificate must carry where it isn't the host's. */
  readonly expectedName?: string | undefined
  /** Root certificates as PEM text; without them the roots that the system and Node.js trust. */
  readonly ca?: string | undefined
  /** Revocation lists as PEM text; each certificate of the chain is looked up. */
  readonly crl?: string | undefined
  readonly clientCertificate?: ClientCertificate | undefined
  /** `direct` opens TLS without asking first (PostgreSQL 17 on); default `postgres`. */
  readonly negotiation?: 'postgres' | 'direct' | undefined
  /** Default TLS 1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** Whether SCRAM has to be bound to the TLS channel; default `prefer`, as libpq has it. */
  readonly channelBinding?: 'disable' | 'prefer' | 'require' | undefined
}

const PLAIN: DialAttempt = { encryption: 'plain', ifNotOffered: 'fail', nextAfter: [] }
const TLS_OR_FAIL: DialAttempt = { encryption: 'tls', ifNotOffered: 'fail', nextAfter: [] }

/** libpq's modes as attempts. */
const ATTEMPTS: Readonly<Record<TlsMode, readonly DialAttempt[]>> = {
  disable: [PLAIN],
  allow: [
    { ...PLAIN, nextAfter: ['rejection'] },
    { ...TLS_OR_FAIL, ifNotOffered: 'plain' },
  ],
  prefer: [{ encryption: 'tls', ifNotOffered: 'plain', nextAfter: ['handshake', 'rejection'] }, PLAIN],
  require: [TLS_OR_FAIL],
  'verify-ca': [TLS_OR_FAIL],
  'verify-full': [TLS_OR_FAIL],
}

/**
 * The plan of a mode as libpq has it: roots that are given are used in every mode with TLS, so that `require`
 * with roots is `verify-ca`.
 */
export function planTls(mode: TlsMode, extras: TlsPlanExtras = {}): TlsPlan {
  return {
    mode,
    attempts: ATTEMPTS[mode],
    verifyChain: extras.ca !== undefined || mode === 'verify-ca' || mode === 'verify-full',
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
      attempts: [{ encryption: 'tls', ifNotOffered: 'plain', nextAfter: [] }],
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

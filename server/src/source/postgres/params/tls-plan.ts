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

/** How a session of the plan may end up. */
export function possibleEncryptions({ attempts }: TlsPlan): ReadonlySet<DialAttempt['encryption']> {
  const mayTurnPlain = attempts.some(({ ifNotOffered }) => ifNotOffered === 'plain')
  return new Set([
    ...attempts.map(({ encryption }) => encryption),
    ...(mayTurnPlain ? ['plain' as const] : []),
  ])
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
      .toLowerCase()
      .replaceAll(/[\s_]/g, '')
      .replaceAll(/(?<=[a-z])-(?=[a-z])/g, ''),
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

/** What `EncryptionMethod`, `ValidateServerCertificate` and `HostNameInCertificate` ask for together. */
export interface OdbcEncryption {
  /** Methods 0, 1 and 6: none, TLS or nothing, TLS unless the server says that it has none. */
  readonly method: 'none' | 'required' | 'requested'
  readonly isValidated: boolean
  /** Whether the certificate must carry a name: `expectedName` of the plan, or else the host's. */
  readonly checksName: boolean
}

/**
 * The plan of the ODBC keys. Unlike in libpq's modes, roots decide nothing: without validation they are not
 * used. Method 6 goes on in plaintext only after the server's plain "no"; with validation it checks the
 * certificate when there is one.
 */
export function planOdbcTls(encryption: OdbcEncryption, extras: TlsPlanExtras = {}): TlsPlan {
  const { isValidated, checksName } = encryption
  const { ca: _ca, crl: _crl, expectedName: _name, ...unchecked } = extras
  const plan = planTls(odbcMode(encryption), isValidated ? extras : unchecked)
  const attempts: readonly DialAttempt[] =
    encryption.method === 'requested' ? [{ ...TLS_OR_FAIL, ifNotOffered: 'plain' }] : plan.attempts
  return { ...plan, attempts, verifyChain: isValidated, verifyName: isValidated && checksName }
}

function odbcMode({ method, isValidated, checksName }: OdbcEncryption): TlsMode {
  if (method === 'none') return 'disable'
  if (method === 'requested') return 'prefer'
  if (!isValidated) return 'require'
  return checksName ? 'verify-full' : 'verify-ca'
}

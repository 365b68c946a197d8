import { isIP } from 'node:net'
import { ConnectionParamsError } from './connection-params-error.ts'
import { type ConnectionKey, type ConnectionStringParts, parseConnectionString } from './connection-string.ts'
import { parseTlsMode, planTls, planTlsFromKeys, type TlsPlan, type TlsPlanExtras } from './tls-plan.ts'

/** Everything that is needed to open a session. Plain data: it travels between threads; never log it. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  readonly tls: TlsPlan
  readonly connectTimeoutMs: number
  /** Bounds each statement of tests, explorations and previews, never the reads of runs; absent: their own defaults. */
  readonly statementTimeoutMs?: number | undefined
  /** Schemas in which names without one are looked up; absent: the server's setting. */
  readonly searchPath?: readonly string[] | undefined
  /** What was given but has no effect, in sentences for the user. */
  readonly warnings: readonly string[]
}

/** The names under which clients send the two forms of authentication, and an old alias of the first. */
export const AUTH_SPEC_NAMES = Object.freeze({
  connectionString: 'Connection String Based Authentication',
  basic: 'Basic Authentication',
  connectionStringAlias: 'Basic Authentication for PostgreSQL',
})

const DEFAULT_PORT = 5432
const DEFAULT_CONNECT_TIMEOUT_MS = 15_000
const MAX_CONNECT_TIMEOUT_MS = 120_000

/**
 * The target that the `auth` object of a base connection describes.
 * @throws ConnectionParamsError with the name of the missing or bad key.
 */
export function parseConnectionTarget(
  specName: string,
  params: Readonly<Record<string, unknown>>,
): ConnectionTarget {
  switch (specName.trim().toLowerCase()) {
    case AUTH_SPEC_NAMES.connectionString.toLowerCase():
    case AUTH_SPEC_NAMES.connectionStringAlias.toLowerCase():
      return fromConnectionString(requireText(params, 'connectionString'))
    case AUTH_SPEC_NAMES.basic.toLowerCase():
      return fromBasicParams(params)
    default:
      throw new ConnectionParamsError(
        'auth.specName',
        `must be "${AUTH_SPEC_NAMES.connectionString}" or "${AUTH_SPEC_NAMES.basic}".`,
      )
  }
}

function fromConnectionString(text: string): ConnectionTarget {
  const { values, warnings } = parseConnectionString(text)
  const notes = [...warnings]
  const need = (key: ConnectionKey): string => requireValue(key, values.get(key))
  const extras: TlsPlanExtras = {
    ...readRootCertificate(values.get('RootCertificate'), notes),
    ...(values.has('HostNameInCertificate') ? { expectedName: values.get('HostNameInCertificate') } : {}),
  }
  return {
    ...splitServer(need('Server'), values.get('Port'), 'Server', 'Port'),
    database: need('Database'),
    username: need('UID'),
    password: need('Password'),
    tls: planTlsOfString({ values, warnings: notes }, extras, notes),
    connectTimeoutMs: parseTimeout(values.get('Timeout')),
    warnings: notes,
  }
}

/** A mode in libpq's words says more than the ODBC keys and wins. */
function planTlsOfString(parts: ConnectionStringParts, extras: TlsPlanExtras, notes: string[]): TlsPlan {
  const mode = parts.values.get('SSLMode')
  const encryptionMethod = parts.values.get('EncryptionMethod')
  if (mode === undefined) {
    const validateServerCertificate = parts.values.get('ValidateServerCertificate')
    return planTlsFromKeys({ encryptionMethod, validateServerCertificate }, extras)
  }
  if (encryptionMethod !== undefined) notes.push('SSLMode is given, so EncryptionMethod is not used.')
  return planTls(parseTlsMode(mode, 'SSLMode'), extras)
}

function fromBasicParams(params: Readonly<Record<string, unknown>>): ConnectionTarget {
  const notes: string[] = []
  const sslMode = params['sslMode'] ?? params['sslmode'] ?? params['SSLMode'] ?? 'prefer'
  const root = params['sslRootCertificate'] ?? params['sslrootcert']
  const extras = readRootCertificate(typeof root === 'string' ? root : undefined, notes)
  const port = params['port']
  return {
    ...splitServer(
      requireText(params, 'server'),
      port === undefined ? undefined : String(port),
      'server',
      'port',
    ),
    database: requireText(params, 'database'),
    username: requireText(params, 'username'),
    password: requireText(params, 'password'),
    tls: planTls(parseTlsMode(sslMode), extras),
    connectTimeoutMs: parseTimeout(params['connectionTimeout']),
    warnings: notes,
  }
}

function requireText(params: Readonly<Record<string, unknown>>, key: string): string {
  const value = params[key]
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw new ConnectionParamsError(key, 'must be a string.')
  }
  return requireValue(key, value ?? undefined)
}

function requireValue(key: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new ConnectionParamsError(key, 'is missing.')
  // A NUL would end the value inside the start-up message and let the rest be read as another setting.
  if (value.includes('\0')) throw new ConnectionParamsError(key, 'must not contain a NUL character.')
  return value
}

/** `host`, `host:port`, `host,port`, `[::1]`, `[::1]:port`, `tcp:host`; a port in both places must agree. */
function splitServer(
  server: string,
  port: string | undefined,
  serverKey: string,
  portKey: string,
): { host: string; port: number } {
  const text = server.trim().replace(/^tcp:/i, '')
  const parts = isIP(text) ? [text, text] : /^(?:\[([^\]]+)\]|([^:,[\]]+))(?:[:,]\s*(\d+))?$/.exec(text)
  const host = (parts?.[1] ?? parts?.[2] ?? '').trim()
  if (host === '' || /[\s/@\\]/.test(host)) {
    // Paths would reach unix sockets of this machine, which are none of a caller's business.
    throw new ConnectionParamsError(serverKey, 'must be a host name or an address, with a port at most.')
  }
  const inner = isIP(text) ? undefined : parts?.[3]
  const outer = port === undefined || port.trim() === '' ? undefined : parsePort(port, portKey)
  const fromServer = inner === undefined ? undefined : parsePort(inner, serverKey)
  if (outer !== undefined && fromServer !== undefined && outer !== fromServer) {
    throw new ConnectionParamsError(portKey, `is ${outer}, but ${serverKey} says ${fromServer}.`)
  }
  return { host, port: outer ?? fromServer ?? DEFAULT_PORT }
}

function parsePort(text: string, key: string): number {
  const port = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new ConnectionParamsError(key, 'must be a port from 1 to 65535.')
}

/** Seconds, as all the dialects count them. 0 or nothing means the default. */
function parseTimeout(value: unknown): number {
  if (value === undefined || value === null || value === '') return DEFAULT_CONNECT_TIMEOUT_MS
  const seconds = Number(value)
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new ConnectionParamsError('Timeout', 'must be a number of seconds.')
  }
  return seconds === 0 ? DEFAULT_CONNECT_TIMEOUT_MS : Math.min(seconds * 1000, MAX_CONNECT_TIMEOUT_MS)
}

/** Only certificates themselves: a path would let a caller read files of this machine. */
function readRootCertificate(value: string | undefined, notes: string[]): { ca?: string } {
  if (value === undefined || value === '' || value === 'system') return {}
  if (value.includes('-----BEGIN CERTIFICATE-----')) return { ca: value }
  notes.push('The root certificate is given as a path, which is not read; give its PEM text.')
  return {}
}

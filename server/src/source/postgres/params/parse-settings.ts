import { AUTH_SPEC_NAMES } from './auth-spec-names.ts'
import { ConnectionParamsError } from './connection-params-error.ts'
import { parsePairs } from './connection-string.ts'
import { isConnectionUrl, parseConnectionUrl } from './connection-url.ts'
import { findSettingKey, foldName, type SettingKey } from './setting-names.ts'
import { Settings } from './settings.ts'

export type AuthParams = Readonly<Record<string, unknown>>

/**
 * The settings that the `auth` object of a base connection gives, in either form.
 * @throws ConnectionParamsError for text of neither form, and for values that are no text
 */
export function parseSettings(specName: string, params: AuthParams): Settings {
  switch (specName.trim().toLowerCase()) {
    case AUTH_SPEC_NAMES.connectionString.toLowerCase():
    case AUTH_SPEC_NAMES.connectionStringAlias.toLowerCase():
      return fromConnectionString(params)
    case AUTH_SPEC_NAMES.basic.toLowerCase():
      return fromBasicParams(params)
    default:
      throw new ConnectionParamsError(
        'auth.specName',
        `must be "${AUTH_SPEC_NAMES.connectionString}" or "${AUTH_SPEC_NAMES.basic}".`,
      )
  }
}

const CONNECTION_STRING = 'connectionString'

/**
 * Parameters by the names that the connection spec has for them, whatever spelling they came in; secrets in
 * the form of a secure string are unwrapped. Those that mean nothing keep their names.
 */
export function nameParams(params: AuthParams): Readonly<Record<string, unknown>> {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [nameOf(name), unwrap(value)]))
}

function nameOf(name: string): string {
  return foldName(name) === CONNECTION_STRING.toLowerCase()
    ? CONNECTION_STRING
    : (findSettingKey(name) ?? name)
}

/** Azure Data Factory wraps secrets as `{"type": "SecureString", "value": "…"}`. */
function unwrap(value: unknown): unknown {
  const { type, value: inner } = value as { type?: unknown; value?: unknown }
  return type === 'SecureString' && typeof inner === 'string' ? inner : value
}

function fromBasicParams(params: AuthParams): Settings {
  const settings = new Settings('basic')
  for (const [name, value] of Object.entries(params)) addParam(settings, name, value)
  return settings
}

/** What may stand beside a connection string: what is long, and what its drivers have no word for. */
const BESIDE: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'sslMode',
  'sslHostName',
  'trustServerCertificate',
  'sslRootCertificate',
  'sslCertificate',
  'sslKey',
  'sslPassword',
  'sslRevocationList',
  'sslNegotiation',
  'channelBinding',
  'sslMinVersion',
  'sslMaxVersion',
  'connectionTimeout',
  'commandTimeout',
  'schema',
])

function fromConnectionString(params: AuthParams): Settings {
  const text = nameParams(params)[CONNECTION_STRING]
  if (text === undefined || text === '') throw new ConnectionParamsError(CONNECTION_STRING, 'is missing.')
  const settings = parseConnectionString(textOf(CONNECTION_STRING, text))
  for (const [name, value] of Object.entries(params)) {
    const key = findSettingKey(name)
    if (nameOf(name) === CONNECTION_STRING || value === undefined || value === null) continue
    if (key === undefined || BESIDE.has(key)) addParam(settings, name, value)
    else settings.warnings.push(`${key} is not used beside ${CONNECTION_STRING}. Put it into the string.`)
  }
  return settings
}

/** Reads pairs or a URL. @throws ConnectionParamsError naming `connectionString` */
export function parseConnectionString(text: string): Settings {
  const isUrl = isConnectionUrl(text)
  const settings = new Settings(isUrl ? 'url' : 'pairs')
  const pairs = isUrl ? parseConnectionUrl(text) : parsePairs(text)
  for (const [name, value] of pairs) {
    // A NUL would end the value inside the start-up message and let the rest be read as another setting.
    if (value.includes('\0')) throw nulFault(settings, name)
    settings.add(name, value)
  }
  return settings
}

function nulFault(settings: Settings, name: string): ConnectionParamsError {
  const key = findSettingKey(name)
  const shown = key === undefined ? CONNECTION_STRING : settings.nameOf(key)
  return new ConnectionParamsError(shown, 'must not contain a NUL character.')
}

/** In a parameter, a setting is named as the connection spec has it, and a value may be a number or a boolean. */
function addParam(settings: Settings, name: string, value: unknown): void {
  if (value === undefined || value === null) return
  const key = findSettingKey(name)
  if (key === undefined) settings.add(name, '')
  else settings.set(key, textOf(key, unwrap(value), PLAIN_VALUES.has(key)), key)
}

const PLAIN_VALUES: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'port',
  'sslMode',
  'requireSsl',
  'encryptionMethod',
  'validateServerCertificate',
  'trustServerCertificate',
  'connectionTimeout',
  'commandTimeout',
])

function textOf(name: string, value: unknown, isPlain = false): string {
  if (isPlain && (typeof value === 'number' || typeof value === 'boolean')) return String(value)
  if (typeof value !== 'string') throw new ConnectionParamsError(name, 'must be a string.')
  if (value.includes('\0')) throw new ConnectionParamsError(name, 'must not contain a NUL character.')
  return value
}

/** Everything that a connection can be told, by the names that `auth.params` has for it. */
export type SettingKey =
  | 'server'
  | 'hostAddress'
  | 'port'
  | 'database'
  | 'username'
  | 'password'
  | 'authenticationType'
  | 'sslMode'
  | 'requireSsl'
  | 'encryptionMethod'
  | 'validateServerCertificate'
  | 'sslHostName'
  | 'trustServerCertificate'
  | 'sslRootCertificate'
  | 'sslCertificate'
  | 'sslKey'
  | 'sslPassword'
  | 'sslRevocationList'
  | 'sslNegotiation'
  | 'channelBinding'
  | 'sslMinVersion'
  | 'sslMaxVersion'
  | 'cryptoProtocolVersion'
  | 'gssEncryptionMode'
  | 'connectionTimeout'
  | 'commandTimeout'
  | 'schema'
  | 'targetSessionAttributes'

/**
 * The name of each setting in a connection string, then its other names there and in parameters: those of the
 * platform, of the DataDirect driver with its short forms, of Npgsql and of libpq.
 */
const NAMES: Readonly<Record<SettingKey, readonly [inStrings: string, ...aliases: string[]]>> = {
  server: ['Server', 'Host', 'HostName'],
  hostAddress: ['HostAddr'],
  port: ['Port', 'PortNumber'],
  database: ['Database', 'DB', 'DBName'],
  username: ['UID', 'User', 'User Id', 'LogonID'],
  password: ['Password', 'PWD', 'PSW'],
  authenticationType: ['AuthenticationType', 'AuthenticationMethod', 'AM'],
  sslMode: ['SSLMode'],
  requireSsl: ['RequireSSL', 'SSL'],
  encryptionMethod: ['EncryptionMethod', 'EM'],
  validateServerCertificate: ['ValidateServerCertificate', 'ValidationServerCertificate', 'VSC'],
  sslHostName: ['HostNameInCertificate', 'HNIC'],
  trustServerCertificate: ['TrustServerCertificate'],
  sslRootCertificate: ['RootCertificate', 'sslrootcert', 'TrustStore', 'TS', 'CACertificate'],
  sslCertificate: ['SSLCertificate', 'sslcert', 'KeyStore', 'KS', 'ClientCertificate'],
  sslKey: ['SSLKey', 'ClientKey', 'ClientCertificateKey'],
  sslPassword: ['SSLPassword', 'KeyPassword', 'KP', 'KeyStorePassword', 'KSP'],
  sslRevocationList: ['SSLRevocationList', 'sslcrl', 'RevocationList'],
  sslNegotiation: ['SSLNegotiation'],
  channelBinding: ['ChannelBinding'],
  sslMinVersion: ['SSLMinVersion', 'ssl_min_protocol_version'],
  sslMaxVersion: ['SSLMaxVersion', 'ssl_max_protocol_version'],
  cryptoProtocolVersion: ['CryptoProtocolVersion', 'CPV'],
  gssEncryptionMode: ['GSSEncryptionMode', 'gssencmode'],
  connectionTimeout: ['Timeout', 'connect_timeout', 'LoginTimeout', 'LT'],
  commandTimeout: ['CommandTimeout', 'QueryTimeout', 'QT'],
  schema: ['SearchPath', 'CurrentSchema'],
  targetSessionAttributes: ['TargetSessionAttributes', 'target_session_attrs'],
}

/** Settings whose value must not be shown. */
const SECRETS: ReadonlySet<SettingKey> = new Set(['password', 'sslKey', 'sslPassword'])

const KEYS: ReadonlyMap<string, SettingKey> = new Map(
  (Object.keys(NAMES) as SettingKey[]).flatMap((key) =>
    [key, ...NAMES[key]].map((name): [string, SettingKey] => [foldName(name), key]),
  ),
)

/** A name as names are compared: case, blanks and underscores don't count. */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_]/g, '')
}

/** The setting that a keyword of a connection string or a parameter means. */
export function findSettingKey(name: string): SettingKey | undefined {
  return KEYS.get(foldName(name))
}

/** How messages about a connection string name a setting. */
export function nameInStrings(key: SettingKey): string {
  return NAMES[key][0]
}

export function isSecretSetting(key: SettingKey): boolean {
  return SECRETS.has(key)
}

/** Every spelling that is understood, once each, with the setting that it means. */
export function listSettingNames(): readonly (readonly [name: string, key: SettingKey])[] {
  return (Object.keys(NAMES) as SettingKey[]).flatMap((key) =>
    NAMES[key].map((name): [string, SettingKey] => [name, key]),
  )
}

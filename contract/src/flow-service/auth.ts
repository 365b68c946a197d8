import { type Static, Type } from 'typebox'
import { Filled, OPEN, Words } from '../schema-parts.ts'

/** How a connection to PostgreSQL authenticates: single values, or a connection string. */

const SecureString = Type.Object(
  { type: Words(['SecureString']), value: Filled('The secret') },
  { ...OPEN, title: 'SecureString', description: 'A secret as Azure Data Factory wraps it' },
)

const Secret = (description: string) =>
  Type.Union([Type.String({ minLength: 1, format: 'password' }), SecureString], { description })

const Port = Type.Union(
  [
    Type.Integer({ minimum: 1, maximum: 65535 }),
    // 1 to 65535 as text.
    Type.String({
      pattern: '^([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$',
    }),
  ],
  { description: 'TCP port, as number or text', default: '5432', examples: ['5432'] },
)

const SslMode = Type.Union(
  [
    Words([
      'Disable',
      'Allow',
      'Prefer',
      'Require',
      'Verify-Ca',
      'Verify-Full',
      'disable',
      'allow',
      'prefer',
      'require',
      'verify-ca',
      'verify-full',
      'Verify Ca',
      'Verify Full',
      'true',
      'false',
    ]),
    Type.Boolean(),
  ],
  {
    title: 'SslMode',
    description:
      'Whether to encrypt, and what the certificate of the server must prove. Neither case nor blanks, `-` or `_` matter; `true` is Require, `false` Prefer',
    default: 'Prefer',
    examples: ['Require'],
  },
)

const Seconds = (description: string, maximum?: number) =>
  Type.Union(
    [
      Type.Number({ minimum: 0, ...(maximum === undefined ? {} : { maximum }) }),
      Type.String({ pattern: '^\\d{1,9}(\\.\\d+)?$' }),
    ],
    { description },
  )

const TlsVersion = (description: string) => Words(['TLSv1.2', 'TLSv1.3'], { description })

/** What may stand beside both ways of authentication. Certificates are texts, never paths. */
const EXTRAS = {
  sslMode: Type.Optional(SslMode),
  sslRootCertificate: Type.Optional(
    Filled(
      'Root certificates that the certificate of the server must go back to, as PEM text; or `system` with Verify-Full',
    ),
  ),
  sslCertificate: Type.Optional(
    Filled('Client certificate with its chain, as PEM text. It can take the place of the password'),
  ),
  sslKey: Type.Optional(Secret('Private key of the client certificate, as PEM text')),
  sslPassword: Type.Optional(Secret('Passphrase of an encrypted `sslKey`')),
  sslRevocationList: Type.Optional(
    Filled('Revocation lists, as PEM text: one of each authority of the chain'),
  ),
  sslHostName: Type.Optional(
    Filled('Name that the certificate of the server must carry, where it differs from `server`'),
  ),
  trustServerCertificate: Type.Optional(
    Type.Union([Type.Boolean(), Words(['true', 'false'])], {
      description: 'Accept any certificate. Contradicts Verify-Ca and Verify-Full',
    }),
  ),
  sslNegotiation: Type.Optional(
    Words(['postgres', 'direct'], {
      description: '`direct` opens TLS without asking first (PostgreSQL 17 and later)',
      default: 'postgres',
    }),
  ),
  sslMinVersion: Type.Optional(TlsVersion('Oldest version of TLS')),
  sslMaxVersion: Type.Optional(TlsVersion('Newest version of TLS')),
  channelBinding: Type.Optional(
    Words(['disable', 'prefer', 'require'], {
      description: 'Whether the password is bound to the TLS channel',
      default: 'prefer',
    }),
  ),
  connectionTimeout: Type.Optional(Seconds('Seconds to open a session, 120 at most', 120)),
  commandTimeout: Type.Optional(
    Seconds('Seconds for a statement of a test, an exploration or a preview; runs are not bound by it'),
  ),
  schema: Type.Optional(
    Filled('Schemas, separated by commas, in which tables named without one are looked up', {
      examples: ['public'],
    }),
  ),
}

export const BasicAuthParams = Type.Object(
  {
    server: Filled('Host name or IP address', { examples: ['db.example.org'] }),
    port: Type.Optional(Port),
    database: Filled('Name of the database', { examples: ['shop'] }),
    username: Filled('Role that may connect and read', { examples: ['reader'] }),
    password: Type.Optional(Secret('Password of the role; a client certificate can take its place')),
    ...EXTRAS,
  },
  {
    ...OPEN,
    title: 'BasicAuthParams',
    description: 'Credentials as single values',
    anyOf: [{ required: ['password'] }, { required: ['sslCertificate', 'sslKey'] }],
  },
)
export type BasicAuthParams = Static<typeof BasicAuthParams>

export const ConnectionStringParams = Type.Object(
  {
    connectionString: Secret(
      '`Server={host};Database={database};Port={port};UID={user};Password={password}`, and optionally `EncryptionMethod=0|1|6` and `ValidateServerCertificate=0|1`. Keywords of Npgsql and libpq, and `postgres://` URLs, are understood too',
    ),
    ...EXTRAS,
  },
  {
    ...OPEN,
    title: 'ConnectionStringParams',
    description: 'Credentials in one line, as an ODBC driver takes them',
  },
)
export type ConnectionStringParams = Static<typeof ConnectionStringParams>

export const BasicAuth = Type.Object(
  { specName: Words(['Basic Authentication']), params: BasicAuthParams },
  { ...OPEN, title: 'BasicAuth' },
)

export const ConnectionStringAuth = Type.Object(
  {
    specName: Words(['Connection String Based Authentication', 'Basic Authentication for PostgreSQL'], {
      description: 'The second is an older name of the first',
    }),
    params: ConnectionStringParams,
  },
  { ...OPEN, title: 'ConnectionStringAuth' },
)

export const ConnectionAuth = Type.Union([BasicAuth, ConnectionStringAuth], {
  title: 'ConnectionAuth',
  description: 'One of the ways of authentication of the connection spec',
})
export type ConnectionAuth = Static<typeof ConnectionAuth>

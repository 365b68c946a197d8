import type { JsonObject } from '#kit/json.ts'
import { type AuthSpec, type Edition, JSON_SCHEMA_DRAFT } from './spec.ts'

/** Parameters that both ways of authentication take besides the documented ones. Certificates are texts, never paths. */
const EXTENSIONS: JsonObject = {
  sslRootCertificate: {
    type: 'string',
    description:
      'Root certificates that the certificate of the server must go back to, as PEM text; or "system".',
  },
  sslCertificate: {
    type: 'string',
    description: 'Client certificate with its chain, as PEM text. It can take the place of the password.',
  },
  sslKey: {
    type: 'string',
    format: 'password',
    description: 'Private key of the client certificate, as PEM text.',
  },
  sslPassword: { type: 'string', format: 'password', description: 'Passphrase of an encrypted sslKey.' },
  sslRevocationList: {
    type: 'string',
    description: 'Revocation lists, as PEM text: one of each authority of the chain.',
  },
  sslHostName: {
    type: 'string',
    description: 'Name that the certificate of the server must carry, where it differs from the server.',
  },
  trustServerCertificate: {
    type: ['boolean', 'string'],
    description: 'true to accept any certificate. Contradicts Verify-Ca and Verify-Full.',
  },
  sslNegotiation: {
    type: 'string',
    description: 'postgres, or direct to open TLS without asking first (PostgreSQL 17 and later).',
    default: 'postgres',
  },
  sslMinVersion: { type: 'string', description: 'TLSv1.2 or TLSv1.3.', default: 'TLSv1.2' },
  sslMaxVersion: { type: 'string', description: 'TLSv1.2 or TLSv1.3.' },
  channelBinding: {
    type: 'string',
    description: 'disable, prefer or require: whether the password is bound to the TLS channel.',
    default: 'prefer',
  },
  connectionTimeout: {
    type: ['number', 'string'],
    description: 'Seconds to open a session, 120 at most.',
    default: 15,
  },
  commandTimeout: {
    type: ['number', 'string'],
    description: 'Seconds for a statement of a test, an exploration or a preview. It does not bound runs.',
  },
  schema: {
    type: 'string',
    description: 'Schemas, separated by commas, in which tables named without one are looked up.',
  },
}

const CONNECTION_STRING: AuthSpec = {
  name: 'Connection String Based Authentication',
  type: 'BasicAuthentication',
  spec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    description: 'Credentials in one line, as an ODBC driver takes them.',
    properties: {
      connectionString: {
        type: 'string',
        format: 'password',
        description:
          'Server={host};Database={database};Port={port};UID={user};Password={password}, and optionally ' +
          'EncryptionMethod=0|1|6, ValidateServerCertificate=0|1 and HostNameInCertificate={name}. ' +
          'Keywords of Npgsql and libpq, and postgres:// URLs, are understood too.',
      },
      sslMode: {
        type: ['string', 'boolean', 'integer'],
        description: 'Wins over EncryptionMethod: Disable, Allow, Prefer, Require, Verify-Ca or Verify-Full.',
      },
      ...EXTENSIONS,
    },
    required: ['connectionString'],
  },
}

const SSL_MODE: Readonly<Record<Edition, JsonObject>> = {
  azure: {
    type: ['string', 'boolean', 'integer'],
    default: 'Prefer',
    examples: ['Disable', 'Allow', 'Prefer', 'Require', 'Verify-Ca', 'Verify-Full'],
    description: 'Whether to encrypt, and what the certificate of the server must prove.',
  },
  aws: {
    type: ['string', 'boolean', 'integer'],
    default: 'false',
    examples: ['true', 'false'],
    description:
      'A boolean as text: "true" to encrypt or fail, "false" not to insist. Disable, Allow, Prefer, Require, ' +
      'Verify-Ca and Verify-Full are taken too.',
  },
}

const BASIC_REQUIRED = ['server', 'database', 'username']

function basic(edition: Edition): AuthSpec {
  return {
    name: 'Basic Authentication',
    type: 'BasicAuthentication',
    spec: {
      $schema: JSON_SCHEMA_DRAFT,
      type: 'object',
      description: 'Credentials as single values.',
      properties: {
        server: { type: 'string', description: 'Host name or IP address.' },
        port: { type: ['string', 'integer'], default: '5432', description: 'TCP port.' },
        database: { type: 'string', description: 'Name of the database.' },
        username: { type: 'string', description: 'Role that may connect and read.' },
        password: { type: 'string', format: 'password', description: 'Password of the role.' },
        sslMode: SSL_MODE[edition],
        ...EXTENSIONS,
      },
      required: BASIC_REQUIRED,
      // A condition is looked at before what is required, so that is said again: the password is asked for last.
      allOf: [
        { required: BASIC_REQUIRED },
        {
          if: { anyOf: [{ required: ['sslCertificate'] }, { required: ['sslKey'] }] },
          else: { required: ['password'] },
        },
      ],
    },
  }
}

/** The ways of authentication of PostgreSQL, by edition of the platform. */
export const POSTGRES_AUTH_SPECS: Readonly<Record<Edition, readonly AuthSpec[]>> = {
  azure: [CONNECTION_STRING, basic('azure')],
  aws: [basic('aws')],
}

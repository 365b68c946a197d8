import { nearestName } from '#kit/nearest.ts'
import { ConfigError } from './config-error.ts'
import {
  ExpectationError,
  type Parse,
  parseBoolean,
  parseEdition,
  parseEncryption,
  parseHosts,
  parseHttpUrl,
  parseLogLevel,
  parseOrgId,
  parsePostgresUrl,
  parseRole,
  parseSize,
  parseTenantId,
  parseText,
  parseVerifyLevel,
  parseWhole,
} from './values.ts'

interface Variable<T> {
  name: string
  parse: Parse<T>
  /** Its value is never shown. */
  secret: boolean
  help: string
}

const day = 24 * 60

const variables = {
  dataDir: variable(
    'HEADWATER_DATA_DIR',
    parseText,
    'folder for everything the server keeps; default ./.headwater',
  ),
  host: variable('HEADWATER_HOST', parseText, 'address to listen on; default 127.0.0.1'),
  port: variable(
    'HEADWATER_PORT',
    parseWhole(0, 65_535),
    'port to listen on, 0 for any free one; default 8787, a worker none',
  ),
  role: variable(
    'HEADWATER_ROLE',
    parseRole,
    'what this process does: answer requests (server), carry out runs (worker), or all; default all',
  ),
  databaseUrl: secret(
    'DATABASE_URL',
    parsePostgresUrl,
    'PostgreSQL for metadata; default a server of its own in the data folder',
  ),
  lake: variable(
    'HEADWATER_LAKE',
    parseText,
    'a folder or s3://bucket/prefix; default <data directory>/lake',
  ),
  s3Endpoint: variable('HEADWATER_S3_ENDPOINT', parseHttpUrl, 'URL of S3-compatible storage; default AWS'),
  s3Region: variable(
    'HEADWATER_S3_REGION',
    parseText,
    'region of the bucket; default as the AWS tools find it',
  ),
  s3ForcePathStyle: variable(
    'HEADWATER_S3_FORCE_PATH_STYLE',
    parseBoolean,
    'bucket in the path instead of the host; default true with an endpoint',
  ),
  s3Encryption: variable(
    'HEADWATER_S3_ENCRYPTION',
    parseEncryption,
    'how the bucket seals objects: AES256, aws:kms, or the ARN or id of a KMS key; default as the bucket does',
  ),
  publicUrl: variable('HEADWATER_PUBLIC_URL', parseHttpUrl, 'URL under which clients reach the server'),
  orgId: variable('HEADWATER_ORG_ID', parseOrgId, 'organisation id; default one made at the first start'),
  tenantId: variable(
    'HEADWATER_TENANT_ID',
    parseTenantId,
    'namespace of own schema fields; default headwater',
  ),
  edition: variable(
    'HEADWATER_EDITION',
    parseEdition,
    'edition of the platform to stand in for, azure or aws (no connection strings); default azure',
  ),
  minIntervalMinutes: variable(
    'HEADWATER_MIN_INTERVAL_MINUTES',
    parseWhole(1, day),
    'shortest interval of a schedule; default 15',
  ),
  validateOnCreate: variable(
    'HEADWATER_VALIDATE_ON_CREATE',
    parseBoolean,
    'try a connection before it is stored; default true',
  ),
  strict: variable(
    'HEADWATER_STRICT',
    parseBoolean,
    'refuse what the rules refuse but clients often get wrong; default false',
  ),
  verify: variable(
    'HEADWATER_VERIFY',
    parseVerifyLevel,
    'how runs prove what they have written: none, counts, digest, source; default digest',
  ),
  extractSlots: variable(
    'HEADWATER_EXTRACT_SLOTS',
    parseWhole(1, 256),
    'slices extracted at the same time; default the number of CPUs, at most 4',
  ),
  sliceTargetBytes: variable(
    'HEADWATER_SLICE_TARGET_BYTES',
    parseSize(2 ** 20, 64 * 2 ** 30),
    'size of a slice in PostgreSQL; default 64MiB',
  ),
  sourceConnections: variable(
    'HEADWATER_SOURCE_CONNECTIONS',
    parseWhole(3, 1_000),
    'sessions that the runs of all processes together work with on one base connection; default 16',
  ),
  maxSnapshotMinutes: variable(
    'HEADWATER_MAX_SNAPSHOT_MINUTES',
    parseWhole(1, 20 * day),
    'how long a run may hold a snapshot of its source, which keeps VACUUM from its work; default 360',
  ),
  webhookHosts: variable(
    'HEADWATER_WEBHOOK_HOSTS',
    parseHosts,
    'receivers that notifications may go to: names, *.domain, addresses, ranges, public; default any',
  ),
  logLevel: variable(
    'HEADWATER_LOG_LEVEL',
    parseLogLevel,
    'trace, debug, info, warn, error or silent; default info',
  ),
  masterKey: secret(
    'HEADWATER_MASTER_KEY',
    parseText,
    '32 bytes in base64 or hex that encrypt stored secrets; default the file master.key',
  ),
}

type Variables = typeof variables

/** The environment of the program with names and types: what is not set is absent. Holds secrets; not for logs. */
export type Env = { readonly [K in keyof Variables]?: ReturnType<Variables[K]['parse']> | undefined }

export interface ReadEnvOptions {
  /** Names that begin with HEADWATER_ and belong to other programs, e.g. the command line client. */
  others?: readonly string[] | undefined
}

/**
 * Gives the variables of the environment names and types. An empty value counts as not set. Pure.
 * Throws ConfigError for values that can't be read and for unknown HEADWATER_ variables.
 */
export function readEnv(
  record: Readonly<Record<string, string | undefined>>,
  options: ReadEnvOptions = {},
): Env {
  const problems = findUnknown(record, options.others ?? [])
  const env: Record<string, unknown> = {}
  for (const [key, found] of Object.entries<Variable<unknown>>(variables)) {
    const text = record[found.name]?.trim()
    if (text === undefined || text === '') continue
    try {
      env[key] = found.parse(text)
    } catch (error) {
      problems.push(describeProblem(found, text, error))
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return env as Env
}

/** Every variable with its meaning, one a line, for `--help`. */
export function listVariables(): { name: string; help: string }[] {
  return Object.values(variables).map(({ name, help }) => ({ name, help }))
}

function variable<T>(name: string, parse: Parse<T>, help: string): Variable<T> {
  return { name, parse, help, secret: false }
}

function secret<T>(name: string, parse: Parse<T>, help: string): Variable<T> {
  return { name, parse, help, secret: true }
}

function findUnknown(
  record: Readonly<Record<string, string | undefined>>,
  others: readonly string[],
): string[] {
  const known = Object.values(variables).map(({ name }) => name)
  return Object.keys(record)
    .filter((name) => name.startsWith('HEADWATER_') && !known.includes(name) && !others.includes(name))
    .map((name) => {
      const near = nearestName(name, known)
      return `${name} is not a variable that Headwater knows.${near === undefined ? '' : ` Did you mean ${near}?`}`
    })
}

function describeProblem(
  { name, secret: isSecret }: Variable<unknown>,
  text: string,
  error: unknown,
): string {
  if (!(error instanceof ExpectationError)) throw error
  return isSecret
    ? `${name} must be ${error.message}.`
    : `${name} is "${text}", but must be ${error.message}.`
}

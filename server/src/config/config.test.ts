import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { planConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { listVariables, readEnv } from './env.ts'
import { listFlags, readFlags } from './flags.ts'
import { planSecrets } from './secrets.ts'

function plan(record: Record<string, string> = {}, args: string[] = [], cpuCount = 8) {
  return planConfig(readEnv(record), readFlags(args), { cwd: '/srv/app', cpuCount })
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('an empty environment gives a server for one machine', () => {
  expect(plan()).toEqual({
    dataDir: '/srv/app/.headwater',
    host: '127.0.0.1',
    port: 8787,
    role: 'all',
    database: 'bundled',
    lake: { kind: 'folder', root: '/srv/app/.headwater/lake' },
    publicUrl: undefined,
    orgId: undefined,
    tenantId: 'headwater',
    edition: 'azure',
    minIntervalMinutes: 15,
    validateOnCreate: true,
    strict: false,
    verify: 'digest',
    extractSlots: 4,
    sliceTargetBytes: 67_108_864,
    sourceConnections: 16,
    maxSnapshotAgeMs: 21_600_000,
    webhookHosts: undefined,
    logLevel: 'info',
  })
})

test.each([
  [1, 1],
  [3, 3],
  [64, 4],
  [0, 1],
])('%i CPUs give %i extract slots', (cpuCount, slots) => {
  expect(plan({}, [], cpuCount).extractSlots).toBe(slots)
})

test('every variable arrives', () => {
  const record = {
    HEADWATER_DATA_DIR: 'data',
    HEADWATER_HOST: '0.0.0.0',
    HEADWATER_PORT: '0',
    DATABASE_URL: 'postgresql://u:p@db/meta',
    HEADWATER_LAKE: 's3://bucket/some/prefix/',
    HEADWATER_S3_ENDPOINT: 'http://127.0.0.1:9000/',
    HEADWATER_S3_REGION: 'eu-central-1',
    HEADWATER_S3_FORCE_PATH_STYLE: 'no',
    HEADWATER_S3_ENCRYPTION: 'alias/lake',
    HEADWATER_ROLE: 'Worker',
    HEADWATER_PUBLIC_URL: 'https://flows.example/base/',
    HEADWATER_ORG_ID: '0123456789ABCDEF01234567@AdobeOrg',
    HEADWATER_TENANT_ID: 'acme',
    HEADWATER_EDITION: 'AWS',
    HEADWATER_MIN_INTERVAL_MINUTES: '5',
    HEADWATER_VALIDATE_ON_CREATE: 'false',
    HEADWATER_STRICT: 'true',
    HEADWATER_VERIFY: 'Source',
    HEADWATER_EXTRACT_SLOTS: '12',
    HEADWATER_SLICE_TARGET_BYTES: '16 MiB',
    HEADWATER_SOURCE_CONNECTIONS: '40',
    HEADWATER_MAX_SNAPSHOT_MINUTES: '90',
    HEADWATER_WEBHOOK_HOSTS: 'hooks.example, 10.0.0.0/8',
    HEADWATER_LOG_LEVEL: 'DEBUG',
    HEADWATER_MASTER_KEY: 'k',
  }
  expect(plan(record)).toEqual({
    dataDir: '/srv/app/data',
    host: '0.0.0.0',
    port: 0,
    database: 'url',
    lake: {
      kind: 's3',
      url: 's3://bucket/some/prefix',
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
      forcePathStyle: false,
      encryption: { algorithm: 'aws:kms', kmsKeyId: 'alias/lake' },
    },
    role: 'worker',
    publicUrl: 'https://flows.example/base',
    orgId: '0123456789ABCDEF01234567@AdobeOrg',
    tenantId: 'acme',
    edition: 'aws',
    minIntervalMinutes: 5,
    validateOnCreate: false,
    strict: true,
    verify: 'source',
    extractSlots: 12,
    sliceTargetBytes: 16_777_216,
    sourceConnections: 40,
    maxSnapshotAgeMs: 5_400_000,
    webhookHosts: expect.objectContaining({ hasRanges: true }),
    logLevel: 'debug',
  })
  expect(Object.keys(record).sort()).toEqual(
    listVariables()
      .map(({ name }) => name)
      .sort(),
  )
})

test('flags win over the environment, in both spellings', () => {
  const record = { HEADWATER_PORT: '1', HEADWATER_DATA_DIR: '/env', HEADWATER_HOST: 'env' }
  expect(plan(record, ['--port=2', '--data-dir', '/flag', '--host', '::1'])).toMatchObject({
    port: 2,
    dataDir: '/flag',
    host: '::1',
    lake: { root: '/flag/lake' },
  })
})

test('a worker listens only where it is told to; roles that share work name what they share', () => {
  const url = { DATABASE_URL: 'postgres://db/meta', HEADWATER_LAKE: '/lake', HEADWATER_MASTER_KEY: 'k' }
  const worker = { ...url, HEADWATER_PUBLIC_URL: 'https://flows.example', HEADWATER_ROLE: 'worker' }
  expect(plan(worker)).toMatchObject({ role: 'worker', port: undefined })
  expect(plan(worker, ['--port', '9', '--role', 'server'])).toMatchObject({ role: 'server', port: 9 })
  expect(problemsOf(() => plan(url, ['--role', 'worker']))).toEqual([expect.stringMatching(/PUBLIC_URL/)])
  expect(problemsOf(() => plan({}, ['--role', 'server']))).toEqual([
    expect.stringMatching(/DATABASE_URL/),
    expect.stringMatching(/HEADWATER_LAKE/),
    expect.stringMatching(/HEADWATER_MASTER_KEY/),
  ])
})

test('an empty variable counts as not set, and blanks around a value do not count', () => {
  expect(plan({ HEADWATER_PORT: '', HEADWATER_HOST: '  ::1 ' })).toMatchObject({ port: 8787, host: '::1' })
})

test('unknown variables are refused with the nearest known one, except those of other programs', () => {
  const record = {
    HEADWATER_PROT: '1',
    HEADWATER_FROBNICATE_EVERYTHING: '1',
    HEADWATER_URL: 'x',
    PATH: '/bin',
  }
  expect(problemsOf(() => readEnv(record, { others: ['HEADWATER_URL'] }))).toEqual([
    'HEADWATER_PROT is not a variable that Headwater knows. Did you mean HEADWATER_PORT?',
    'HEADWATER_FROBNICATE_EVERYTHING is not a variable that Headwater knows.',
  ])
})

test('unknown flags, stray words and missing values are refused, each once', () => {
  expect(problemsOf(() => readFlags(['--prot', '80', 'start', '--datadir=x', '--host']))).toEqual([
    '--prot is not a flag that Headwater knows. Did you mean --port?',
    '"start" is not expected here; every argument is a flag such as --port 8787.',
    '--datadir is not a flag that Headwater knows. Did you mean --data-dir?',
    '--host needs a value.',
  ])
  expect(problemsOf(() => readFlags(['--port', 'http']))).toEqual([
    '--port is "http", but must be a whole number from 0 to 65535.',
  ])
})

test.each(['--help', '-h'])('%s asks for help, whatever else is said', (flag) => {
  expect(readFlags(['--port', '80', flag]).help).toBe(true)
  expect(listFlags().map(({ name }) => name)).toEqual(['--data-dir', '--host', '--port', '--role'])
})

test.each([
  ['HEADWATER_PORT', '65536', 'a whole number from 0 to 65535'],
  ['HEADWATER_PORT', '1e3', 'a whole number from 0 to 65535'],
  ['HEADWATER_VALIDATE_ON_CREATE', 'maybe', 'true or false'],
  ['HEADWATER_EXTRACT_SLOTS', '0', 'a whole number from 1 to 256'],
  ['HEADWATER_SOURCE_CONNECTIONS', '2', 'a whole number from 3 to 1000'],
  ['HEADWATER_MAX_SNAPSHOT_MINUTES', '0', 'a whole number from 1 to 28800'],
  ['HEADWATER_SLICE_TARGET_BYTES', '64MB', 'a size from 1MiB to 64GiB, for instance 64MiB'],
  ['HEADWATER_SLICE_TARGET_BYTES', '1000', 'a size from 1MiB to 64GiB, for instance 64MiB'],
  ['HEADWATER_ORG_ID', 'acme', '24 hexadecimal digits followed by @AdobeOrg'],
  ['HEADWATER_TENANT_ID', '_acme', '1 to 32 lower-case letters and digits that begin with a letter'],
  ['HEADWATER_EDITION', 'gcp', 'one of azure, aws'],
  ['HEADWATER_PUBLIC_URL', 'flows.example', 'an http or https URL without user, query or fragment'],
  ['HEADWATER_S3_ENDPOINT', 'http://u:p@h', 'an http or https URL without user, query or fragment'],
  [
    'HEADWATER_WEBHOOK_HOSTS',
    'hooks.example,http://x',
    'entries separated by commas, each a host name, *.domain, an IP address, a range such as 10.0.0.0/8, or public; "http://x" is none of these',
  ],
  ['HEADWATER_LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, silent'],
])('%s=%s is refused with what is expected', (name, value, expected) => {
  expect(problemsOf(() => readEnv({ [name]: value }))).toEqual([
    `${name} is "${value}", but must be ${expected}.`,
  ])
})

test('all problems come at once', () => {
  expect(
    problemsOf(() => readEnv({ HEADWATER_PORT: 'x', HEADWATER_LOG_LEVEL: 'x', HEADWATER_X: 'x' })),
  ).toHaveLength(3)
})

test.each([
  ['lake', { kind: 'folder', root: '/srv/app/lake' }],
  ['/mnt/lake/', { kind: 'folder', root: '/mnt/lake' }],
  ['file:///mnt/my%20lake', { kind: 'folder', root: '/mnt/my lake' }],
  ['S3://bucket', { kind: 's3', url: 's3://bucket', forcePathStyle: false }],
])('the lake %s is understood', (text, lake) => {
  expect(plan({ HEADWATER_LAKE: text }).lake).toEqual(lake)
})

test('an endpoint brings the defaults that other storage than AWS needs', () => {
  const record = { HEADWATER_LAKE: 's3://bucket/p', HEADWATER_S3_ENDPOINT: 'https://minio.example' }
  expect(plan(record).lake).toMatchObject({ region: 'us-east-1', forcePathStyle: true })
})

test.each(['gs://bucket', 's3://', 's3://Bucket_', 's3://bucket/a?b', 'file://host/x'])(
  'the lake %s is refused',
  (text) => {
    expect(problemsOf(() => plan({ HEADWATER_LAKE: text }))[0]).toContain(`HEADWATER_LAKE is "${text}", but`)
  },
)

test('settings of S3 beside a folder are a contradiction', () => {
  const record = { HEADWATER_S3_REGION: 'eu-central-1', HEADWATER_S3_FORCE_PATH_STYLE: 'false' }
  expect(problemsOf(() => plan(record))).toEqual([
    expect.stringContaining('HEADWATER_S3_REGION is set, but the lake is a folder'),
    expect.stringContaining('HEADWATER_S3_FORCE_PATH_STYLE is set, but the lake is a folder'),
  ])
})

test('secrets are in an object of their own that does not show them; a refused one is not shown either', () => {
  const env = readEnv({ DATABASE_URL: 'postgres://u:hush@db/meta', HEADWATER_MASTER_KEY: 'hush' })
  const secrets = planSecrets(env)
  expect(secrets).toMatchObject({ databaseUrl: 'postgres://u:hush@db/meta', masterKey: 'hush' })
  expect(
    `${JSON.stringify(secrets)}${inspect(secrets, { showHidden: true })}${String(secrets)}`,
  ).not.toContain('hush')
  expect(inspect(plan({ DATABASE_URL: 'postgres://u:hush@db/meta' }))).not.toContain('hush')
  expect(problemsOf(() => readEnv({ DATABASE_URL: 'mysql://u:hush@db/meta' }))).toEqual([
    'DATABASE_URL must be a URL of the form postgres://user:password@host:5432/database.',
  ])
})

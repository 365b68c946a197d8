import { describe, expect, test } from 'vitest'
import { ConnectionParamsError } from './connection-params-error.ts'
import { findDestination, parseConnectionTarget } from './connection-target.ts'
import { listIdleKeywords } from './idle-keywords.ts'
import { listSettingNames } from './setting-names.ts'

const STRING = 'Connection String Based Authentication'
const fromString = (connectionString: string) => parseConnectionTarget(STRING, { connectionString })
const BASE = 'Server=db;Database=shop;UID=ann;Password=s3cret'
const basic = { server: 'db', database: 'shop', username: 'ann', password: 's3cret' }
const fromBasic = (changes: Record<string, unknown> = {}) =>
  parseConnectionTarget('Basic Authentication', { ...basic, ...changes })

function keyOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionParamsError)
    expect((error as Error).message).not.toMatch(/s3cret/)
    return (error as ConnectionParamsError).key
  }
  return 'nothing was thrown'
}

describe('connection strings', () => {
  test('the documented form', () => {
    expect(fromString(`${BASE};Port=6432;EncryptionMethod=1;ValidateServerCertificate=0;`)).toMatchObject({
      host: 'db',
      port: 6432,
      database: 'shop',
      username: 'ann',
      password: 's3cret',
      tls: { mode: 'require', attempts: [{ encryption: 'tls' }], verifyChain: false, verifyName: false },
      warnings: [],
      connectTimeoutMs: 15_000,
    })
  })

  test.each([
    ['case and blanks in keys', ' SERVER = db ; data base=shop; User Id=ann;Pwd=s3cret ; '],
    ['aliases', 'Host=db;DB=shop;Username=ann;PWD=s3cret'],
    ['quotes', `Server='db';Database="shop";UID={ann};Password='s3cret'`],
    ['the last one wins', 'Server=old;Server=db;Database=shop;UID=ann;Password=s3cret'],
    ['a URL', 'postgres://ann:s3cret@db/shop'],
    ['a URL of Java', 'jdbc:postgresql://db/shop?user=ann&password=s3cret'],
    ['another URL', 'postgresql://ann:s3cret@db:5432/shop?application_name=x'],
  ])('%s', (_, text) => {
    expect(fromString(text)).toMatchObject({
      host: 'db',
      port: 5432,
      database: 'shop',
      username: 'ann',
      password: 's3cret',
    })
  })

  test.each([
    [`Password='a;b=c'`, 'a;b=c'],
    ['Password={a;b=c}', 'a;b=c'],
    ['Password="a;""b"', 'a;"b'],
    ["Password='it''s'", "it's"],
    ['Password={a}}b}', 'a}b'],
    ['Password=a=b=c', 'a=b=c'],
    [`Password=it's`, `it's`],
    [`Password='open`, `'open`],
    ['Password={x}y', '{x}y'],
  ])('the value of %s', (pair, password) => {
    expect(fromString(`Server=db;Database=shop;${pair};UID=ann`).password).toBe(password)
  })

  test('URLs', () => {
    const target = fromString(
      'postgres://a%40b:p%3Ass%2F@[::1]:6432/my%20db?sslmode=verify-full&connect_timeout=3',
    )
    expect(target).toMatchObject({
      host: '::1',
      port: 6432,
      username: 'a@b',
      password: 'p:ss/',
      database: 'my db',
    })
    expect(target).toMatchObject({ tls: { mode: 'verify-full' }, connectTimeoutMs: 3_000 })
    expect(fromString('postgres://ann:s3cret@db/shop').tls.mode).toBe('prefer')
  })

  test.each([
    ['an @ in the password', 'postgres://ann:p@ss@db/shop', 'p@ss', 'db'],
    ['a ? in the password', 'postgres://ann:p?ss@db/shop?user=ann', 'p?ss', 'db'],
    ['a colon in the password', 'postgres://ann:p:ss@db:5432/shop', 'p:ss', 'db'],
    ['an @ in the query', 'postgres://ann:pass@db?dbname=shop&user=ann@db', 'pass', 'db'],
    ['everything in the query', 'postgresql:///?host=db&user=ann&password=a%26b&dbname=shop', 'a&b', 'db'],
    ['a plus', 'POSTGRES://ann:a+b@db/shop', 'a+b', 'db'],
    ['hostaddr', 'postgres://ann:pass@db/shop?hostaddr=10.0.0.7', 'pass', '10.0.0.7'],
  ])('URLs with %s', (_, text, password, host) => {
    expect(fromString(text)).toMatchObject({ host, port: 5432, database: 'shop', password })
  })

  test('hostaddr is where to connect, host what the certificate must say', () => {
    const { host, tls } = fromString('postgres://ann:pass@db/shop?hostaddr=10.0.0.7&sslmode=verify-full')
    expect([host, tls.expectedName]).toEqual(['10.0.0.7', 'db'])
  })

  test('marks that are never closed are read once, however many there are', () => {
    const text = `${BASE};${"x={}};y='z;".repeat(50_000)}`
    expect(fromString(text).password).toBe('s3cret')
  })

  test('the Azure form of a user', () => {
    expect(fromString('Server=db;Database=shop;UID=ann@server;Password=s3cret').username).toBe('ann@server')
  })

  test.each([
    ['Server', 'Database=shop;UID=ann;Password=s3cret'],
    ['Database', 'Server=db;UID=ann;Password=s3cret'],
    ['UID', 'Server=db;Database=shop;Password=s3cret'],
    ['Password', 'Server=db;Database=shop;UID=ann'],
    ['Port', `${BASE};Port=70000`],
    ['Port', `${BASE};Port=s3cret`],
    ['Server', 'Server=/var/run/postgresql;Database=shop;UID=ann;Password=s3cret'],
    ['Server', 'postgres://ann:s3cret@db/shop?host=/tmp'],
    ['Server', 'postgres://ann:s3cret@%2Fvar%2Frun/shop'],
    ['Server', 'postgres://ann:s3cret@/shop'],
    ['Server', 'postgres://ann:s3cret@one:5432,two:5433/shop'],
    ['Server', 'postgres://ann:s3cret@one,two/shop'],
    ['Server', 'Server=one,two;Database=shop;UID=ann;Password=s3cret'],
    ['Server', 'host=db dbname=shop user=ann password=s3cret'],
    ['Port', 'postgres://ann:s3cret@db:s3cret/shop'],
    ['Timeout', `${BASE};Timeout=s3cret`],
    ['CommandTimeout', `${BASE};QT=-5`],
    ['SearchPath', `${BASE};Search Path=a,,b`],
    ['SearchPath', `${BASE};Search Path='"a'`],
    ['TrustServerCertificate', `${BASE};Trust Server Certificate=s3cret`],
    ['TargetSessionAttributes', `${BASE};target_session_attrs=s3cret`],
    ['AuthenticationType', `${BASE};AM=4`],
    ['EncryptionMethod', `${BASE};EncryptionMethod=9`],
    ['ValidateServerCertificate', `${BASE};EncryptionMethod=1;ValidateServerCertificate=maybe`],
    ['SSLMode', `${BASE};SSLMode=s3cret`],
    ['connectionString', 'just some s3cret text'],
    ['connectionString', 'postgres://ann:s3cret%zz@db/shop'],
    ['connectionString', ''],
    ['connectionString', 'Server=db;Database=a\0options;UID=ann;Password=s3cret'],
    ['Database', 'postgres://ann:s3cret@db/a%00options'],
  ])('%s is at fault', (key, text) => {
    expect(keyOf(() => fromString(text))).toBe(key)
  })

  test('what has no effect is told, in other words for what is known and for what is not', () => {
    const { warnings } = fromString(
      `${BASE};Pooling=true;Frobnicate=s3cret;SSLMode=require;EncryptionMethod=0;Database=shop;s3cret!=1;=1`,
    )
    expect(warnings).toEqual([
      'Pooling has no effect here: a session is opened when it is needed and closed after it.',
      'The key "Frobnicate" is not known and not used.',
      'Database is given more than once; the last one counts.',
      'A key that is not known is not used.',
      'A key that is not known is not used.',
      'EncryptionMethod is not used: SSLMode is given and says it all.',
    ])
  })

  test('a key that is not known is shown up to 60 characters', () => {
    expect(fromString(`${BASE};${'x'.repeat(100)}=1`).warnings).toEqual([
      `The key "${'x'.repeat(60)}" is not known and not used.`,
    ])
  })
})

/** A value that would be found anywhere. */
const CANARY = 'canary7f3a'

describe('every keyword', () => {
  const strings = [
    ...listSettingNames().map(([name]) => name),
    ...listIdleKeywords(),
    ...['Nobody Knows', `${CANARY}!`, '\u00e9'],
  ]

  test.each(strings)('%s tells nothing of its value', (name) => {
    let heard = ''
    try {
      heard = fromString(`${BASE};${name}=${CANARY};${name.toUpperCase()}='${CANARY}'`).warnings.join(' ')
    } catch (error) {
      expect(error).toBeInstanceOf(ConnectionParamsError)
      heard = `${String(error)} ${(error as ConnectionParamsError).key} ${(error as Error).stack?.split('\n')[0]}`
    }
    expect(heard.toLowerCase()).not.toContain(CANARY)
  })

  test('of a driver that does nothing here is told apart from an unknown one', () => {
    for (const name of listIdleKeywords())
      expect(fromString(`${BASE};${name}=1`).warnings[0]).toMatch(/^\S+ has no effect here: /)
  })

  test.each([
    ['HOST=db;PORT=6432;DB=shop;UID=ann;PWD=pw;EM=1;VSC=1;HNIC=pg;LT=7;QT=9', 'DataDirect, short'],
    [
      'HostName=db;PortNumber=6432;Database=shop;LogonID=ann;Password=pw;EncryptionMethod=1;' +
        'ValidateServerCertificate=1;HostNameInCertificate=pg;LoginTimeout=7;QueryTimeout=9',
      'DataDirect',
    ],
    [
      'Host=db;Port=6432;Database=shop;Username=ann;Password=pw;SSL Mode=VerifyFull;Host Name In Certificate=pg;' +
        'Timeout=7;Command Timeout=9',
      'Npgsql',
    ],
    [
      'Server=db;Port=6432;DB=shop;User Id=ann;PSW=pw;SslMode=Verify-Full;HNIC=pg;Timeout=7;CommandTimeout=9',
      'Npgsql, older',
    ],
    [
      'postgres://ann:pw@db:6432/shop?sslmode=verify-full&hostnameincertificate=pg&connect_timeout=7&commandtimeout=9',
      'libpq',
    ],
  ])('%#: %s', (text) => {
    expect(fromString(text)).toEqual({
      host: 'db',
      port: 6432,
      database: 'shop',
      username: 'ann',
      password: 'pw',
      tls: expect.objectContaining({ mode: 'verify-full', expectedName: 'pg' }),
      connectTimeoutMs: 7_000,
      statementTimeoutMs: 9_000,
      warnings: [],
    })
  })
})

describe('timeouts and schemas', () => {
  test.each([
    ['', 15_000, undefined, 0],
    ['Timeout=3;Command Timeout=0.5', 3_000, 500, 0],
    ['Timeout=0;Command Timeout=0', 120_000, undefined, 1],
    ['LT=-1;QT=-1', 120_000, undefined, 1],
    ['Timeout=3600;Command Timeout=1e12', 120_000, 2_147_483_647, 1],
    ['Timeout= ;Command Timeout= ', 15_000, undefined, 0],
  ])('%s', (keys, connectTimeoutMs, statementTimeoutMs, warningCount) => {
    const target = fromString(`${BASE};${keys}`)
    expect(target).toMatchObject({ connectTimeoutMs })
    expect(target.statementTimeoutMs).toBe(statementTimeoutMs)
    expect(target.warnings).toHaveLength(warningCount)
  })

  test.each([
    ['Sales', ['sales'], ['Sales']],
    ['Sales, "Old, odd" ,public', ['sales', 'Old, odd', 'public'], ['Sales', 'Old, odd', 'public']],
    ['"a""b"', ['a"b'], ['a"b']],
    ['$user', ['$user'], ['$user']],
    [' ', undefined, undefined],
  ])('the schemas of %s', (text, inString, asParameter) => {
    expect(fromString(`${BASE};Search Path='${text}'`).searchPath).toEqual(inString)
    expect(fromBasic({ schema: text }).searchPath).toEqual(asParameter)
  })

  test('one server is asked, whatever kind was wished for', () => {
    expect(fromString(`${BASE};target_session_attrs=any`).warnings).toEqual([])
    expect(fromString(`${BASE};Target Session Attributes=ReadWrite`).warnings).toHaveLength(1)
  })
})

describe('basic authentication', () => {
  test('defaults', () => {
    expect(fromBasic()).toMatchObject({
      host: 'db',
      port: 5432,
      tls: { mode: 'prefer', attempts: [{ encryption: 'tls' }, { encryption: 'plain' }], verifyChain: false },
    })
  })

  test.each([
    [{ server: 'db:6432' }, 'db', 6432],
    [{ server: 'db,6432' }, 'db', 6432],
    [{ server: 'tcp:db', port: '6432' }, 'db', 6432],
    [{ server: '[::1]:6432' }, '::1', 6432],
    [{ server: '::1', port: 6432 }, '::1', 6432],
    [{ server: 'db:6432', port: 6432 }, 'db', 6432],
    [{ port: '' }, 'db', 5432],
    [{ port: null }, 'db', 5432],
    [{ Server: 'db', server: undefined, PORT: 6432 }, 'db', 6432],
    [{ password: { type: 'SecureString', value: 'pw' } }, 'db', 5432],
    [{ authenticationType: 'Basic', pooling: true, commandTimeout: 30, connectVia: 'x' }, 'db', 5432],
  ])('%o', (changes, host, port) => {
    expect(fromBasic(changes)).toMatchObject({ host, port })
  })

  test.each([
    ['server', { server: undefined }],
    ['server', { server: 'a b' }],
    ['server', { server: 17 }],
    ['database', { database: '' }],
    ['username', { username: undefined }],
    ['password', { password: undefined }],
    ['password', { password: { name: 's3cret' } }],
    ['port', { port: '3306x' }],
    ['port', { port: 0 }],
    ['port', { server: 'db:5432', port: 6432 }],
    ['sslMode', { sslMode: 'sometimes' }],
    ['sslMode', { sslMode: ['require'] }],
    ['server', { server: 'one,two' }],
    ['server', { server: '@socket' }],
    ['server', { server: 'https://db' }],
    ['server', { server: `${'x'.repeat(256)}` }],
    ['database', { database: 'a\0b' }],
    ['password', { password: { type: 'AzureKeyVaultSecret', secretName: 's3cret' } }],
    ['authenticationType', { authenticationType: 'Kerberos' }],
    ['connectionTimeout', { connectionTimeout: 'soon' }],
    ['schema', { schema: ['public'] }],
  ])('%s is at fault', (key, changes) => {
    expect(keyOf(() => fromBasic(changes))).toBe(key)
  })
})

test('names of authentication specs', () => {
  const connectionString = BASE
  expect(parseConnectionTarget('Basic Authentication for PostgreSQL', { connectionString }).host).toBe('db')
  expect(parseConnectionTarget(' basic authentication ', basic).host).toBe('db')
  expect(keyOf(() => parseConnectionTarget('OAuth2', basic))).toBe('auth.specName')
})

test('where a connection leads is known before the rest is complete', () => {
  expect(findDestination('Basic Authentication', { server: 'DB.example', port: 6432 })).toBe(
    'db.example:6432',
  )
  expect(findDestination('Basic Authentication', { server: 'db.example:6432' })).toBe('db.example:6432')
  expect(findDestination(STRING, { connectionString: 'Host=db' })).toBe('db:5432')
  expect(findDestination(STRING, { connectionString: 'postgres://u@db/x?hostaddr=10.0.0.7' })).toBe(
    '10.0.0.7:5432',
  )
  expect(findDestination('Basic Authentication', { server: '/tmp' })).toBeUndefined()
  expect(findDestination('Basic Authentication', {})).toBeUndefined()
})

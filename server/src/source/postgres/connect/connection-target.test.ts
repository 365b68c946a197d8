import { describe, expect, test } from 'vitest'
import { ConnectionParamsError } from './connection-params-error.ts'
import { parseConnectionTarget } from './connection-target.ts'

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
    ['no keys of encryption', '', 'disable'],
    ['0', 'EncryptionMethod=0', 'disable'],
    ['1', 'EncryptionMethod=1', 'require'],
    ['1 and 0', 'EncryptionMethod=1;ValidateServerCertificate=0', 'require'],
    ['1 and 1', 'EncryptionMethod=1;ValidateServerCertificate=1', 'verify-ca'],
    ['the misspelt key', 'EncryptionMethod=1;ValidationServerCertificate=1', 'verify-ca'],
    ['3', 'EncryptionMethod=3', 'require'],
    ['6', 'EncryptionMethod=6', 'prefer'],
    ['SSL Mode', 'SSL Mode=Verify Full', 'verify-full'],
  ])('encryption: %s', (_, keys, mode) => {
    expect(fromString(`${BASE};${keys}`).tls.mode).toBe(mode)
  })

  test('a host name in the certificate makes the name count', () => {
    const { tls } = fromString(
      `${BASE};EncryptionMethod=1;ValidateServerCertificate=1;HostNameInCertificate=pg.example`,
    )
    expect(tls).toMatchObject({ mode: 'verify-full', verifyName: true, expectedName: 'pg.example' })
  })

  test.each([
    ['case and blanks in keys', ' SERVER = db ; data base=shop; User Id=ann;Pwd=s3cret ; '],
    ['aliases', 'Host=db;DB=shop;Username=ann;PWD=s3cret'],
    ['quotes', `Server='db';Database="shop";UID={ann};Password='s3cret'`],
    ['the last one wins', 'Server=old;Server=db;Database=shop;UID=ann;Password=s3cret'],
    ['a URL', 'postgres://ann:s3cret@db/shop'],
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

  test('warnings for what has no effect', () => {
    const { warnings } = fromString(
      `${BASE};Pooling=true;SSLMode=require;EncryptionMethod=0;RootCertificate=/etc/root.crt`,
    )
    expect(warnings).toHaveLength(3)
    expect(warnings.join(' ')).toMatch(/Pooling.*path.*EncryptionMethod/)
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
    ['Disable', 'disable'],
    ['Disabled', 'disable'],
    ['ALLOW', 'allow'],
    ['Prefer', 'prefer'],
    ['Require', 'require'],
    ['Verify Ca', 'verify-ca'],
    ['Verify-Ca', 'verify-ca'],
    ['verify_ca', 'verify-ca'],
    ['Verify Full', 'verify-full'],
    ['Verify-Full', 'verify-full'],
    ['verifyfull', 'verify-full'],
    [false, 'prefer'],
    ['false', 'prefer'],
    [true, 'require'],
    ['true', 'require'],
    [5, 'verify-full'],
    ['0', 'disable'],
  ])('sslMode %s', (sslMode, mode) => {
    expect(fromBasic({ sslMode }).tls.mode).toBe(mode)
  })

  test.each([
    [{ server: 'db:6432' }, 'db', 6432],
    [{ server: 'db,6432' }, 'db', 6432],
    [{ server: 'tcp:db', port: '6432' }, 'db', 6432],
    [{ server: '[::1]:6432' }, '::1', 6432],
    [{ server: '::1', port: 6432 }, '::1', 6432],
    [{ server: 'db:6432', port: 6432 }, 'db', 6432],
    [{ port: '' }, 'db', 5432],
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

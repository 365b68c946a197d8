import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeIdentity, makeRevocationList, toPem } from '#source/postgres/testing/make-certificate.ts'
import { ConnectionParamsError } from './connection-params-error.ts'
import { type ConnectionTarget, parseConnectionTarget } from './connection-target.ts'

const ROOT = makeIdentity('root')
const OTHER_ROOT = makeIdentity('other root')
const CLIENT = makeIdentity('ann')
const PASSPHRASE = 'hush;"=}{\''
const ENCRYPTED = CLIENT.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE })
  .toString()
const OLD_ENCRYPTED = CLIENT.privateKey
  .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE })
  .toString()
const LIST = makeRevocationList(ROOT, 'root')

const BASIC = { server: 'db', database: 'shop', username: 'ann', password: 's3cret', sslMode: 'verify-full' }
const fromBasic = (params: Record<string, unknown>): ConnectionTarget =>
  parseConnectionTarget('Basic Authentication', { ...BASIC, ...params })

/** The parameter at fault. Its message holds nothing of what was given, not even eight characters of it. */
function faultOf(params: Record<string, unknown>): readonly [key: string, message: string] {
  try {
    fromBasic(params)
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionParamsError)
    const { key, message, cause } = error as ConnectionParamsError
    expect(cause).toBeUndefined()
    for (const value of Object.values(params).filter((given) => typeof given === 'string')) {
      const lines = value.split(/\s+/).filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line))
      for (const line of lines) expect(message).not.toContain(line.slice(4, 12))
    }
    return [key, message]
  }
  return ['', 'nothing was thrown']
}

describe('certificates as users paste them', () => {
  const { certificate } = ROOT
  const body = certificate.split('\n').slice(1, -2).join('')
  test.each([
    ['as it is', certificate],
    ['without its last line end', certificate.trimEnd()],
    ['Windows line ends', certificate.replaceAll('\n', '\r\n')],
    ['line ends in letters', certificate.replaceAll('\n', '\\n')],
    ['line ends in letters, escaped twice', certificate.replaceAll('\n', '\\\\n')],
    ['blanks for line ends', certificate.replaceAll('\n', ' ')],
    ['no line ends', certificate.replaceAll('\n', '')],
    ['one long line', `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`],
    ['indented', certificate.replaceAll('\n', '\n      ')],
    ['with remarks', `Certificate:\n  Data: ...\n${certificate}\nthe end\n`],
    ['an old label', certificate.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
  ])('%s', (_, sslRootCertificate) => {
    expect(fromBasic({ sslRootCertificate }).tls.ca).toBe(certificate)
  })

  test('several in one text', () => {
    const bundle = `${certificate} # two ${OTHER_ROOT.certificate.replaceAll('\n', ' ')}`
    expect(fromBasic({ sslRootCertificate: bundle }).tls.ca).toBe(certificate + OTHER_ROOT.certificate)
  })

  test.each([
    ['cut off', certificate.slice(0, 200), 'is cut off'],
    ['no certificate', toPem('PUBLIC KEY', Buffer.from('x')), 'holds no certificate'],
    ['not a certificate', toPem('CERTIFICATE', Buffer.from('not a certificate')), 'number 1 of 1'],
    [
      'a broken second',
      certificate + certificate.replace(body.slice(0, 40), 'A'.repeat(40)),
      'number 2 of 2',
    ],
    ['a key in it', certificate + CLIENT.key, 'holds a private key'],
    ['a path', '/etc/ssl/root.crt', 'Files of the server are not read'],
    ['a path of Windows', 'C:\\certs\\root.crt', 'Files of the server are not read'],
    ['without its marks', body, 'is not PEM text'],
    ['far too long', `-----BEGIN ${'x'.repeat(2 ** 20)}`, 'must not be longer'],
  ])('%s', (_, sslRootCertificate, problem) => {
    const [key, message] = faultOf({ sslRootCertificate })
    expect(key).toBe('sslRootCertificate')
    expect(message).toContain(problem)
  })
})

describe('a path', () => {
  const sslRootCertificate = '/etc/ssl/root.crt'
  test('is refused where the certificate would decide, and warned of where it would not', () => {
    for (const sslMode of ['require', 'verify-ca', 'verify-full'])
      expect(faultOf({ sslMode, sslRootCertificate })[0]).toBe('sslRootCertificate')
    for (const sslMode of ['disable', 'allow', 'prefer'])
      expect(fromBasic({ sslMode, sslRootCertificate }).warnings).toEqual([
        expect.stringContaining('not PEM text'),
      ])
    const keys = (method: string): ConnectionTarget =>
      parseConnectionTarget('Connection String Based Authentication', {
        connectionString: `Server=db;DB=shop;UID=ann;PWD=s3cret;TrustStore=/etc/root.jks;EM=1;VSC=${method}`,
      })
    expect(keys('0').warnings).toEqual([expect.stringContaining('RootCertificate is not PEM text')])
    expect(() => keys('1')).toThrow(ConnectionParamsError)
  })

  test('of a client certificate is refused wherever TLS may be used', () => {
    const paths = { sslCertificate: '/home/ann/.postgresql/postgresql.crt', sslKey: 'C:\\ann.key' }
    for (const sslMode of ['allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
      expect(faultOf({ sslMode, ...paths })[0]).toBe('sslCertificate')
    expect(fromBasic({ sslMode: 'disable', ...paths }).warnings).toHaveLength(2)
  })
})

describe('client certificates', () => {
  const pair = { sslCertificate: CLIENT.certificate, sslKey: CLIENT.key }

  test('take the place of the password, or stand beside it', () => {
    const alone = fromBasic({ ...pair, password: undefined })
    expect(alone.password).toBe('')
    expect(alone.tls.clientCertificate).toEqual({ certificate: CLIENT.certificate, key: CLIENT.key })
    expect(fromBasic(pair)).toMatchObject({ password: 's3cret', warnings: [] })
    expect(faultOf({ ...pair, password: undefined, sslMode: 'disable' })[0]).toBe('password')
  })

  test('keep their chain', () => {
    const sslCertificate = CLIENT.certificate + ROOT.certificate
    expect(fromBasic({ ...pair, sslCertificate }).tls.clientCertificate?.certificate).toBe(sslCertificate)
  })

  test.each([
    ['PKCS #8', ENCRYPTED],
    ['the older form', OLD_ENCRYPTED],
    ['the older form on one line', OLD_ENCRYPTED.replaceAll('\n', ' ')],
    ['the older form with line ends in letters', OLD_ENCRYPTED.replaceAll('\n', '\\n')],
  ])('open keys encrypted in %s', (_, sslKey) => {
    const { clientCertificate } = fromBasic({ ...pair, sslKey, sslPassword: PASSPHRASE }).tls
    expect(clientCertificate?.passphrase).toBe(PASSPHRASE)
    expect([ENCRYPTED, OLD_ENCRYPTED]).toContain(clientCertificate?.key)
    expect(faultOf({ ...pair, sslKey })).toEqual([
      'sslPassword',
      expect.stringContaining('sslKey is encrypted'),
    ])
    expect(faultOf({ ...pair, sslKey, sslPassword: 'wrong' })).toEqual([
      'sslPassword',
      'sslPassword does not open sslKey.',
    ])
  })

  test('a passphrase that nothing needs is not used', () => {
    const { tls, warnings } = fromBasic({ ...pair, sslPassword: 'hush' })
    expect(tls.clientCertificate).not.toHaveProperty('passphrase', 'hush')
    expect(warnings).toEqual([expect.stringMatching(/^sslPassword is not used/)])
  })

  test.each([
    ['no key', { sslKey: undefined }, 'sslKey', 'is missing'],
    ['no certificate', { sslCertificate: undefined }, 'sslCertificate', 'is missing'],
    ['another key', { sslKey: ROOT.key }, 'sslKey', 'does not belong to sslCertificate'],
    ['two keys', { sslKey: CLIENT.key + ROOT.key }, 'sslKey', 'more than one'],
    ['a certificate for a key', { sslKey: CLIENT.certificate }, 'sslKey', 'holds no private key'],
    ['a key for a certificate', { sslCertificate: CLIENT.key }, 'sslCertificate', 'holds a private key'],
    ['a broken key', { sslKey: toPem('PRIVATE KEY', Buffer.from('nonsense')) }, 'sslKey', "can't be read"],
    ['a root first', { sslCertificate: ROOT.certificate + CLIENT.certificate }, 'sslKey', "the client's own"],
  ])('%s', (_, changes, key, problem) => {
    const fault = faultOf({ ...pair, ...changes })
    expect(fault).toEqual([key, expect.stringContaining(problem)])
  })

  test('a key that takes the whole server a minute to open is refused unopened', () => {
    const rounds = 2_000_000_000
    const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts)
    const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
      const content = Buffer.concat(parts)
      return Buffer.concat([Buffer.from([tag, content.length]), content])
    }
    const count = Buffer.alloc(4)
    count.writeUInt32BE(rounds)
    const pbkdf2 = sequence(
      tlv(0x06, Buffer.from('2a864886f70d01050c', 'hex')),
      sequence(tlv(0x04, count), tlv(0x02, count)),
    )
    const aes = sequence(tlv(0x06, Buffer.from('60864801650304012a', 'hex')), tlv(0x04, Buffer.alloc(16)))
    const pbes2 = sequence(tlv(0x06, Buffer.from('2a864886f70d01050d', 'hex')), sequence(pbkdf2, aes))
    const sslKey = toPem('ENCRYPTED PRIVATE KEY', sequence(pbes2, tlv(0x04, Buffer.alloc(16))))
    expect(faultOf({ ...pair, sslKey, sslPassword: 'hush' })).toEqual([
      'sslKey',
      expect.stringContaining('rounds'),
    ])
  })
})

describe('revocation lists', () => {
  test('are used where the chain is checked', () => {
    const lists = LIST.replaceAll('\n', ' ') + LIST
    expect(fromBasic({ sslRevocationList: lists }).tls.crl).toBe(LIST + LIST)
    const { tls, warnings } = fromBasic({ sslMode: 'require', sslcrl: LIST })
    expect(tls).not.toHaveProperty('crl')
    expect(warnings).toEqual([expect.stringMatching(/^sslRevocationList is not used/)])
    const withRoot = fromBasic({ sslMode: 'require', sslcrl: LIST, sslrootcert: ROOT.certificate })
    expect(withRoot.tls.crl).toBe(LIST)
  })

  test.each([
    ['a path', '/etc/ssl/root.crl', 'is not PEM text'],
    ['a certificate', ROOT.certificate, 'holds no revocation list'],
    ['nonsense', toPem('X509 CRL', Buffer.from('nonsense')), "can't be read"],
  ])('%s is refused', (_, sslRevocationList, problem) => {
    expect(faultOf({ sslRevocationList })).toEqual(['sslRevocationList', expect.stringContaining(problem)])
  })
})

describe('in and beside a connection string', () => {
  const STRING = 'Server=db;Database=shop;UID=ann;Password=s3cret;SSLMode=verify-ca'
  const parse = (connectionString: string, beside: Record<string, unknown> = {}): ConnectionTarget =>
    parseConnectionTarget('Connection String Based Authentication', { connectionString, ...beside })

  test('texts stand in quotes inside, or as parameters of their own', () => {
    const inside = parse(
      `${STRING};Root Certificate="${ROOT.certificate}";sslcert={${CLIENT.certificate}};sslkey='${ENCRYPTED}';` +
        `SSL Password="${PASSPHRASE.replaceAll('"', '""')}";sslcrl='${LIST}'`,
    )
    const beside = parse(STRING, {
      sslRootCertificate: ROOT.certificate,
      sslCertificate: CLIENT.certificate,
      sslKey: { type: 'SecureString', value: ENCRYPTED },
      sslPassword: PASSPHRASE,
      sslRevocationList: LIST,
    })
    expect(inside).toEqual(beside)
    expect(inside.tls).toMatchObject({
      ca: ROOT.certificate,
      crl: LIST,
      clientCertificate: { key: ENCRYPTED },
    })
  })

  test('in a URL, where a plus is a plus', () => {
    const query = new Map([
      ['sslmode', 'verify-ca'],
      ['sslrootcert', ROOT.certificate],
      ['sslcert', CLIENT.certificate],
      ['sslkey', CLIENT.key],
    ])
    const encoded = [...query]
      .map(([name, value]) => `${name}=${value.replaceAll('\n', '%0A').replaceAll(' ', '%20')}`)
      .join('&')
    const { tls, password } = parse(`postgres://ann@db/shop?${encoded}`)
    expect(tls).toMatchObject({ ca: ROOT.certificate, clientCertificate: { key: CLIENT.key } })
    expect(password).toBe('')
  })

  test('a parameter beside the string wins, and what belongs into the string has no effect', () => {
    const both = parse(`${STRING};sslrootcert='${OTHER_ROOT.certificate}'`, { sslrootcert: ROOT.certificate })
    expect(both.tls.ca).toBe(ROOT.certificate)
    expect(both.warnings).toEqual([expect.stringMatching(/^sslRootCertificate is given more than once/)])
    const { host, warnings } = parse(STRING, {
      server: 'elsewhere',
      password: 'x',
      other: 1,
      pooling: true,
      port: null,
    })
    expect(host).toBe('db')
    expect(warnings.map((text) => text.split(' ')[0])).toEqual([
      'server',
      'password',
      'The',
      'pooling',
      'Any',
    ])
  })
})

test('keys of other kinds are read', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sslKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  expect(faultOf({ sslCertificate: CLIENT.certificate, sslKey })[1]).toContain('does not belong')
})

import { describe, expect, test } from 'vitest'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'
import { ConnectionParamsError } from './connection-params-error.ts'
import { type ConnectionTarget, parseConnectionTarget } from './connection-target.ts'
import type { TlsPlan } from './tls-plan.ts'

const ROOT = makeIdentity('root').certificate
const fromPairs = (keys: string): ConnectionTarget =>
  parseConnectionTarget('Connection String Based Authentication', {
    connectionString: `Server=db;Database=shop;UID=ann;Password=s3cret;${keys}`,
  })
const fromBasic = (params: Record<string, unknown>): ConnectionTarget =>
  parseConnectionTarget('Basic Authentication', {
    server: 'db',
    database: 'shop',
    username: 'ann',
    password: 's3cret',
    ...params,
  })

const outline = ({ mode, attempts, verifyChain, verifyName, ca, expectedName }: TlsPlan) => ({
  mode,
  attempts: attempts.map(({ encryption, ifNotOffered, nextAfter }) => [
    encryption,
    ifNotOffered,
    ...nextAfter,
  ]),
  verifyChain,
  verifyName,
  ...(ca === undefined ? {} : { ca }),
  ...(expectedName === undefined ? {} : { expectedName }),
})

const faultOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionParamsError)
    return (error as Error).message
  }
  return 'nothing was thrown'
}

const PLAIN = [['plain', 'fail']]
const TLS = [['tls', 'fail']]
const TLS_IF_OFFERED = [['tls', 'plain']]
const unchecked = { verifyChain: false, verifyName: false }
const chain = { verifyChain: true, verifyName: false }
const name = { verifyChain: true, verifyName: true }
const none = { mode: 'disable', attempts: PLAIN, ...unchecked }

describe('EncryptionMethod, ValidateServerCertificate and HostNameInCertificate', () => {
  const cases: [method: string, validate: string, host: string, plan: object, warnings: string[]][] = [
    ['', '', '', none, []],
    ['0', '', '', none, []],
    ['0', '0', '', none, []],
    ['0', '1', '', none, ['nothing is encrypted']],
    ['', '1', '', none, ['nothing is encrypted']],
    ['0', '0', 'pg.example', none, ['only ValidateServerCertificate=1']],
    ['0', '1', 'pg.example', none, ['nothing is encrypted', 'only ValidateServerCertificate=1']],
    ['1', '', '', { mode: 'require', attempts: TLS, ...unchecked }, []],
    ['1', '0', '', { mode: 'require', attempts: TLS, ...unchecked }, []],
    [
      '1',
      '0',
      'pg.example',
      { mode: 'require', attempts: TLS, ...unchecked },
      ['only ValidateServerCertificate=1'],
    ],
    ['1', '1', '', { mode: 'verify-ca', attempts: TLS, ...chain }, ['Any certificate of a public root']],
    ['1', '1', 'pg.example', { mode: 'verify-full', attempts: TLS, ...name, expectedName: 'pg.example' }, []],
    ['1', '1', '#SERVERNAME#', { mode: 'verify-full', attempts: TLS, ...name }, []],
    ['6', '', '', { mode: 'prefer', attempts: TLS_IF_OFFERED, ...unchecked }, []],
    ['6', '0', '', { mode: 'prefer', attempts: TLS_IF_OFFERED, ...unchecked }, []],
    [
      '6',
      '0',
      'pg.example',
      { mode: 'prefer', attempts: TLS_IF_OFFERED, ...unchecked },
      ['only ValidateServer'],
    ],
    [
      ...(['6', '1', ''] as const),
      { mode: 'prefer', attempts: TLS_IF_OFFERED, ...chain },
      ['Any certificate of a public root', 'an attacker'],
    ],
    [
      ...(['6', '1', 'pg.example'] as const),
      { mode: 'prefer', attempts: TLS_IF_OFFERED, ...name, expectedName: 'pg.example' },
      ['an attacker'],
    ],
    ['3', '0', '', { mode: 'require', attempts: TLS, ...unchecked }, ['taken as 1']],
    [
      '5',
      '1',
      'pg.example',
      { mode: 'verify-full', attempts: TLS, ...name, expectedName: 'pg.example' },
      ['taken'],
    ],
  ]

  test.each(cases)('%s × %s × %s', (method, validate, host, plan, warnings) => {
    const keys = [
      ...(method === '' ? [] : [`EncryptionMethod=${method}`]),
      ...(validate === '' ? [] : [`ValidateServerCertificate=${validate}`]),
      ...(host === '' ? [] : [`HostNameInCertificate=${host}`]),
    ]
    const target = fromPairs(keys.join(';'))
    expect(outline(target.tls)).toEqual(plan)
    expect(target.warnings).toEqual(warnings.map((text) => expect.stringContaining(text)))
  })

  test('a trust store is used with validation only', () => {
    const withRoot = (keys: string): ConnectionTarget => fromPairs(`${keys};TrustStore='${ROOT}'`)
    for (const method of ['0', '1', '6']) {
      const { tls, warnings } = withRoot(`EM=${method};VSC=0`)
      expect(tls).toMatchObject(unchecked)
      expect(tls).not.toHaveProperty('ca')
      expect(warnings).toEqual([expect.stringContaining('RootCertificate is not used')])
    }
    expect(withRoot('EM=1;VSC=1')).toMatchObject({
      tls: { ca: ROOT, ...chain, mode: 'verify-ca' },
      warnings: [],
    })
    expect(withRoot('EM=6;VSC=1').tls).toMatchObject({
      ca: ROOT,
      ...chain,
      attempts: [{ ifNotOffered: 'plain' }],
    })
  })

  test('other methods are refused', () => {
    for (const method of ['7', '9', '-1', '1.0', 'yes', '10']) {
      expect(faultOf(() => fromPairs(`EncryptionMethod=${method}`))).toMatch(/^EncryptionMethod must be 0 /)
    }
  })
})

const PREFER = [['tls', 'plain', 'handshake', 'rejection'], ...PLAIN]
const ALLOW = [['plain', 'fail', 'rejection'], ...TLS_IF_OFFERED]

const MODES: readonly [mode: string, spellings: readonly unknown[], attempts: unknown[][], proof: object][] =
  [
    ['disable', ['Disable', 'disable', 'Disabled', 0, '0'], PLAIN, unchecked],
    ['allow', ['Allow', 'ALLOW', 1, '1'], ALLOW, unchecked],
    ['prefer', ['Prefer', 'Preferred', 2, '2', false, 'false', 'FALSE', ''], PREFER, unchecked],
    ['require', ['Require', 'Required', 3, '3', true, 'true', 'True'], TLS, unchecked],
    ['verify-ca', ['Verify Ca', 'Verify-Ca', 'verify_ca', 'VerifyCA', 'verify-ca', 4, '4'], TLS, chain],
    [
      'verify-full',
      ['Verify Full', 'Verify-Full', 'verify_full', 'VerifyFull', 'verify-full', 5, '5'],
      TLS,
      name,
    ],
  ]

describe('sslMode', () => {
  test.each(MODES)('%s', (mode, spellings, attempts, proof) => {
    for (const sslMode of spellings)
      expect(outline(fromBasic({ sslMode }).tls)).toEqual({ mode, attempts, ...proof })
    if (mode === 'prefer') expect(outline(fromBasic({}).tls)).toEqual({ mode, attempts, ...proof })
    for (const spelling of ['SSLMode', 'SSL Mode', 'ssl_mode', 'sslmode'])
      expect(outline(fromPairs(`${spelling}=${mode}`).tls)).toEqual({ mode, attempts, ...proof })
  })

  test.each(['sometimes', 'verify', '6', '-1', ' full'])('%s is refused', (sslMode) => {
    expect(faultOf(() => fromBasic({ sslMode }))).toMatch(/^sslMode must be one of disable, allow,/)
  })

  test('roots are used in every mode with TLS', () => {
    const plans = MODES.map(([sslMode]) => fromBasic({ sslMode, sslRootCertificate: ROOT }))
    expect(plans.map(({ tls }) => tls.verifyChain)).toEqual([false, true, true, true, true, true])
    expect(plans.map(({ tls }) => tls.verifyName)).toEqual([false, false, false, false, false, true])
    expect(plans.map(({ warnings }) => warnings)).toEqual([
      [expect.stringContaining('sslRootCertificate is not used')],
      [expect.stringContaining('leads to plaintext')],
      [expect.stringContaining('leads to plaintext')],
      [],
      [],
      [],
    ])
  })

  test('without roots only verify-ca has to be warned of', () => {
    const warned = MODES.filter(([sslMode]) => fromBasic({ sslMode }).warnings.length > 0)
    expect(warned.map(([mode]) => mode)).toEqual(['verify-ca'])
    expect(fromBasic({ sslMode: 'Verify Ca' }).warnings[0]).toMatch(/anybody can get one.*verify-full/)
  })

  test('a name other than the host is expected by verify-full, and has no effect elsewhere', () => {
    const named = fromBasic({ sslMode: 'verify-full', sslHostName: 'pg.example' })
    expect(named).toMatchObject({ tls: { expectedName: 'pg.example' }, warnings: [] })
    const { tls, warnings } = fromBasic({ sslMode: 'require', hostNameInCertificate: 'pg.example' })
    expect(tls).not.toHaveProperty('expectedName')
    expect(warnings).toEqual([expect.stringMatching(/^sslHostName is not used: only verify-full/)])
    expect(faultOf(() => fromBasic({ sslHostName: '*.example' }))).toMatch(/^sslHostName must be a host name/)
  })

  test('it wins over the ODBC keys, and says so', () => {
    const { tls, warnings } = fromPairs('SSLMode=require;EncryptionMethod=0;ValidateServerCertificate=1')
    expect(outline(tls)).toEqual({ mode: 'require', attempts: TLS, ...unchecked })
    expect(warnings).toEqual([
      expect.stringMatching(/^EncryptionMethod is not used: SSLMode/),
      expect.stringMatching(/^ValidateServerCertificate is not used: SSLMode/),
    ])
  })

  test('sslrootcert=system means the roots of the system, and their names must be checked', () => {
    expect(fromPairs('sslrootcert=system')).toMatchObject({
      tls: { mode: 'verify-full', ...name },
      warnings: [],
    })
    expect(fromBasic({ sslRootCertificate: 'system', sslMode: 'verify-full' }).tls).not.toHaveProperty('ca')
    for (const sslMode of ['disable', 'allow', 'prefer', 'require', 'verify-ca']) {
      const fault = faultOf(() => fromBasic({ sslRootCertificate: 'system', sslMode }))
      expect(fault).toMatch(/^sslMode is .* must be verify-full: anybody can get a certificate/)
    }
  })

  test('the older words for "TLS or nothing"', () => {
    expect(fromPairs('SSL=true').tls.mode).toBe('require')
    expect(fromPairs('requiressl=1').tls.mode).toBe('require')
    expect(fromPairs('SSL=false').tls.mode).toBe('disable')
    expect(fromPairs('SSL=true;EM=0')).toMatchObject({
      tls: { mode: 'disable' },
      warnings: [expect.stringMatching(/^RequireSSL is not used/)],
    })
  })
})

describe('trusting any certificate', () => {
  test.each(['verify-ca', 'verify-full'])('contradicts %s', (sslMode) => {
    const fault = faultOf(() => fromBasic({ sslMode, trustServerCertificate: true }))
    expect(fault).toMatch(/^trustServerCertificate contradicts sslMode verify-/)
    expect(fromBasic({ sslMode, trustServerCertificate: 'false' }).tls.mode).toBe(sslMode)
  })

  test('contradicts ValidateServerCertificate=1', () => {
    const keys = 'EncryptionMethod=1;Trust Server Certificate=true;ValidateServerCertificate='
    expect(faultOf(() => fromPairs(`${keys}1`))).toMatch(/contradicts ValidateServerCertificate=1/)
    expect(fromPairs(`${keys}0`).tls.mode).toBe('require')
  })

  test('leaves roots unused in the weaker modes', () => {
    for (const sslMode of ['allow', 'prefer', 'require']) {
      const target = fromBasic({ sslMode, trustServerCertificate: true, sslRootCertificate: ROOT })
      expect(target.tls).toMatchObject(unchecked)
      expect(target.warnings).toEqual([expect.stringContaining('sslRootCertificate is not used')])
    }
  })
})

describe('how TLS is opened', () => {
  test('direct negotiation is for modes that allow nothing else', () => {
    for (const sslMode of ['require', 'verify-ca', 'verify-full'])
      expect(fromBasic({ sslMode, sslNegotiation: 'direct' }).tls.negotiation).toBe('direct')
    for (const sslMode of ['disable', 'allow', 'prefer'])
      expect(faultOf(() => fromBasic({ sslMode, sslNegotiation: 'direct' }))).toMatch(
        /^sslNegotiation must not/,
      )
    expect(fromPairs('EM=1;sslnegotiation=direct').tls.negotiation).toBe('direct')
    expect(faultOf(() => fromPairs('EM=6;sslnegotiation=direct'))).toMatch(/^SSLNegotiation must not/)
    expect(fromPairs('EM=6;sslnegotiation=postgres').tls.negotiation).toBe('postgres')
  })

  test('channel binding', () => {
    expect(fromBasic({ sslMode: 'require', channelBinding: 'require' }).tls.channelBinding).toBe('require')
    expect(fromPairs('Channel Binding=Disable').tls.channelBinding).toBe('disable')
    expect(faultOf(() => fromBasic({ channelBinding: 'require', sslMode: 'disable' }))).toMatch(
      /no channel to bind/,
    )
    expect(faultOf(() => fromPairs('channel_binding=require'))).toMatch(/^ChannelBinding/)
    expect(faultOf(() => fromBasic({ channelBinding: 'maybe' }))).toMatch(/one of disable, prefer, require/)
  })

  test.each([
    ['ssl_min_protocol_version=TLSv1.3', { minVersion: 'TLSv1.3' }, 0],
    ['ssl_min_protocol_version=TLSv1', {}, 1],
    ['ssl_max_protocol_version=tlsv1.2', { maxVersion: 'TLSv1.2' }, 0],
    ['CryptoProtocolVersion=TLSv1.2', { maxVersion: 'TLSv1.2' }, 0],
    ['CPV=TLSv1.3', { minVersion: 'TLSv1.3' }, 0],
    ['CPV=TLSv1.3,TLSv1.2,TLSv1.1,TLSv1', {}, 1],
  ])('%s', (keys, versions, warningCount) => {
    const { tls, warnings } = fromPairs(`EM=1;${keys}`)
    expect({ minVersion: tls.minVersion, maxVersion: tls.maxVersion }).toEqual({
      minVersion: undefined,
      maxVersion: undefined,
      ...versions,
    })
    expect(warnings).toHaveLength(warningCount)
  })

  test.each([
    ['ssl_max_protocol_version=TLSv1.1', /^SSLMaxVersion must allow TLSv1.2/],
    ['CPV=TLSv1,SSLv3', /^CryptoProtocolVersion must allow TLSv1.2/],
    ['sslMinVersion=TLSv1.3;sslMaxVersion=TLSv1.2', /^SSLMinVersion is above/],
    ['sslMinVersion=9', /^SSLMinVersion must be one of/],
    ['gssencmode=require', /^GSSEncryptionMode must not be require/],
  ])('%s is refused', (keys, fault) => {
    expect(faultOf(() => fromPairs(`EM=1;${keys}`))).toMatch(fault)
  })
})

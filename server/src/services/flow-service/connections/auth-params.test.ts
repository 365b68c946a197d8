import { describe, expect, test } from 'vitest'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { DATALAKE } from '#services/flow-service/specs/built-in/datalake.ts'
import { POSTGRE_SQL, POSTGRE_SQL_AWS } from '#services/flow-service/specs/built-in/postgre-sql.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'
import { assertSecretsStay, readAuth } from './auth-params.ts'

const PARAMS = {
  server: 'db.example.com',
  port: '5432',
  database: 'shop',
  username: 'reader',
  password: 'hush',
}

function code(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error instanceof FlowProblem ? [error.code, error.args] : error
  }
  return 'none'
}

const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'

describe('reading auth', () => {
  test('asks for what is missing in the order of the form', () => {
    const names = ['server', 'database', 'username', 'password']
    const given: Record<string, string> = {}
    for (const name of names) {
      const read = () => readAuth(POSTGRE_SQL, { specName: BASIC, params: given }, false)
      expect(code(read)).toEqual(['1100-400', { field: `auth.params.${name}` }])
      given[name] = 'x'
    }
  })

  test('keeps the name of the way of authentication as it was sent', () => {
    const auth = readAuth(POSTGRE_SQL, { specName: ' basic authentication ', params: PARAMS }, false)
    expect(auth).toEqual({ specName: ' basic authentication ', params: PARAMS })
  })

  test('wants it where the spec has one, and lets drafts wait', () => {
    expect(code(() => readAuth(POSTGRE_SQL, undefined, false))).toEqual(['1100-400', { field: 'auth' }])
    expect(readAuth(POSTGRE_SQL, undefined, true)).toBeUndefined()
    expect(readAuth(DATALAKE, undefined, false)).toBeUndefined()
    expect(
      readAuth(POSTGRE_SQL, { specName: 'Basic Authentication', params: { server: 'x' } }, true)?.params,
    ).toEqual({ server: 'x' })
  })

  test('names the member that is missing', () => {
    const { database: _, ...incomplete } = PARAMS
    const given = { specName: 'Basic Authentication', params: incomplete }
    expect(code(() => readAuth(POSTGRE_SQL, given, false))).toEqual([
      '1100-400',
      { field: 'auth.params.database' },
    ])
    expect(code(() => readAuth(DATALAKE, given, false))).toMatchObject(['1415-400', {}])
  })

  test('takes the names of parameters in any spelling, and keeps them as they were sent', () => {
    const params = {
      Server: 'db',
      DATABASE: 'shop',
      user_name: 'reader',
      Password: 'hush',
      sslmode: 'Require',
    }
    expect(readAuth(POSTGRE_SQL, { specName: BASIC, params }, false)?.params).toEqual(params)
  })

  test('lets a client certificate take the place of the password, and nothing else', () => {
    const { certificate, key } = makeIdentity('reader')
    const { password: _, ...without } = PARAMS
    const read = (params: object) => code(() => readAuth(POSTGRE_SQL, { specName: BASIC, params }, false))
    expect(read({ ...without, sslCertificate: certificate, sslKey: key })).toBe('none')
    expect(read({ ...without, sslcert: certificate, sslkey: key })).toBe('none')
    expect(read(without)).toEqual(['1100-400', { field: 'auth.params.password' }])
    expect(read({ ...without, sslKey: key })).toEqual(['1100-400', { field: 'sslCertificate' }])
    expect(read({ ...without, sslCertificate: certificate })).toEqual(['1100-400', { field: 'sslKey' }])
  })

  test('knows one way of authentication in the aws edition', () => {
    const string = { specName: STRING, params: { connectionString: 'Server=db;Database=d;UID=u;Password=p' } }
    expect(code(() => readAuth(POSTGRE_SQL, string, false))).toBe('none')
    expect(code(() => readAuth(POSTGRE_SQL_AWS, string, false))).toMatchObject([
      '1415-400',
      { specName: STRING },
    ])
    for (const sslMode of ['true', 'false', true, 'Allow', 'Verify Full'])
      expect(
        readAuth(POSTGRE_SQL_AWS, { specName: BASIC, params: { ...PARAMS, sslMode } }, false),
      ).toBeDefined()
  })

  test.each([
    ['a name with a secret in it', 'Server=db;Password=hush'],
    ['an object', { name: 'x', params: PARAMS }],
    ['nothing', undefined],
  ])('does not repeat %s for a name', (_, specName) => {
    let text = ''
    try {
      readAuth(POSTGRE_SQL, { specName, params: PARAMS }, false)
    } catch (error) {
      text = JSON.stringify((error as FlowProblem).body('request-1'))
    }
    expect(text).toContain('FLOW-1415-400')
    expect(text).not.toContain('hush')
  })

  test('refuses masks in the place of secrets, also in drafts', () => {
    const given = { specName: BASIC, params: { ...PARAMS, password: '********' } }
    for (const isDraft of [false, true])
      expect(code(() => readAuth(POSTGRE_SQL, given, isDraft))).toEqual([
        '1100-400',
        { field: 'auth.params.password' },
      ])
    const connectionString = 'Server=db;Database=shop;UID=ann;Password=********'
    const inString = { specName: 'Connection String Based Authentication', params: { connectionString } }
    expect(code(() => readAuth(POSTGRE_SQL, inString, false))).toEqual([
      '1100-400',
      { field: 'auth.params.connectionString' },
    ])
  })
})

describe('stored secrets', () => {
  const stored = { specName: BASIC, params: PARAMS }
  const moved = (changes: object, kept = ['password']) =>
    code(() => assertSecretsStay(stored, { specName: BASIC, params: { ...PARAMS, ...changes } }, kept))

  test('stay with the server and the port', () => {
    const refused = ['1100-400', { field: 'auth.params.password' }]
    expect(moved({ server: 'evil.example.com' })).toEqual(refused)
    expect(moved({ port: 5433 })).toEqual(refused)
    expect(moved({ server: 'db.example.com:5433', port: undefined })).toEqual(refused)
    expect(moved({ Server: 'evil.example.com' })).toEqual(refused)
    expect(moved({ hostaddr: '10.0.0.7' })).toEqual(refused)
    expect(moved({ server: undefined })).toEqual(refused)
    expect(moved({ server: 'evil.example.com' }, [])).toBe('none')
  })

  test('do not mind other changes, nor other spellings of the same address', () => {
    expect(moved({ username: 'writer', database: 'other', sslMode: 'Require' })).toBe('none')
    expect(moved({ server: 'DB.example.com:5432', port: undefined })).toBe('none')
    expect(moved({ port: 5432 })).toBe('none')
  })

  test('do not move into a form that leads elsewhere', () => {
    const string = { specName: STRING, params: { connectionString: 'Host=db.example.com' } }
    const kept = ['connectionString']
    const beside = { ...PARAMS, connectionString: 'Host=db.example.com' }
    expect(code(() => assertSecretsStay(string, { specName: BASIC, params: beside }, kept))).toBe('none')
    const elsewhere = { ...beside, server: 'evil.example.com' }
    expect(code(() => assertSecretsStay(string, { specName: BASIC, params: elsewhere }, kept))).not.toBe(
      'none',
    )
  })

  test('of a draft that leads nowhere have to come again once it leads somewhere', () => {
    const nowhere = { specName: BASIC, params: { password: 'hush' } }
    const somewhere = { specName: BASIC, params: PARAMS }
    expect(code(() => assertSecretsStay(nowhere, somewhere, ['password']))).not.toBe('none')
    expect(code(() => assertSecretsStay(nowhere, nowhere, ['password']))).toBe('none')
  })
})

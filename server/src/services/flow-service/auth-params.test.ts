import { describe, expect, test } from 'vitest'
import { maskParams, maskPatchValue, readAuth, SECRET_MASK, unmaskParams } from './auth-params.ts'
import { FlowProblem } from './problems.ts'
import { DATALAKE } from './specs/datalake.ts'
import { POSTGRE_SQL } from './specs/postgre-sql.ts'

const PARAMS = {
  server: 'db.example.com',
  port: '5432',
  database: 'shop',
  username: 'reader',
  password: 'hush',
}

describe('masking', () => {
  test('keeps every key and hides every secret, also those that nobody asked for', () => {
    const given = {
      ...PARAMS,
      connectionString: 'Password=hush',
      Pwd: 'hush',
      client_secret: 'hush',
      passwordless: 'no',
    }
    expect(maskParams(POSTGRE_SQL, given)).toEqual({
      ...PARAMS,
      password: SECRET_MASK,
      connectionString: SECRET_MASK,
      Pwd: SECRET_MASK,
      client_secret: SECRET_MASK,
      passwordless: 'no',
    })
  })

  test('is undone by what is stored, key by key', () => {
    const masked = { ...maskParams(POSTGRE_SQL, PARAMS), username: 'writer' }
    expect(unmaskParams(masked, PARAMS)).toEqual({ ...PARAMS, username: 'writer' })
    expect(unmaskParams({ ...masked, password: 'new' }, PARAMS)).toMatchObject({ password: 'new' })
    expect(unmaskParams(masked, undefined)).toMatchObject({ password: SECRET_MASK })
  })

  test.each([
    ['/auth/params/password', 'hush', SECRET_MASK],
    ['/auth/params', PARAMS, { ...PARAMS, password: SECRET_MASK }],
    [
      '/auth',
      { specName: 'x', params: PARAMS },
      { specName: 'x', params: { ...PARAMS, password: SECRET_MASK } },
    ],
    ['/auth/params/server', 'db', 'db'],
    ['/name', 'hush', 'hush'],
  ])('hides the value of a patch of %s', (path, value, shown) => {
    expect(maskPatchValue(POSTGRE_SQL, path, value)).toEqual(shown)
  })
})

describe('reading auth', () => {
  const code = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return error instanceof FlowProblem ? [error.code, error.args] : error
    }
    return 'none'
  }

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
})

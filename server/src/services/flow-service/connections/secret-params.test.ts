import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import { POSTGRES_AUTH_SPECS } from '#services/flow-service/specs/built-in/postgre-sql-auth.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'
import { findMask, maskParams, maskPatchValue, restoreSecrets, SECRET_MASK } from './secret-params.ts'

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
      sslPassword: 'hush',
      'Key Password': 'hush',
      passwordless: 'no',
      tokens: ['hush'],
      extra: { list: [{ apiKey: 'hush' }, 'shown'], vault: { type: 'SecureString', value: 'hush' } },
      absent: null,
      password2: null,
    }
    expect(maskParams(given)).toEqual({
      ...PARAMS,
      password: SECRET_MASK,
      connectionString: SECRET_MASK,
      Pwd: SECRET_MASK,
      client_secret: SECRET_MASK,
      sslPassword: SECRET_MASK,
      'Key Password': SECRET_MASK,
      passwordless: 'no',
      tokens: SECRET_MASK,
      extra: {
        list: [{ apiKey: SECRET_MASK }, 'shown'],
        vault: { type: 'SecureString', value: SECRET_MASK },
      },
      absent: null,
      password2: null,
    })
  })

  test('hides what the specs call a password, and nothing else of them', () => {
    for (const { spec } of Object.values(POSTGRES_AUTH_SPECS).flat()) {
      const properties = spec['properties'] as Readonly<Record<string, JsonObject>>
      for (const [name, { format }] of Object.entries(properties))
        expect(maskParams({ [name]: 'x' })[name], name).toBe(format === 'password' ? SECRET_MASK : 'x')
    }
  })

  test('hides secrets that stand in the wrong place', () => {
    const { key, certificate } = makeIdentity('ann')
    const wrong = [
      `${certificate}${key}`,
      'postgres://ann:hush@db/shop',
      'Server=db;Password=hush',
      'db; pwd = hush',
    ]
    for (const server of wrong) expect(maskParams({ server })).toEqual({ server: SECRET_MASK })
    const right = [certificate, 'postgres://db/shop', 'https://db:5432/a@b', 'Server=db;Password=', 'pwd']
    for (const server of right) expect(maskParams({ server })).toEqual({ server })
  })
})

describe('a mask that comes back', () => {
  test('stands for what is stored under the same key, at any depth', () => {
    const stored = {
      ...PARAMS,
      sslKey: 'hush too',
      extra: { token: 'deep', vault: { type: 'SecureString', value: 'v' } },
    }
    const sent = { ...maskParams(stored), username: 'writer' }
    const { params, kept } = restoreSecrets(sent, stored)
    expect(params).toEqual({ ...stored, username: 'writer' })
    expect(kept).toEqual(['password', 'sslKey', 'extra.token', 'extra.vault.value'])
    expect(restoreSecrets({ ...sent, password: 'new' }, stored).params['password']).toBe('new')
  })

  test('never brings a secret under another key, and no value that is no secret', () => {
    const sent = { Password: SECRET_MASK, note: SECRET_MASK, server: SECRET_MASK }
    const { params, kept } = restoreSecrets(sent, { ...PARAMS, sslKey: 'hush' })
    expect(params).toEqual(sent)
    expect(kept).toEqual([])
    expect(restoreSecrets(sent, undefined).params).toEqual(sent)
  })

  test('is found where nothing is stored for it', () => {
    expect(findMask({ a: 'x', extra: { list: [], token: SECRET_MASK } })).toBe('extra.token')
    expect(findMask(PARAMS)).toBeUndefined()
  })
})

test.each([
  ['/auth/params/password', 'hush', SECRET_MASK],
  ['/auth/params/Pass~0word', 'shown', 'shown'],
  ['/auth/params/pass_word', 'hush', SECRET_MASK],
  ['/auth/params/password/value', 'hush', SECRET_MASK],
  ['/auth/params/extra', { token: 'hush', a: 1 }, { token: SECRET_MASK, a: 1 }],
  ['/auth/params/extra/token', 'hush', SECRET_MASK],
  ['/auth/params', PARAMS, { ...PARAMS, password: SECRET_MASK }],
  [
    '/auth',
    { specName: 'x', params: PARAMS },
    { specName: 'x', params: { ...PARAMS, password: SECRET_MASK } },
  ],
  ['/auth/params/server', 'db', 'db'],
  ['/auth/specName', 'Server=db;Password=hush', SECRET_MASK],
  ['/name', 'hush', 'hush'],
  ['/auth/params/password', undefined, undefined],
])('a patch of %s shows no secret', (path, value, shown) => {
  expect(maskPatchValue(path, value)).toEqual(shown)
})

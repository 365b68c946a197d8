import { openKeyring } from '@headwater/server/secrets/keyring.ts'
import { createTokenIssuer } from '@headwater/server/services/ims/token-issuer.ts'
import { openDatabase, openPool } from '@headwater/server/store/database.ts'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'

let server: TestServer
let metadata: TestDatabase
let client: ApiClient

beforeAll(async () => {
  metadata = await createMetadataDatabase()
  server = await startTestServer({ env: { DATABASE_URL: metadata.url } })
  client = server.client
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await metadata?.drop()
})

type Parameters = Readonly<Record<string, string>>

function parameters(changes: Parameters = {}): URLSearchParams {
  const { client_id, client_secret, scopes } = client.credentials
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    scope: scopes,
    ...changes,
  })
}

async function ask(path: string, init: RequestInit): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', ...init })
  expect(answer.headers.get('content-type')).toContain('application/json')
  return { status: answer.status, body: await answer.json() }
}

const TOKEN = {
  access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  token_type: 'bearer',
  expires_in: expect.toSatisfy((it: number) => Number.isInteger(it) && it > 600 && it <= 86_400),
}

statement(1, 'a form body gets a token at v3', async () => {
  expect(await ask('/ims/token/v3', { body: parameters() })).toEqual({ status: 200, body: TOKEN })
  const spaced = parameters({ scope: client.credentials.scopes.replaceAll(',', ' ') })
  expect(await ask('/ims/token/v3', { body: spaced })).toEqual({ status: 200, body: TOKEN })
})

statement(2, 'the same in the query of v2 gets one without a body', async () => {
  expect(await ask(`/ims/token/v2?${parameters()}`, {})).toEqual({ status: 200, body: TOKEN })
  for (const version of ['v1', 'v2', 'v3']) {
    expect((await ask(`/ims/token/${version}`, { body: parameters() })).status).toBe(200)
    const wrong = parameters({ client_secret: 'not-the-secret' })
    // A body wins over the query.
    expect((await ask(`/ims/token/${version}?${wrong}`, { body: parameters() })).status).toBe(200)
  }
})

statement(3, 'a wrong secret is a 400 in the words that clients know', async () => {
  for (const client_secret of ['not-the-secret', `${client.credentials.client_secret}x`]) {
    expect(await ask('/ims/token/v3', { body: parameters({ client_secret }) })).toEqual({
      status: 400,
      body: { error: 'invalid_client', error_description: 'invalid client_secret parameter' },
    })
  }
})

statement(4, 'an unknown client is a 400 in the words that clients know', async () => {
  for (const client_id of ['0123456789abcdef0123456789abcdef', "' or true --", '%00x']) {
    expect(await ask('/ims/token/v3', { body: parameters({ client_id }) })).toEqual({
      status: 400,
      body: { error: 'invalid_client', error_description: 'invalid client_id parameter' },
    })
  }
})

statement(5, 'another grant is refused as such, and so is what is missing or not granted', async () => {
  for (const grant_type of ['password', 'authorization_code', 'refresh_token']) {
    const answer = await ask('/ims/token/v3', { body: parameters({ grant_type, code: 'x' }) })
    expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
    expect(answer.body.error_description).toContain(grant_type)
  }
  for (const missing of ['grant_type', 'client_id', 'client_secret']) {
    const answer = await ask('/ims/token/v3', { body: parameters({ [missing]: '' }) })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.body.error_description).toContain(missing)
  }
  const scope = 'openid,headwater_admin'
  const denied = await ask('/ims/token/v3', { body: parameters({ scope }) })
  expect(denied).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  expect((await ask('/ims/exchange/jwt', {})).status).toBe(400)
})

statement(6, 'the token’s claims are the platform’s: texts, with times in milliseconds', async () => {
  const { body } = await ask('/ims/token/v3', { body: parameters() })
  const claims = decodeJwt(body.access_token)
  const names = ['id', 'type', 'client_id', 'user_id', 'aa_id', 'as', 'scope', 'created_at', 'expires_in']
  for (const name of names) expect([name, typeof claims[name]]).toEqual([name, 'string'])
  expect(claims).toMatchObject({
    type: 'access_token',
    client_id: client.credentials.client_id,
    user_id: expect.stringMatching(/^[0-9A-F]{24}@techacct\.adobe\.com$/),
    scope: client.credentials.scopes,
    expires_in: '86400000',
  })
  expect(Math.abs(Number(claims['created_at']) - Date.now())).toBeLessThan(60_000)
  expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'RS256', itt: 'at' })
})

statement(7, 'a token whose time is over is refused with 401013', async () => {
  const db = openDatabase(openPool({ url: metadata.url }, { max: 1 }))
  try {
    const keyring = openKeyring({ dataDir: server.dataDir })
    const { client_id: clientId, ims_org: orgId, scopes } = client.credentials
    const subject = { clientId, orgId, userId: 'x', scopes: scopes.split(',') }
    const ask = async (agoMs: number) => {
      const issuer = createTokenIssuer({ db, keyring, now: () => Date.now() - agoMs })
      const { token } = await issuer.issueToken(subject)
      const headers = { authorization: `Bearer ${token}` }
      const answer = await client.get('/data/foundation/catalog/dataSets', { headers })
      return [answer.status, answer.body.error_code]
    }
    expect(await ask(86_390_000)).toEqual([200, undefined])
    expect(await ask(86_400_001)).toEqual([401, '401013'])
  } finally {
    await db.destroy()
  }
})

test('the published keys verify the tokens, and hold nothing that is private', async () => {
  const keys = (await (await fetch(`${server.url}/ims/keys`)).json()) as Answer
  const { body } = await ask('/ims/token/v3', { body: parameters() })
  const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(keys))
  expect(payload['client_id']).toBe(client.credentials.client_id)
  for (const key of keys.keys) expect(Object.keys(key)).not.toContain('d')
})

test('a token is not to be kept by whoever is in between', async () => {
  const answer = await fetch(`${server.url}/ims/token/v3`, { method: 'POST', body: parameters() })
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('what goes wrong leaves no secret in an answer or in the log', async () => {
  const secret = 'p8e-this-one-must-not-show'
  const asked = [
    ask('/ims/token/v3', { body: parameters({ client_secret: secret }) }),
    ask(`/ims/token/v2?${parameters({ client_secret: secret })}`, {}),
    ask('/ims/token/v3', {
      body: `{"client_secret": "${secret}`,
      headers: { 'content-type': 'application/json' },
    }),
    ask('/ims/token/v3', { body: parameters({ grant_type: 'password', client_secret: secret }) }),
  ]
  for (const { status, body } of await Promise.all(asked)) {
    expect(status).toBe(400)
    expect(JSON.stringify(body)).not.toContain(secret)
  }
  const log = server.log.join('\n')
  expect(log.length).toBeGreaterThan(0)
  expect(log).not.toContain(secret)
  expect(log).not.toContain(client.credentials.client_secret)
})

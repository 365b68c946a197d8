import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { watchAnswers } from '@headwater/testkit/openapi/watch-answers.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import { PlainProblem } from '#http/problem.ts'
import { ADMIN_SCOPE } from '#http/scope.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'
import { createClientLookup } from './client-reader.ts'
import {
  type CreatedClient,
  createClient,
  DEFAULT_SCOPES,
  ensureClient,
  revokeClient,
} from './client-store.ts'
import { ensureOrg, type FirstOrg } from './first-start.ts'
import { registerIms } from './routes.ts'
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts'

let database: TestDatabase
let db: Database
let keyDir: string
let app: App
let org: FirstOrg
let client: CreatedClient
let issuer: TokenIssuer
let nowMs = Date.UTC(2026, 0, 1)
const now = (): number => nowMs

let undescribed: readonly string[]

afterEach(() => {
  expect(undescribed).toEqual([])
})

beforeAll(async () => {
  database = await createMetadataDatabase()
  keyDir = await mkdtemp(path.join(tmpdir(), 'headwater-ims-'))
  db = openDatabase(openPool({ url: database.url }, { max: 4 }))
  org = await ensureOrg(db, { tenantId: 'acme', now: now() })
  client = await createClient(db, { orgId: org.orgId, name: 'test', now: now() })
  issuer = createTokenIssuer({ db, keyring: openKeyring({ dataDir: keyDir }), now })
  app = await createApp({ log: pino({ level: 'silent' }), version: '0.0.0' })
  undescribed = watchAnswers(app)
  await registerIms(app, { db, issuer })
  await app.register(async (plugin) => {
    writeErrors(plugin, PLAIN_FAMILY)
    guardRoutes(plugin, {
      verifyToken: issuer.verifyToken,
      findClient: createClientLookup({ db, now }).find,
      findSandbox: async (_orgId, { name }) =>
        name === undefined || name === 'prod'
          ? { id: org.sandboxId, name: 'prod', type: 'production' }
          : undefined,
      sandboxNotFound: (name) => new PlainProblem(403, 'NoSandbox', name),
      area: 'Sources',
      denial: PLAIN_DENIAL,
    })
    plugin.get('/whoami', { schema: { hide: true } }, async (request) => request.scope)
  })
})

afterAll(async () => {
  await app?.close()
  await db?.destroy()
  await database?.drop()
  if (keyDir !== undefined) await rm(keyDir, { recursive: true, force: true })
})

function form(parameters: Record<string, string>) {
  return {
    method: 'POST' as const,
    url: '/ims/token/v3',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(parameters).toString(),
  }
}

function credentials(more: Record<string, string> = {}): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    ...more,
  }
}

async function newToken(): Promise<string> {
  return (await app.inject(form(credentials()))).json().access_token
}

test('a form body gets a token with the platform’s claims', async () => {
  const response = await app.inject(form(credentials({ scope: 'openid, AdobeID' })))
  expect(response.statusCode).toBe(200)
  expect(response.json()).toMatchObject({ token_type: 'bearer', expires_in: 86_399 })
  const token: string = response.json().access_token
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', itt: 'at' })
  expect(decodeJwt(token)).toMatchObject({
    type: 'access_token',
    client_id: client.clientId,
    user_id: client.technicalAccountId,
    as: 'ims-na1',
    scope: 'openid,AdobeID',
    created_at: String(nowMs),
    expires_in: '86400000',
    org: org.orgId,
  })
})

test('the query string works too, and a body wins over it', async () => {
  const query = new URLSearchParams(credentials()).toString()
  expect((await app.inject({ method: 'POST', url: `/ims/token/v2?${query}` })).statusCode).toBe(200)
  const request = form({ client_secret: 'wrong' })
  const both = await app.inject({ ...request, url: `/ims/token/v3?${query}` })
  expect(both.json()).toEqual({
    error: 'invalid_client',
    error_description: 'invalid client_secret parameter',
  })
})

test.each([
  [{ client_secret: 'p8e-wrong' }, 'invalid_client', 'invalid client_secret parameter'],
  [{ client_id: 'nobody' }, 'invalid_client', 'invalid client_id parameter'],
  [{ grant_type: 'password' }, 'unsupported_grant_type', 'password'],
  [{ grant_type: '' }, 'invalid_request', 'grant_type is missing'],
  [{ scope: 'openid everything' }, 'invalid_scope', 'everything'],
])('%o is refused', async (change, error, description) => {
  const response = await app.inject(form(credentials(change)))
  expect(response.statusCode).toBe(400)
  expect(response.json()).toEqual({ error, error_description: expect.stringContaining(description) })
})

test('the published keys verify a token', async () => {
  const keys: JSONWebKeySet = (await app.inject('/ims/keys')).json()
  expect(JSON.stringify(keys)).not.toMatch(/"(d|p|q)":/)
  const { payload } = await jwtVerify(await newToken(), createLocalJWKSet(keys), {
    currentDate: new Date(nowMs),
  })
  expect(payload['client_id']).toBe(client.clientId)
})

test('servers that start at once share one key', async () => {
  await using other = await createMetadataDatabase()
  const otherDb = openDatabase(openPool({ url: other.url }, { max: 8 }))
  const keyring = openKeyring({ dataDir: keyDir })
  const issuers = Array.from({ length: 4 }, () => createTokenIssuer({ db: otherDb, keyring, now }))
  const subject = { clientId: 'c', orgId: 'o', userId: 'u', scopes: [] }
  const tokens = await Promise.all(issuers.map((each) => each.issueToken(subject)))
  expect(new Set(tokens.map(({ token }) => decodeProtectedHeader(token).kid)).size).toBe(1)
  const last = createTokenIssuer({ db: otherDb, keyring, now })
  const claims = await Promise.all(tokens.map(({ token }) => last.verifyToken(token)))
  expect(claims).toEqual(Array(4).fill({ clientId: 'c', orgId: 'o' }))
  await otherDb.destroy()
})

test('servers that start at once make one organisation and one default sandbox', async () => {
  const made = await Promise.all(
    Array.from({ length: 4 }, () => ensureOrg(db, { tenantId: 'twice', now: now() })),
  )
  expect(new Set(made.map(({ orgId }) => orgId)).size).toBe(1)
  expect(new Set(made.map(({ sandboxId }) => sandboxId)).size).toBe(1)
  expect(made[0]?.orgId).toMatch(/^[0-9A-F]{24}@AdobeOrg$/)
})

test('the database holds neither the secret nor the private key', async () => {
  const { rows } = await database.query(
    "select row_to_json(c)::text || coalesce((select string_agg(k::text, '') from signing_key k), '') as all from client c",
  )
  expect(rows[0]?.['all']).not.toContain(client.clientSecret)
  expect(rows[0]?.['all']).not.toContain('PRIVATE KEY')
})

test('a request with everything gets through, with the default sandbox and a lower-case scheme too', async () => {
  const headers = { 'x-api-key': client.clientId, 'x-gw-ims-org-id': org.orgId }
  const response = await app.inject({
    url: '/whoami',
    headers: { ...headers, authorization: `bearer ${await newToken()}` },
  })
  expect(response.json()).toMatchObject({
    orgId: org.orgId,
    tenantId: 'acme',
    userId: client.technicalAccountId,
  })
})

test('a client with the scope of administrators is one', async () => {
  const scopes = [...DEFAULT_SCOPES, ADMIN_SCOPE]
  const admin = await createClient(db, { orgId: org.orgId, name: 'admin', scopes, now: now() })
  const ask = async ({ clientId, clientSecret }: CreatedClient) => {
    const token = await app.inject(form(credentials({ client_id: clientId, client_secret: clientSecret })))
    const headers = {
      authorization: `Bearer ${token.json().access_token}`,
      'x-api-key': clientId,
      'x-gw-ims-org-id': org.orgId,
    }
    return (await app.inject({ url: '/whoami', headers })).json().isAdmin
  }
  expect(await ask(admin)).toBe(true)
  expect(await ask(client)).toBe(false)
})

test('headers are checked in the order of the platform', async () => {
  const headers: Record<string, string> = {}
  const ask = async () => {
    const response = await app.inject({ url: '/whoami', headers })
    return [response.statusCode, response.json().error_code]
  }
  expect(await ask()).toEqual([403, '403010'])
  headers['authorization'] = 'Bearer nonsense'
  expect(await ask()).toEqual([403, '403000'])
  headers['x-api-key'] = 'unknown'
  expect(await ask()).toEqual([403, '403003'])
  headers['x-api-key'] = client.clientId
  expect(await ask()).toEqual([400, '400003'])
  headers['x-gw-ims-org-id'] = 'ABCDEF@AdobeOrg'
  expect(await ask()).toEqual([401, '401013'])
  headers['authorization'] = `Bearer ${await newToken()}`
  expect(await ask()).toEqual([403, '403025'])
})

test('a token ends, and a token that was tampered with is none', async () => {
  const token = await newToken()
  const [head, , signature] = token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), org: 'other' })).toString('base64url')
  expect(await issuer.verifyToken(`${head}.${forged}.${signature}`)).toBeUndefined()
  expect(await issuer.verifyToken(token)).toEqual({ clientId: client.clientId, orgId: org.orgId })
  nowMs += 86_400_000
  expect(await issuer.verifyToken(token)).toBeUndefined()
})

test('a revoked client gets no token and, a few seconds later, nothing else', async () => {
  const other = await createClient(db, { orgId: org.orgId, name: 'short-lived', now: now() })
  const { find, forget } = createClientLookup({ db, now })
  expect(await find(other.clientId)).toMatchObject({ tenantId: 'acme' })
  expect(await revokeClient(db, other.clientId, now())).toBe(true)
  expect(await revokeClient(db, other.clientId, now())).toBe(false)
  const response = await app.inject(
    form(credentials({ client_id: other.clientId, client_secret: other.clientSecret })),
  )
  expect(response.json().error_description).toBe('invalid client_id parameter')
  forget()
  expect(await find(other.clientId)).toBeUndefined()
  nowMs += 5_000
  expect(await find(other.clientId)).toBeUndefined()
})

test('a client of a name is made once, and again when it was revoked', async () => {
  const wanted = { orgId: org.orgId, name: 'commands', now: now() }
  const first = await ensureClient(db, wanted)
  expect(await ensureClient(db, wanted)).toBe(first)
  await revokeClient(db, first, now())
  expect(await ensureClient(db, wanted)).not.toBe(first)
})

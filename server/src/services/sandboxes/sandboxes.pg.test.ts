import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { watchAnswers } from '@headwater/testkit/openapi/watch-answers.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { ALL_GRANTS } from '#http/permissions.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'
import { registerSandboxes } from './routes.ts'
import { PROVISIONING_MS, SandboxReader } from './sandbox-reader.ts'
import { insertSandbox } from './sandbox-store.ts'

const ORG = 'ABCDEF0123456789ABCDEF01@AdobeOrg'
const ROOT = '/data/foundation/sandbox-management'
let database: TestDatabase
let db: Database
let app: App
let reader: SandboxReader
let nowMs = Date.UTC(2026, 0, 1)
const now = (): number => nowMs

let undescribed: readonly string[]

afterEach(() => {
  expect(undescribed).toEqual([])
})

beforeAll(async () => {
  database = await createMetadataDatabase()
  db = openDatabase(openPool({ url: database.url }, { max: 4 }))
  await db.insertInto('org').values({ id: ORG, tenant_id: 'acme', created_at: nowMs }).execute()
  const made = { created_at: nowMs, updated_at: nowMs, created_by: 'system', updated_by: 'system' }
  const prod = { name: 'prod', title: 'Prod', type: 'production', state: 'active', region: 'VA7' } as const
  await insertSandbox(db, {
    id: '28e74200-e3de-11e9-8f5d-7f27416c5f0d',
    org_id: ORG,
    ...prod,
    is_default: true,
    ...made,
  })
  reader = new SandboxReader(db, now)
  app = await createApp({ log: pino({ level: 'silent' }), version: '0.0.0' })
  undescribed = watchAnswers(app)
  await registerSandboxes(app, {
    db,
    reader,
    now,
    onChange: () => {},
    gateway: {
      verifyToken: async (token) => (token === 'good' ? { clientId: 'key', orgId: ORG } : undefined),
      findClient: async (id) =>
        id === 'key'
          ? { id, orgId: ORG, tenantId: 'acme', userId: 'me', scopes: [], grants: ALL_GRANTS }
          : undefined,
      findSandbox: (orgId, wanted) => reader.findActive(orgId, wanted),
    },
  })
})

afterAll(async () => {
  await app?.close()
  await db?.destroy()
  await database?.drop()
})

const HEADERS = { authorization: 'Bearer good', 'x-api-key': 'key', 'x-gw-ims-org-id': ORG }

function ask(method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object) {
  return app.inject({
    method,
    url: `${ROOT}${path}`,
    headers: HEADERS,
    ...(payload === undefined ? {} : { payload }),
  })
}

test('a fresh server has one sandbox, prod', async () => {
  for (const path of ['/', '', '/sandboxes', '/sandboxes/']) {
    const response = await ask('GET', path)
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ _page: { limit: 50, count: 1 }, sandboxes: [{ name: 'prod' }] })
  }
  expect((await ask('GET', '/sandboxes/prod')).json()).toEqual({
    id: '28e74200-e3de-11e9-8f5d-7f27416c5f0d',
    name: 'prod',
    title: 'Prod',
    state: 'active',
    type: 'production',
    region: 'VA7',
    isDefault: true,
    eTag: 1,
    etag: 1,
    createdDate: '2026-01-01 00:00:00',
    lastModifiedDate: '2026-01-01 00:00:00',
    createdBy: 'system',
    modifiedBy: 'system',
  })
})

test('a new sandbox is creating, then active', async () => {
  const response = await ask('POST', '/sandboxes', { name: 'dev-1', title: 'Dev', type: 'development' })
  expect(response.statusCode).toBe(202)
  expect(response.json()).toMatchObject({
    name: 'dev-1',
    title: 'Dev',
    state: 'creating',
    type: 'development',
  })
  expect(await reader.findActive(ORG, { name: 'dev-1' })).toBeUndefined()
  expect((await ask('GET', '/')).json().sandboxes).toHaveLength(1)
  nowMs += PROVISIONING_MS
  expect((await ask('GET', '/sandboxes/dev-1')).json()).toMatchObject({ state: 'active', createdBy: 'me' })
  expect(await reader.findActive(ORG, { name: 'dev-1' })).toMatchObject({
    name: 'dev-1',
    type: 'development',
  })
  expect(await reader.findActive(ORG, { id: response.json().id })).toMatchObject({ name: 'dev-1' })
  expect(await reader.findActive(ORG, {})).toMatchObject({ name: 'prod' })
  expect(await reader.findActive(ORG, { id: 'no uuid' })).toBeUndefined()
  expect(await reader.findActive('OTHER@AdobeOrg', { name: 'dev-1' })).toBeUndefined()
})

test.each([
  ['/sandboxes', 'POST', { name: 'prod', title: 'x', type: 'development' }, 409],
  ['/sandboxes', 'POST', { name: 'has space', title: 'x', type: 'development' }, 400],
  ['/sandboxes', 'POST', { name: 'fine', title: 'x', type: 'staging' }, 400],
  ['/sandboxes', 'POST', undefined, 400],
  ['/sandboxes?limit=5', 'GET', undefined, 400],
  ['/sandboxes?offset=5', 'GET', undefined, 400],
  ['/sandboxes?property=colour==red', 'GET', undefined, 400],
  ['/sandboxes/nothing', 'GET', undefined, 404],
  ['/sandboxes/prod', 'PATCH', { title: ' ' }, 400],
  ['/sandboxes/nothing', 'PATCH', { title: 'x' }, 404],
] as const)('%s %s %o is %i', async (path, method, payload, status) => {
  const response = await ask(method, path, payload)
  expect(response.statusCode).toBe(status)
  expect(response.json()).toMatchObject({ status, type: expect.stringMatching(/aep\/errors\/SMS-\d+-\d+$/) })
})

test('only the title changes', async () => {
  nowMs += 1000
  const response = await ask('PATCH', '/sandboxes/prod', {
    title: 'Production',
    type: 'development',
    name: 'x',
  })
  expect(response.json()).toMatchObject({
    name: 'prod',
    title: 'Production',
    type: 'production',
    eTag: 2,
    modifiedBy: 'me',
  })
})

test('lists are filtered, sorted and cut', async () => {
  await ask('POST', '/sandboxes', { name: 'dev-2', title: 'Second', type: 'development' })
  nowMs += PROVISIONING_MS
  const names = async (query: string) =>
    (await ask('GET', `/sandboxes?${query}`)).json().sandboxes.map((each: { name: string }) => each.name)
  expect(await names('property=type==development&orderBy=desc:name')).toEqual(['dev-2', 'dev-1'])
  expect(await names('property=type!=development')).toEqual(['prod'])
  expect(await names('limit=1&offset=1&orderBy=asc:name')).toEqual(['dev-2'])
  const page = (await ask('GET', '/sandboxes?limit=1&offset=1')).json()
  expect(page._links).toMatchObject({
    next: { href: expect.stringContaining('offset=2') },
    prev: { href: expect.stringContaining('offset=0') },
  })
})

test('the types are known, and the name of a sandbox in the headers plays no part', async () => {
  const response = await app.inject({
    url: `${ROOT}/sandboxTypes`,
    headers: { ...HEADERS, 'x-sandbox-name': 'unknown' },
  })
  expect(response.json()).toMatchObject({ sandboxTypes: [{ id: 'production' }, { id: 'development' }] })
  expect((await app.inject(`${ROOT}/sandboxTypes`)).json()).toMatchObject({ error_code: '403010' })
})

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase, openPool } from '@headwater/server/store/database.ts'
import { listScopedTables } from '@headwater/server/upkeep/scoped-rows.ts'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import {
  CATALOG,
  CONVERSION,
  connectTo,
  createDataset,
  createSchema,
  FLOW,
  finishedRun,
  type Ingested,
  ingest,
  queryRows,
  REGISTRY,
} from '@headwater/testkit/journey.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type FlowAnswer, FlowClient } from '../conformance/flow-client.ts'
import { statement } from '../conformance/statement.ts'
import { witnessPlatform } from './references.ts'

let server: TestServer
let metadata: TestDatabase
let source: TestDatabase
let gated: GatedRelation
let client: FlowClient

beforeAll(async () => {
  ;[metadata, source] = await Promise.all([createMetadataDatabase(), createTestDatabase()])
  await source.query('create table orders (id integer primary key); insert into orders values (1), (2), (3)')
  gated = await createGatedRelation(source, 10)
  server = await startTestServer({ env: { DATABASE_URL: metadata.url } })
  client = new FlowClient(server.client, witnessPlatform)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await metadata?.drop()
})

const ROOT = '/data/foundation/sandbox-management'
const BOXES = `${ROOT}/sandboxes`

let counter = 0

/** A new sandbox that can be worked in. */
async function makeSandbox(): Promise<string> {
  const name = `box-${++counter}`
  const made = await client.post(BOXES, { name, title: name, type: 'development' })
  expect(made.status, made.text).toBe(202)
  await untilState(name, 'active')
  return name
}

function untilState(name: string, state: string): Promise<Answer> {
  return vi.waitUntil(
    async () => {
      const { body } = await client.get(`${BOXES}/${name}`)
      return body.state === state ? body : undefined
    },
    { timeout: 20_000, interval: 30 },
  )
}

function reset(name: string, query = ''): Promise<FlowAnswer> {
  return client.put(`${BOXES}/${name}${query}`, { action: 'reset' })
}

/** A flow over a table of the source in a sandbox, and its first run. */
async function runFlow(api: ApiClient, tableName = 'public.orders'): Promise<Ingested> {
  const connectionId = await connectTo(api, source)
  return ingest(api, connectionId, {
    tableName,
    fields: { id: { type: 'integer' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
  })
}

statement(18, 'a fresh server has one sandbox: prod, production, the default one, active', async () => {
  for (const path of [ROOT, `${ROOT}/`, BOXES, `${BOXES}/`]) {
    const { status, body } = await client.get(path)
    expect([path, status, body.sandboxes.length]).toEqual([path, 200, 1])
    expect(body.sandboxes[0]).toMatchObject({
      name: 'prod',
      isDefault: true,
      type: 'production',
      state: 'active',
    })
  }
})

statement(19, 'a new sandbox is creating, and a moment later active and usable at once', async () => {
  const body = { name: 'acme-dev', title: 'Acme dev', type: 'development' }
  const made = await client.post(BOXES, body)
  expect(made).toMatchObject({ status: 202, body: { ...body, state: 'creating', region: 'VA7' } })
  await untilState('acme-dev', 'active')
  const api = server.client.in('acme-dev')
  const { flowId, datasetId } = await runFlow(api)
  expect((await finishedRun(api, flowId)).metrics.statusSummary.status).toBe('success')
  expect(await queryRows(api, `select count(*)::integer from "${datasetId}"`)).toEqual([[3]])
})

statement(20, 'a name that is taken is a 409, one with a space a 400', async () => {
  const name = await makeSandbox()
  const body = { name, title: 'again', type: 'development' }
  expect(await client.post(BOXES, body)).toMatchObject({ status: 409, body: { title: /already exists/ } })
  for (const wrong of ['with space', 'UPPER', 'dots.are', '', 'ünicode', 7, null]) {
    const answer = await client.post(BOXES, { ...body, name: wrong })
    expect([wrong, answer.status]).toEqual([wrong, 400])
    expect(answer.body.type).toBe('http://ns.adobe.com/aep/errors/SMS-1000-400')
  }
})

statement(21, 'limit and offset come together or not at all, and then there are 50 at most', async () => {
  for (const query of ['limit=5', 'offset=0', 'limit=0&offset=0', 'limit=x&offset=0'])
    expect([query, (await client.get(`${BOXES}?${query}`)).status]).toEqual([query, 400])
  await Promise.all(
    Array.from({ length: 50 }, () =>
      client.post(BOXES, { name: `many-${++counter}`, title: 'one of many', type: 'development' }),
    ),
  )
  const { body: first } = await client.get(BOXES)
  expect(first).toMatchObject({ _page: { limit: 50, count: 50 }, _links: { next: { href: /offset=50/ } } })
  const next = new URL(first._links.next.href)
  const { body: second } = await client.get(next.pathname + next.search)
  const names = [...first.sandboxes, ...second.sandboxes].map(({ name }: Answer) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(50)
})

statement(22, 'PATCH changes the title and nothing else', async () => {
  const name = await makeSandbox()
  const { body: before } = await client.get(`${BOXES}/${name}`)
  const wanted = { title: 'Renamed', name: 'other', type: 'production', state: 'failed', isDefault: true }
  const answer = await client.patch(`${BOXES}/${name}`, wanted)
  expect(answer.status).toBe(200)
  const { lastModifiedDate, ...kept } = before
  expect(answer.body).toEqual({
    ...kept,
    title: 'Renamed',
    eTag: before.eTag + 1,
    etag: before.eTag + 1,
    lastModifiedDate: expect.any(String),
  })
  expect((await client.patch(`${BOXES}/${name}`, { title: ' ' })).status).toBe(400)
  expect((await client.patch(`${BOXES}/nowhere`, { title: 'x' })).status).toBe(404)
})

statement(23, 'the default sandbox stays; another is deleted, and still shown as such', async () => {
  const refused = await client.delete(`${BOXES}/prod`)
  expect(refused).toMatchObject({
    status: 400,
    body: { type: 'http://ns.adobe.com/aep/errors/SMS-1005-400', status: 400, title: /cannot be deleted/ },
  })
  const name = await makeSandbox()
  const { id } = (await client.get(`${BOXES}/${name}`)).body
  expect(await client.delete(`${BOXES}/${name}`)).toMatchObject({
    status: 202,
    body: { id, name, state: 'deleted' },
  })
  expect(await untilState(name, 'deleted')).toMatchObject({ id, name, isDefault: false })
  for (const answer of [
    await client.delete(`${BOXES}/${name}`),
    await client.patch(`${BOXES}/${name}`, { title: 'x' }),
    await reset(name),
  ])
    expect(answer).toMatchObject({ status: 400, body: { type: expect.stringMatching(/SMS-1006-400$/) } })
  const { body: active } = await client.get(`${ROOT}/`)
  expect(active.sandboxes.map((box: Answer) => box.name)).not.toContain(name)
  // The name is free, for a sandbox that has nothing of the old one.
  expect(await client.post(BOXES, { name, title: 'New', type: 'development' })).toMatchObject({ status: 202 })
  expect((await untilState(name, 'active')).id).not.toBe(id)
})

statement(24, 'a sandbox is emptied by the action reset alone', async () => {
  const name = await makeSandbox()
  const api = server.client.in(name)
  const schemaId = await createSchema(api, { id: { type: 'integer' } })
  for (const body of [{ action: 'delete' }, { action: 7 }, {}, { reset: true }])
    expect((await client.put(`${BOXES}/${name}`, body)).status).toBe(400)
  const { body: before } = await client.get(`${BOXES}/${name}`)
  const answer = await reset(name)
  const { id, title, type, region } = before
  expect(answer).toMatchObject({ status: 202, body: { id, name, title, type, region, state: 'resetting' } })
  const after = await untilState(name, 'active')
  expect(after.id).toBe(id)
  expect(after.eTag).toBeGreaterThan(before.eTag)
  const accept = { accept: 'application/vnd.adobe.xed+json;version=1' }
  const path = `${REGISTRY}/tenant/schemas/${encodeURIComponent(schemaId)}`
  expect((await api.get(path, { headers: accept })).status).toBe(404)
  for (const kind of ['schemas', 'classes', 'fieldgroups', 'datatypes', 'descriptors']) {
    const listed = await api.get(`${REGISTRY}/tenant/${kind}`, {
      headers: { accept: 'application/vnd.adobe.xed-id+json' },
    })
    if (kind !== 'descriptors') expect([kind, listed.body.results]).toEqual([kind, []])
  }
})

statement(26, 'a sandbox that there is not is refused by every service', async () => {
  const name = await makeSandbox()
  await client.delete(`${BOXES}/${name}`)
  for (const wanted of ['nowhere', name, 'Prod', "' or true --"]) {
    const lost = server.client.in(wanted)
    const answers = await Promise.all([
      lost.get(`${REGISTRY}/tenant/schemas`),
      lost.get(`${CATALOG}/dataSets`),
      lost.get(`${CATALOG}/batches`),
      lost.get(`${CONVERSION}/mappingSets`),
      lost.get('/data/foundation/export/batches/x/files'),
      lost.post('/query', { sql: 'select 1' }),
    ])
    for (const { status, body } of answers) {
      expect([wanted, status, JSON.stringify(body).includes(wanted)]).toEqual([wanted, 403, true])
    }
    expect((await lost.get(`${FLOW}/flows`)).status).toBe(404)
  }
})

statement(27, 'a sandbox has id, name, eTag and the times of its life in UTC', async () => {
  const name = await makeSandbox()
  const { body } = await client.get(`${BOXES}/${name}`)
  expect(body).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name, eTag: 1, etag: 1 })
  const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
  expect(body.createdDate).toMatch(time)
  expect(body.lastModifiedDate).toMatch(time)
  expect(Math.abs(Date.parse(`${body.createdDate}Z`) - Date.now())).toBeLessThan(60_000)
  expect(body.createdBy).toMatch(/^[0-9A-F]{24}@techacct\.adobe\.com$/)
})

/** How many rows of each table belong to a sandbox. */
async function countRows(sandboxId: string): Promise<Record<string, number>> {
  const db = openDatabase(openPool({ url: metadata.url }, { max: 1 }))
  try {
    const tables = await listScopedTables(db)
    const counts: [string, number][] = []
    for (const { name, parent } of tables) {
      if (parent !== undefined) continue
      const { rows } = await metadata.query<{ count: number }>(
        `select count(*)::integer as count from ${name} where sandbox_id = '${sandboxId}'`,
      )
      counts.push([name, rows[0]?.count ?? 0])
    }
    return Object.fromEntries(counts)
  } finally {
    await db.destroy()
  }
}

async function filesOf(sandbox: string): Promise<readonly string[]> {
  const folder = join(server.lakeDir, sandbox)
  if (!existsSync(folder)) return []
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** A sandbox with something of every kind in it, of which one run has landed and one is in the middle of its rows. */
async function fillSandbox(): Promise<{ name: string; id: string; api: ApiClient }> {
  const name = await makeSandbox()
  const api = server.client.in(name)
  const landed = await runFlow(api)
  await finishedRun(api, landed.flowId)
  const subscription = { name: 'listener', url: 'http://127.0.0.1:9/hook' }
  const made = await api.post(`${FLOW}/subscriptions`, subscription)
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  await gated.close()
  await runFlow(api, gated.tableName)
  await gated.reached()
  const id = (await client.get(`${BOXES}/${name}`)).body.id
  return { name, id, api }
}

const isZero = (count: number): boolean => count === 0

test('what is in a sandbox goes with it: rows, files, subscriptions, and a run in the middle of its rows', async () => {
  const prod = await runFlow(server.client)
  await finishedRun(server.client, prod.flowId)
  const bystander = await filesOf('prod')
  expect(bystander.length).toBeGreaterThan(2)
  for (const [how, end] of [
    ['reset', 'active'],
    ['delete', 'deleted'],
  ] as const) {
    const { name, id } = await fillSandbox()
    const before = await countRows(id)
    expect(Object.entries(before).filter(([, count]) => count > 0).length, how).toBeGreaterThan(9)
    expect((await filesOf(name)).length, how).toBeGreaterThan(2)
    const answer = how === 'reset' ? await reset(name) : await client.delete(`${BOXES}/${name}`)
    expect(answer.status).toBe(202)
    await untilState(name, end)
    expect(Object.values(await countRows(id)).every(isZero), how).toBe(true)
    expect(existsSync(join(server.lakeDir, name)), how).toBe(false)
    await gated.open()
  }
  expect(await filesOf('prod')).toEqual(bystander)
  expect(await queryRows(server.client, `select count(*)::integer from "${prod.datasetId}"`)).toEqual([[3]])
}, 60_000)

test('a sandbox that was emptied is used like a new one', async () => {
  const name = await makeSandbox()
  const api = server.client.in(name)
  const first = await runFlow(api)
  await finishedRun(api, first.flowId)
  await reset(name)
  await untilState(name, 'active')
  const { flowId, datasetId } = await runFlow(api)
  expect((await finishedRun(api, flowId)).metrics.statusSummary.status).toBe('success')
  expect(await queryRows(api, `select count(*)::integer from "${datasetId}"`)).toEqual([[3]])
  expect((await api.get(`${CATALOG}/dataSets/${first.datasetId}`)).status).toBe(404)
})

test('while a sandbox is emptied nobody works in it', async () => {
  const { name, id, api } = await fillSandbox()
  await metadata.query('begin')
  await metadata.query('lock table lake_removal')
  expect((await reset(name)).body.state).toBe('resetting')
  expect((await api.get(`${FLOW}/flows`)).status).toBe(404)
  expect((await api.post('/query', { sql: 'select 1' })).status).toBe(403)
  expect((await reset(name)).body.type).toMatch(/SMS-1006-400$/)
  expect((await client.get(`${BOXES}/${name}`)).body.state).toBe('resetting')
  await metadata.query('commit')
  await untilState(name, 'active')
  expect(Object.values(await countRows(id)).every(isZero)).toBe(true)
  expect(await filesOf(name)).toEqual([])
  await gated.open()
}, 60_000)

test('a trial says what would be, and changes nothing', async () => {
  const name = await makeSandbox()
  const { body: before } = await client.get(`${BOXES}/${name}`)
  for (const flag of ['true', 'True']) {
    expect(await reset(name, `?validationOnly=${flag}&ignoreWarnings=${flag}`)).toMatchObject({
      status: 202,
      body: { name, state: 'active' },
    })
    expect((await client.delete(`${BOXES}/${name}?validationOnly=${flag}`)).body.state).toBe('active')
  }
  expect((await client.delete(`${BOXES}/prod?validationOnly=true`)).status).toBe(400)
  expect((await client.get(`${BOXES}/${name}`)).body).toEqual(before)
})

test('prod is emptied like the others, and its sandboxes are managed meanwhile', async () => {
  expect((await reset('prod', '?ignoreWarnings=true')).status).toBe(202)
  expect((await client.get(BOXES)).status).toBe(200)
  await untilState('prod', 'active')
  expect(await filesOf('prod')).toEqual([])
})

test('the files of a dataset go with it', async () => {
  const name = await makeSandbox()
  const api = server.client.in(name)
  const [kept, doomed] = [
    await createDataset(api, await createSchema(api, { id: { type: 'integer' } })),
    await createDataset(api, await createSchema(api, { id: { type: 'integer' } })),
  ]
  expect((await filesOf(name)).some((file) => file.includes(doomed))).toBe(true)
  expect((await api.call('DELETE', `${CATALOG}/dataSets/${doomed}`)).status).toBe(200)
  await vi.waitUntil(async () => !existsSync(join(server.lakeDir, name, doomed)), { timeout: 10_000 })
  expect((await filesOf(name)).some((file) => file.includes(kept))).toBe(true)
})

test('a name is never a way to other files', async () => {
  for (const name of ['../prod', 'a/b', '.', '..', randomBytes(80).toString('hex')]) {
    const answer = await client.post(BOXES, { name, title: 'x', type: 'development' })
    expect([name, answer.status]).toEqual([name, 400])
  }
})

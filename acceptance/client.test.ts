import { HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import { connectTo, ingest } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PROFILE = 'https://ns.adobe.com/xdm/context/profile'

/** The typed client against a whole server. */
let server: TestServer
let source: TestDatabase
let client: HeadwaterClient

beforeAll(async () => {
  ;[server, source] = await Promise.all([startTestServer(), createTestDatabase()])
  await source.query(`
    create table orders (id bigint primary key, city text, updated_at timestamptz not null);
    insert into orders select n, 'Paris', timestamptz '2026-01-01Z' + n * interval '1 day' from generate_series(1, 10) n;
  `)
  const { client_id: clientId, client_secret: clientSecret, ims_org: orgId } = server.client.credentials
  client = new HeadwaterClient({ baseUrl: server.url, credentials: { clientId, clientSecret, orgId } })
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

test('a run is made, watched to its end, and found again', { timeout: 60_000 }, async () => {
  const connectionId = await connectTo(server.client, source)
  expect((await client.connections.test(connectionId)).result).toBe(true)
  const relations = await Array.fromAsync(client.connections.relations(connectionId, { limit: 1 }))
  expect(relations.map(({ path }) => path)).toEqual(['public.orders'])
  const table = await client.connections.exploreTable(connectionId, 'public.orders', { preview: true })
  expect(table.data).toHaveLength(10)
  const { flowId, datasetId } = await ingest(server.client, connectionId, {
    tableName: 'public.orders',
    fields: { id: { type: 'integer', title: 'id' }, city: { type: 'string', title: 'city' } },
    mappings: [
      { sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' },
      { sourceType: 'ATTRIBUTE', source: 'city', destination: '_headwater.city' },
    ],
    scheduleParams: { startTime: 4_000_000_000, frequency: 'once' },
  })
  const { id } = await client.runs.create({ flowId })
  const seen = await Array.fromAsync(client.runs.watch(id, { intervalMs: 50 }))
  const last = seen.at(-1)
  expect(last?.metrics.statusSummary.status, JSON.stringify(last?.metrics)).toBe('success')
  expect(last?.metrics.recordSummary?.outputRecordCount).toBe(10)
  const [flow] = (await client.flows.list({ property: `id==${flowId}`, select: ['lastRunDetails'] })).items
  expect(flow).toEqual({ id: flowId, lastRunDetails: expect.objectContaining({ id, state: 'success' }) })
  expect((await client.datasets.preview(datasetId)).data).toHaveLength(10)
  await readFiles(datasetId)
  expect((await client.query({ sql: `select count(*) from "${datasetId}"` })).rows).toEqual([['10']])
  await changeAndDelete(flowId)
})

/** What landed is Parquet, which starts and ends with its name. */
async function readFiles(datasetId: string): Promise<void> {
  const [batch] = await client.batches.list({ dataSet: datasetId })
  const { data: files } = await client.batches.listFiles(batch?.id ?? '')
  const [part] = (await client.batches.describeFile(files[0]?.dataSetFileId ?? '')).data
  const file = await client.batches.openFile(files[0]?.dataSetFileId ?? '', part?.name ?? '')
  const bytes = Buffer.from(await file.arrayBuffer())
  expect([bytes.length, bytes.toString('latin1', 0, 4)]).toEqual([Number(part?.length), 'PAR1'])
  expect((await client.batches.listFailed(batch?.id ?? '')).data).toEqual([])
}

async function changeAndDelete(flowId: string): Promise<void> {
  const { etag } = await client.flows.get(flowId)
  const changed = await client.flows.patch(flowId, etag, [{ op: 'replace', path: '/name', value: 'Mine' }])
  const stale = await client.flows
    .patch(flowId, etag, [{ op: 'replace', path: '/name', value: 'Theirs' }])
    .catch((error: unknown) => error)
  expect(stale).toBeInstanceOf(HeadwaterError)
  expect(stale).toMatchObject({ code: 'FLOW-1404-412', status: 412, report: { etag: changed.etag } })
  await client.flows.disable(flowId)
  expect((await client.flows.get(flowId)).state).toBe('disabled')
  await client.flows.delete(flowId)
  await expect(client.flows.get(flowId)).rejects.toMatchObject({ code: 'FLOW-1439-404' })
}

test('a schema is made with its fields, found, and given an identity', async () => {
  const { tenantId } = await client.registry.stats()
  const group = await client.registry.fieldGroups.create({
    title: 'Fields of customers',
    type: 'object',
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      own: { properties: { [`_${tenantId}`]: { type: 'object', properties: { mail: { type: 'string' } } } } },
    },
    allOf: [{ $ref: '#/definitions/own' }],
  })
  const schema = await client.registry.schemas.create({
    title: 'Customers',
    type: 'object',
    allOf: [{ $ref: PROFILE }, { $ref: group['$id'] }],
  })
  const id = String(schema['$id'])
  expect((await client.registry.schemas.get(id))['properties']).toHaveProperty(`_${tenantId}`)
  const titles = await Array.fromAsync(client.registry.schemas.all({ orderby: 'title', limit: 1 }))
  expect(titles.map(({ title }) => title)).toContain('Customers')
  const globals = await client.registry.classes.list({}, { container: 'global' })
  expect(globals.results.map(({ $id }) => $id)).toContain(PROFILE)
  await client.registry.descriptors.create({
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': `/_${tenantId}/mail`,
    'xdm:namespace': 'Email',
    'xdm:isPrimary': true,
  })
  const { 'xdm:descriptorIdentity': identities = [] } = await client.registry.descriptors.list()
  expect(identities.filter((it) => it['xdm:sourceSchema'] === id)).toHaveLength(1)
})

test('lists are read page by page, and counted', async () => {
  const spec = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137' }
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const name of names) await client.connections.createDraft({ name, connectionSpec: spec })
  const property = 'state==draft'
  expect(await client.connections.count({ property })).toBe(5)
  const pages = await Array.fromAsync(client.connections.pages({ property, orderby: 'name', limit: 2 }))
  expect(pages.map(({ items }) => items.map(({ name }) => name))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('a sandbox that is not there, and a secret that is wrong, are told by their codes', async () => {
  await expect(client.inSandbox('nowhere').flows.list()).rejects.toMatchObject({
    code: 'FLOW-2100-404',
    requestId: expect.any(String),
  })
  const { client_id: clientId, ims_org: orgId } = server.client.credentials
  const stranger = new HeadwaterClient({
    baseUrl: server.url,
    credentials: { clientId, clientSecret: 'wrong', orgId },
  })
  await expect(stranger.flows.list()).rejects.toMatchObject({ code: 'invalid_client', status: 400 })
})

import { HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import type { Fetch } from '@headwater/client/send.ts'
import { connectTo, ingest } from '@headwater/testkit/journey.ts'
import { listOperations, type OpenApiNode } from '@headwater/testkit/openapi/walk-document.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** The typed client against a whole server. */
let server: TestServer
let source: TestDatabase
let document: OpenApiNode
let client: HeadwaterClient

beforeAll(async () => {
  ;[server, source] = await Promise.all([startTestServer(), createTestDatabase()])
  document = await (await fetch(`${server.url}/docs/json`)).json()
  await source.query(`
    create table orders (id bigint primary key, city text, updated_at timestamptz not null);
    insert into orders select n, 'Paris', timestamptz '2026-01-01Z' + n * interval '1 day' from generate_series(1, 10) n;
  `)
  client = clientWith()
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function clientWith(fetch?: Fetch): HeadwaterClient {
  const { client_id: clientId, client_secret: clientSecret, ims_org: orgId } = server.client.credentials
  const credentials = { clientId, clientSecret, orgId }
  return new HeadwaterClient({ baseUrl: server.url, credentials, ...(fetch === undefined ? {} : { fetch }) })
}

const ID = '00000000-0000-4000-8000-000000000000'

/** What calls each operation of the Flow Service. */
const CALLS: Readonly<Record<string, (it: HeadwaterClient) => Promise<unknown>>> = {
  listConnectionSpecs: (it) => it.connectionSpecs.list(),
  createConnectionSpec: (it) => it.connectionSpecs.create({ name: 'x', providerId: 'y' }),
  getConnectionSpec: (it) => it.connectionSpecs.get(ID),
  replaceConnectionSpec: (it) => it.connectionSpecs.replace(ID, { name: 'x', providerId: 'y' }),
  exploreConnectionSpec: (it) => it.connectionSpecs.explore(ID),
  listConnectionSpecConfigs: (it) => it.connectionSpecs.configs(ID),
  listFlowSpecs: (it) => it.flowSpecs.list(),
  createFlowSpec: (it) => it.flowSpecs.create({ name: 'x', providerId: 'y' }),
  getFlowSpec: (it) => it.flowSpecs.get(ID),
  replaceFlowSpec: (it) => it.flowSpecs.replace(ID, { name: 'x', providerId: 'y' }),
  searchFlowSpecs: (it) => it.flowSpecs.search({}),
  listConnections: (it) => it.connections.list(),
  createConnection: (it) => it.connections.createDraft({ connectionSpec: { id: ID } }),
  getConnection: (it) => it.connections.get(ID),
  patchConnection: (it) => it.connections.patch(ID, '*', []),
  deleteConnection: (it) => it.connections.delete(ID),
  testConnection: (it) => it.connections.test(ID),
  exploreConnection: (it) => it.connections.explore(ID),
  listConnectionConfigs: (it) => it.connections.configs(ID),
  actOnConnection: (it) => it.connections.publish(ID),
  searchConnections: (it) => it.connections.search({}),
  listSourceConnections: (it) => it.sourceConnections.list(),
  createSourceConnection: (it) => it.sourceConnections.createDraft({ connectionSpec: { id: ID } }),
  getSourceConnection: (it) => it.sourceConnections.get(ID),
  patchSourceConnection: (it) => it.sourceConnections.patch(ID, '*', []),
  deleteSourceConnection: (it) => it.sourceConnections.delete(ID),
  actOnSourceConnection: (it) => it.sourceConnections.publish(ID),
  listTargetConnections: (it) => it.targetConnections.list(),
  createTargetConnection: (it) => it.targetConnections.createDraft({ connectionSpec: { id: ID } }),
  getTargetConnection: (it) => it.targetConnections.get(ID),
  patchTargetConnection: (it) => it.targetConnections.patch(ID, '*', []),
  deleteTargetConnection: (it) => it.targetConnections.delete(ID),
  actOnTargetConnection: (it) => it.targetConnections.publish(ID),
  listFlows: (it) => it.flows.list(),
  createFlow: (it) => it.flows.createDraft({ flowSpec: { id: ID } }),
  getFlow: (it) => it.flows.get(ID),
  patchFlow: (it) => it.flows.patch(ID, '*', []),
  deleteFlow: (it) => it.flows.delete(ID),
  actOnFlow: (it) => it.flows.enable(ID),
  searchFlows: (it) => it.flows.search({}, { sandboxIds: [ID] }),
  listRuns: (it) => it.runs.list(),
  createRun: (it) => it.runs.create({ flowId: ID }),
  getRun: (it) => it.runs.get(ID),
  putRun: (it) => it.runs.put(ID, '*', {}),
  actOnRun: (it) => it.runs.retrigger(ID),
  listSubscriptions: (it) => it.subscriptions.list(),
  createSubscription: (it) => it.subscriptions.create({ name: 'x', url: 'http://localhost' }),
  getSubscription: (it) => it.subscriptions.get(ID),
  patchSubscription: (it) => it.subscriptions.patch(ID, '*', []),
  deleteSubscription: (it) => it.subscriptions.delete(ID),
  actOnSubscription: (it) => it.subscriptions.enable(ID),
  listDeliveries: (it) => it.subscriptions.listDeliveries(ID),
  getDelivery: (it) => it.subscriptions.getDelivery(ID, ID),
  actOnDelivery: (it) => it.subscriptions.redeliver(ID, ID),
}

test('every operation of the Flow Service has a method', () => {
  const ids = listOperations(document)
    .filter(({ path }) => path.startsWith('/data/foundation/flowservice/'))
    .map(({ id }) => id)
  expect(Object.keys(CALLS).sort()).toEqual(ids.sort())
})

test.each(Object.entries(CALLS))('%s is called as the document says', async (operationId, call) => {
  const sent: { method: string; path: string; query: string[] }[] = []
  const recording = clientWith(async (url, init) => {
    const { pathname, searchParams } = new URL(url)
    if (pathname.startsWith('/ims')) return fetch(url, init)
    sent.push({ method: String(init.method).toLowerCase(), path: pathname, query: [...searchParams.keys()] })
    return Response.json({ items: [{}], _links: {} })
  })
  await call(recording)
  const found = listOperations(document).find(({ id }) => id === operationId)
  const [{ method, path, query } = { method: '', path: '', query: [] }] = sent
  expect([method, path]).toEqual([found?.method, found?.path.replaceAll(/\{\w+\}/g, ID)])
  const parameters = (found?.operation.parameters ?? []).map((it: OpenApiNode) =>
    it.$ref === undefined ? it : document.components.parameters[it.$ref.split('/').at(-1)],
  )
  expect(parameters.map((it: OpenApiNode) => it.name)).toEqual(expect.arrayContaining(query))
})

describe('against a server', () => {
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
    expect((await client.query({ sql: `select count(*) from "${datasetId}"` })).rows).toEqual([['10']])
    await changeAndDelete(flowId)
  })

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
})

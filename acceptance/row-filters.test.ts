import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, FLOW, finishedRun, ingest, queryRows } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** One row filter on its three ways: a preview, the run of the schedule, and a run that is asked for. */
let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await source.query(`
    create table customers (id int, "home.country" text, joined date);
    insert into customers values
      (1, 'US', '2020-04-22'), (2, 'O''Neill''s; drop table customers', '2020-04-22'), (3, null, '2020-04-22'),
      (4, 'us', '2019-01-01'), (5, 'CA', null), (6, 'US%', '2024-02-29')`)
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function previewedIds(filters: Answer): Promise<number[]> {
  const base64 = encodeURIComponent(Buffer.from(JSON.stringify(filters)).toString('base64'))
  const query = `objectType=table&object=public.customers&preview=true&filters=${base64}`
  const { body } = await server.client.get(`${FLOW}/connections/${connectionId}/explore?${query}`)
  return body.data.map(({ id }: Answer) => id)
}

test('a filter applies to a preview, to the run of the schedule and to a run that is asked for, as it stands then', async () => {
  const tree = {
    type: 'PQL',
    format: 'pql/json',
    value: {
      nodeType: 'fnApply',
      fnName: 'or',
      params: [
        {
          nodeType: 'fnApply',
          fnName: 'in',
          params: [
            { nodeType: 'fieldLookup', fieldName: 'home.country' },
            { nodeType: 'literal', value: ['US', "O'Neill's; drop table customers"] },
          ],
        },
        {
          nodeType: 'fnApply',
          fnName: 'isNull',
          params: [{ nodeType: 'fieldLookup', fieldName: 'home.country' }],
        },
      ],
    },
  }
  const flow = await ingest(server.client, connectionId, {
    tableName: 'public.customers',
    fields: { id: { type: 'integer' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
    filters: tree,
  })
  const landedIds = async (): Promise<number[]> =>
    (await queryRows(server.client, `select _headwater.id from "${flow.datasetId}" order by 1`)).flat()
  expect(await previewedIds(tree)).toEqual([1, 2, 3])
  expect((await finishedRun(server.client, flow.flowId)).metrics.recordSummary.inputRecordCount).toBe(3)
  expect(await landedIds()).toEqual([1, 2, 3])

  const text = {
    type: 'PQL',
    format: 'pql/text',
    value: 'home.country.startsWith("us", false) and joined < date(2024, 1, 1)',
  }
  const path = `${FLOW}/sourceConnections/${flow.sourceConnectionId}`
  const { etag } = (await server.client.get(path)).body.items[0]
  const patched = await server.client.call('PATCH', path, {
    body: { op: 'add', path: '/params/filters', value: text },
    headers: { 'If-Match': etag },
  })
  expect(patched.status).toBe(200)
  expect(await previewedIds(text)).toEqual([1, 4])
  const asked = await server.client.post(`${FLOW}/runs`, { flowId: flow.flowId })
  expect(asked.status, JSON.stringify(asked.body)).toBe(201)
  const run = await finishedRun(server.client, flow.flowId)
  expect([run.id, run.metrics.recordSummary.inputRecordCount]).toEqual([asked.body.id, 2])
  expect(await landedIds()).toEqual([1, 1, 2, 3, 4])
})

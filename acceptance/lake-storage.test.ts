import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  connectTo,
  createDataset,
  createSchema,
  FLOW,
  finishedRun,
  type Ingested,
  ingest,
  LAKE_SPEC,
} from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The lake explored by its spec: what landed is there, and what can be chosen is listed. */
const SPEC = `${FLOW}/connectionSpecs/${LAKE_SPEC.id}`

let source: TestDatabase
let server: TestServer
let landed: Ingested
let emptyId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await source.query(`
    create table orders as
      select i as id, case when i = 2 then null else 'order ' || i end as label, date '2026-01-01' + i as day
      from generate_series(1, 3) i`)
  landed = await ingest(server.client, await connectTo(server.client, source), {
    tableName: 'public.orders',
    fields: {
      id: { type: 'integer' },
      label: { type: 'string' },
      day: { type: 'string', format: 'date' },
    },
    mappings: ['id', 'label', 'day'].map((column) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `_headwater.${column}`,
    })),
  })
  emptyId = await createDataset(server.client, await createSchema(server.client, { id: { type: 'integer' } }))
  const run = await finishedRun(server.client, landed.flowId)
  expect(run.metrics.statusSummary.status).toBe('success')
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function explore(query: string): Promise<Answer> {
  const { status, body } = await server.client.get(`${SPEC}/explore${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

test('the root lists all datasets, oldest first', async () => {
  const paths = (await explore('')).map(({ path }: Answer) => path)
  expect(paths).toEqual([landed.datasetId, emptyId])
})

test('a dataset shows its fields and the rows that landed', async () => {
  const body = await explore(`?objectType=table&object=${landed.datasetId}&preview=true`)
  const own = body.schema.columns.find(({ name }: Answer) => name === '_headwater')
  expect(body.format).toBe('hierarchical')
  expect(own.xdm.properties).toMatchObject({
    id: { type: 'integer' },
    label: { type: 'string' },
    day: { type: 'string', format: 'date' },
  })
  const rows = body.data.map(({ _headwater }: Answer) => _headwater)
  expect(rows.toSorted((one: Answer, other: Answer) => one.id - other.id)).toEqual([
    { id: 1, label: 'order 1', day: '2026-01-02' },
    { id: 2, day: '2026-01-03' },
    { id: 3, label: 'order 3', day: '2026-01-04' },
  ])
  expect((await explore(`?object=${landed.datasetId}&preview=true&previewCount=2`)).data).toHaveLength(2)
})

test('a dataset in which nothing has landed has no rows', async () => {
  expect((await explore(`?object=${emptyId}&preview=true`)).data).toEqual([])
})

test('the datasets that can be chosen come page by page', async () => {
  const query = '?outputType=activationDatasets&outputField=datasets&limit=1'
  const pages = []
  for (const start of [0, 1])
    pages.push((await server.client.get(`${SPEC}/configs${query}&start=${start}`)).body)
  expect(pages.map(({ pageInfo }: Answer) => pageInfo.hasNext)).toEqual([true, false])
  expect(pages.flatMap(({ items }: Answer) => items).map(({ id }: Answer) => id)).toEqual([
    landed.datasetId,
    emptyId,
  ])
  expect(pages[0].items[0].schemaRef.id).toBe(landed.schemaId)
})

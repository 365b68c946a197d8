import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, openCatalogWorld } from './catalog-world.ts'

const METRICS = '/data/infrastructure/observability/insights/metrics'
const INGESTION = 'timeseries.ingestion.dataset'
const DAY_MS = 86_400_000

let world: CatalogWorld

beforeAll(async () => {
  world = await openCatalogWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** A body for one figure of the time around now. */
function bodyOf(metric: Answer, overrides: Answer = {}): Answer {
  return {
    start: new Date(Date.now() - DAY_MS).toISOString(),
    end: new Date(Date.now() + DAY_MS).toISOString(),
    granularity: 'day',
    metrics: [{ aggregator: 'sum', downsample: 'sum', ...metric }],
    ...overrides,
  }
}

async function ask(metric: Answer, overrides: Answer = {}): Promise<Answer> {
  const { status, body, text } = await world.client.post(METRICS, bodyOf(metric, overrides))
  if (status !== 200) throw new Error(text)
  return body.metricResponses[0]
}

/** The sum of each dataset's points, by its id. */
function sumsOf({ datapoints }: Answer): Record<string, number> {
  const sums = datapoints.map(({ groupBy, dps }: Answer) => [
    groupBy.dataSetId ?? 'all',
    Object.values<number>(dps).reduce((sum, value) => sum + value, 0),
  ])
  return Object.fromEntries(sums)
}

statement(
  141,
  '`POST /metrics` with `recordsuccess.count` grouped by dataset equals the batch table',
  async () => {
    const first = await world.land({ tableName: 'public.orders' })
    await world.landAgain(first)
    const second = await world.land({ tableName: 'public.paid_orders', columns: ['id'] })
    const ids = [first.datasetId, second.datasetId]
    const filters = [{ name: 'dataSetId', value: ids.join('|'), groupBy: true }]
    const { body: batches } = await world.client.get(
      `${CATALOG}/batches?dataSet=${ids.join(',')}&status=success`,
    )
    const expected: Record<string, number> = {}
    for (const { relatedObjects, recordCount } of Object.values<Answer>(batches)) {
      expected[relatedObjects[0].id] = (expected[relatedObjects[0].id] ?? 0) + recordCount
    }
    const name = `${INGESTION}.recordsuccess.count`
    const grouped = await ask({ name, filters })
    expect(sumsOf(grouped)).toEqual(expected)
    expect(expected).toEqual({ [first.datasetId]: 10, [second.datasetId]: 3 })
    expect(grouped).toMatchObject({ metric: name, filters, granularity: 'DAY' })
    for (const { dps } of grouped.datapoints) {
      for (const time of Object.keys(dps)) expect(time).toMatch(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/)
    }
    const together = await ask({ name, filters: [{ name: 'dataSetId', value: ids.join('|') }] })
    expect([together.datapoints.length, together.datapoints[0].groupBy, sumsOf(together)]).toEqual([
      1,
      {},
      { all: 13 },
    ])
  },
)

statement(142, '`start` after `end` is 400 `INSGHT-1000-400` with `error-chain`', async () => {
  const body = bodyOf(
    { name: `${INGESTION}.size` },
    { start: '2020-07-14T00:00:00Z', end: '2020-07-13T00:00:00Z' },
  )
  const { status, body: problem } = await world.client.post(METRICS, body)
  const code = 'INSGHT-1000-400'
  const { client } = world.world.server
  expect([status, problem]).toEqual([
    400,
    {
      type: `http://ns.adobe.com/aep/errors/${code}`,
      title: expect.stringContaining("'start' can't be after 'end'"),
      status: 400,
      report: {
        tenantInfo: {
          sandboxName: 'prod',
          sandboxId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          imsOrgId: client.credentials.ims_org,
        },
      },
      'error-chain': [
        {
          serviceId: 'INSGHT',
          errorCode: code,
          invokingServiceId: 'INSGHT',
          unixTimeStampMs: expect.any(Number),
        },
      ],
    },
  ])
})

test('each figure counts what it says', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  const { datasetId } = landed
  const relatedObjects = [{ type: 'dataSet', id: datasetId }]
  await world.client.post(`${CATALOG}/batches`, { status: 'failed', relatedObjects })
  const gone = await world.landAgain(landed)
  await world.client.patch(`${CATALOG}/batches/${gone}`, { status: 'inactive' })
  const { size } = await world.batch(landed.batchId)
  const filters = [{ name: 'dataSetId', value: datasetId, groupBy: true }]
  const figures = {
    size,
    dailysize: size,
    'batchsuccess.count': 1,
    'batchfailed.count': 1,
    'recordsuccess.count': 5,
  }
  for (const [name, value] of Object.entries(figures)) {
    expect([name, sumsOf(await ask({ name: `${INGESTION}.${name}`, filters }))]).toEqual([
      name,
      { [datasetId]: value },
    ])
  }
})

test('spans and points are made as they are asked for', async () => {
  const relatedObjects = [{ type: 'dataSet', id: await world.makeDataset() }]
  const completed = [
    '2020-07-14T01:10:00.500Z',
    '2020-07-14T01:50:00Z',
    '2020-07-14T23:59:59Z',
    '2020-07-15T00:00:00Z',
  ]
  for (const [index, time] of completed.entries()) {
    await world.client.post(`${CATALOG}/batches`, {
      status: 'success',
      relatedObjects,
      completed: Date.parse(time),
      recordCount: 10 ** index,
    })
  }
  const filters = [{ name: 'dataSetId', value: relatedObjects[0]?.id }]
  const metric = { name: `${INGESTION}.recordsuccess.count`, filters }
  const span = { start: '2020-07-14T00:00:00Z', end: '2020-07-15T00:00:00Z' }
  const points = async (more: Answer, overrides: Answer) =>
    (await ask({ ...metric, ...more }, { ...span, ...overrides })).datapoints[0].dps
  expect(await points({}, { granularity: 'DAY' })).toEqual({ '2020-07-14T00:00:00Z': 111 })
  expect(await points({}, { granularity: 'hour' })).toEqual({
    '2020-07-14T01:00:00Z': 11,
    '2020-07-14T23:00:00Z': 100,
  })
  expect(await points({ downsample: 'max' }, { granularity: 'MONTH', end: '2020-08-01' })).toEqual({
    '2020-07-01T00:00:00Z': 1000,
  })
  expect(await points({ downsample: 'avg' }, { granularity: 'DAY' })).toEqual({ '2020-07-14T00:00:00Z': 37 })
  expect(await points({ downsample: 'count' }, { granularity: 'DAY' })).toEqual({ '2020-07-14T00:00:00Z': 3 })
  expect(await points({ downsample: undefined }, { granularity: undefined })).toEqual({
    '2020-07-14T01:10:00Z': 1,
    '2020-07-14T01:50:00Z': 10,
    '2020-07-14T23:59:59Z': 100,
  })
})

test.each([
  ['an unknown figure', {}, { metrics: [{ name: 'timeseries.unknown', downsample: 'sum' }] }],
  ['no figure', {}, { metrics: [] }],
  ['figures that are none', {}, { metrics: 'size' }],
  ['a time that is none', {}, { start: 'yesterday' }],
  ['no time', {}, { end: undefined }],
  ['an unknown span', {}, { granularity: 'fortnight' }],
  ['a span without what becomes of it', { downsample: undefined }, {}],
  ['an unknown aggregator', { aggregator: 'median' }, {}],
  ['a filter of something else', { filters: [{ name: 'sandbox', value: 'x' }] }, {}],
  ['filters that are none', { filters: {} }, {}],
])('%s is refused', async (_what, metric: Answer, overrides: Answer) => {
  const body = bodyOf({ name: `${INGESTION}.size`, ...metric }, overrides)
  const { status, body: problem } = await world.client.post(METRICS, body)
  expect([status, problem.type]).toEqual([400, 'http://ns.adobe.com/aep/errors/INSGHT-1000-400'])
  expect(problem.report.tenantInfo.sandboxName).toBe('prod')
})

test('figures are those of the sandbox; one that is none is told so', async () => {
  const { datasetId } = await world.land({ tableName: 'public.orders' })
  const name = (await world.world.openSandbox()).headers['x-sandbox-name']
  const filters = [{ name: 'dataSetId', value: datasetId, groupBy: true }]
  const body = bodyOf({ name: `${INGESTION}.size`, filters })
  const other = await world.client.with({ 'x-sandbox-name': name }).post(METRICS, body)
  expect(other.body.metricResponses[0].datapoints).toEqual([])
  const nowhere = await world.client.with({ 'x-sandbox-name': 'nowhere' }).post(METRICS, body)
  expect([nowhere.status, nowhere.body]).toMatchObject([
    401,
    {
      type: 'http://ns.adobe.com/aep/errors/INSGHT-1003-401',
      title: expect.stringContaining('Sandbox validation error'),
    },
  ])
})

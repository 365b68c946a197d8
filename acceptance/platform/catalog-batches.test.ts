import { stat } from 'node:fs/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, queryRows } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, EXPORT, idsOf, openCatalogWorld, plainError } from './catalog-world.ts'

const BATCHES = `${CATALOG}/batches`
const BATCH_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/

let world: CatalogWorld

beforeAll(async () => {
  world = await openCatalogWorld()
  await world.world.source.query(`
    create table flawed as
      select i as id, 'row ' || i as note,
             case when i in (7, 42, 70) then 'infinity' else timestamptz '2026-01-01Z' end as updated_at
      from generate_series(1, 100) i`)
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** A batch that a client tells of. */
async function makeBatch(status: string, overrides: Answer = {}): Promise<string> {
  const datasetId = overrides.datasetId ?? (await world.makeDataset())
  const { datasetId: _, ...rest } = overrides
  const relatedObjects = [{ type: 'dataSet', id: datasetId }]
  const { status: code, body, text } = await world.client.post(BATCHES, { status, relatedObjects, ...rest })
  if (code !== 201) throw new Error(`no batch: ${code} ${text}`)
  return String(body[0]).replace('@/batches/', '')
}

async function idsIn(datasetId: string): Promise<number[]> {
  const sql = `select _headwater.id from "${datasetId}" order by 1`
  return (await queryRows(world.world.server.client, sql)).map(([id]) => Number(id))
}

statement(81, '`GET /dataSetFiles?dataSetId=` lists `{batchId}-1` entries after a run', async () => {
  const { datasetId, batchId } = await world.land({ tableName: 'public.orders' })
  const { status, body } = await world.client.get(`${CATALOG}/dataSetFiles?dataSetId=${datasetId}`)
  expect([status, Object.keys(body)]).toEqual([200, [`${batchId}-1`]])
  expect(body[`${batchId}-1`]).toMatchObject({ dataSetId: datasetId, batchId, records: 5, isValid: true })
  expect(idsOf(await world.client.get(`${CATALOG}/dataSetFiles?batch=${batchId}`))).toEqual([`${batchId}-1`])
  const dataset = await world.dataset(datasetId)
  const { sizeInBytes } = body[`${batchId}-1`]
  expect(dataset).toMatchObject({
    lastBatchId: batchId,
    lastBatchStatus: 'success',
    lastSuccessfulBatch: batchId,
    statsCache: { rowCount: 5, storageSize: sizeInBytes, fileCount: 1 },
    extensions: {
      adobe_lakeHouse: {
        metrics: { rowCount: 5, storageSize: sizeInBytes },
        tableHealthMetrics: { noOfFilesTotal: 1, noOfPartitionsTotal: 1 },
      },
    },
  })
  const [data] = (await world.lakeFiles(datasetId)).filter((path) => path.endsWith('.parquet'))
  expect((await stat(data ?? '')).size).toBe(sizeInBytes)
})

statement(82, '`GET /lastBatches?dataSetId=` shows the last batch and its status', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  const { datasetId, batchId } = landed
  const second = await world.landAgain(landed)
  const failed = await makeBatch('failed', { datasetId })
  const empty = await world.makeDataset()
  const { status, body } = await world.client.get(`${CATALOG}/lastBatches?dataSetId=${datasetId},${empty}`)
  expect(status).toBe(200)
  expect(body).toEqual({
    [datasetId]: {
      lastBatchId: failed,
      lastBatchStatus: 'failed',
      lastSuccessfulBatchId: second,
      lastFailedBatchId: failed,
      imsOrg: world.world.server.client.credentials.ims_org,
      sandboxId: expect.any(String),
      created: expect.any(Number),
      updated: expect.any(Number),
    },
  })
  expect(second).not.toBe(batchId)
  expect(idsOf(await world.client.get(`${CATALOG}/lastBatches?lastBatchStatus=failure`))).toContain(datasetId)
})

statement(93, '`inputRecordCount = outputRecordCount + failedRecordCount` always', async () => {
  const columns = ['id', 'note', 'updated_at']
  const tolerant = { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 }
  const some = await world.land({ tableName: 'public.flawed', columns, options: tolerant })
  const all = await world.land({ tableName: 'public.flawed', columns })
  const none = await world.land({ tableName: 'public.empty_orders' })
  await makeBatch('success', {
    metrics: { inputRecordCount: 5, outputRecordCount: 3, failedRecordCount: 2 },
  })
  const { body } = await world.client.get(`${BATCHES}?limit=100`)
  const counted = Object.values<Answer>(body).filter(({ metrics }) => 'inputRecordCount' in metrics)
  for (const { metrics } of counted) {
    expect(metrics.inputRecordCount).toBe(metrics.outputRecordCount + metrics.failedRecordCount)
    if (!('recordsRead' in metrics)) continue
    expect(metrics.recordsRead).toBe(metrics.recordsWritten + metrics.recordsFailed)
  }
  expect(body[some.batchId]).toMatchObject({
    status: 'success',
    metrics: {
      ...{ inputRecordCount: 100, outputRecordCount: 97, failedRecordCount: 3 },
      ...{ recordsRead: 100, recordsWritten: 97, recordsFailed: 3, invalidRecordCount: 3 },
      ...{ outputFileCount: 1, inputFileCount: 1, inputByteSize: expect.any(Number) },
    },
  })
  expect(body[all.batchId]).toMatchObject({
    status: 'failed',
    metrics: { inputRecordCount: 100, outputRecordCount: 0, failedRecordCount: 100 },
  })
  expect(body[none.batchId]).toMatchObject({ status: 'success', metrics: { inputRecordCount: 0 } })
  expect(counted.length).toBeGreaterThan(3)
  const wrong = { inputRecordCount: 519, outputRecordCount: 497, failedRecordCount: 0 }
  const relatedObjects = [{ type: 'dataSet', id: some.datasetId }]
  const refused = await world.client.post(BATCHES, { status: 'success', relatedObjects, metrics: wrong })
  expect([refused.status, refused.body]).toEqual([400, plainError(400, expect.stringContaining('519'))])
})

test('the batch of a run says what it is and where it comes from', async () => {
  const { datasetId, flowId, batchId, run } = await world.land({ tableName: 'public.orders' })
  const { client } = world.world.server
  expect(batchId).toMatch(BATCH_ID)
  expect(await world.batch(batchId)).toMatchObject({
    id: batchId,
    externalId: batchId,
    status: 'success',
    imsOrg: client.credentials.ims_org,
    sandboxId: expect.any(String),
    relatedObjects: [{ type: 'dataSet', id: datasetId }],
    errors: [],
    replay: {},
    recordCount: 5,
    failedRecordCount: 0,
    size: expect.any(Number),
    inputFormat: { format: 'parquet' },
    tags: { flowId: [flowId], flowRunId: [run.id], acp_producer: ['headwater'] },
    // The only times in seconds.
    availableDates: { startDate: expect.any(Number), endDate: expect.any(Number) },
  })
  const { status, body, headers } = await world.client.get(
    `${BATCHES}/${batchId}?aggregate=true&properties=id`,
  )
  expect([status, body, headers['e-tag']]).toEqual([200, { [batchId]: { id: batchId } }, '1.0.1'])
})

test('batches are filtered by what they are, when they were, and how they ended', async () => {
  const datasetId = await world.makeDataset()
  const [early, late] = [
    await makeBatch('success', { datasetId, started: 1_000, completed: 2_000, recordCount: 7, size: 70 }),
    await makeBatch('failure', { datasetId, started: 3_000, completed: 4_000, externalId: 'ours' }),
  ]
  const found = async (query: string) =>
    idsOf(await world.client.get(`${BATCHES}?dataSet=${datasetId}&orderBy=started&${query}`))
  const cases: Readonly<Record<string, readonly string[]>> = {
    '': [early, late],
    'status=success': [early],
    'status=active': [early],
    'status=failed,success': [early, late],
    'status=!failed': [early],
    'externalId=ours': [late],
    [`batch=${late}`]: [late],
    'startAfter=1000': [late],
    'startBefore=3000': [early],
    'endAfter=2000&endBefore=5000': [late],
    'recordCount=7': [early],
    'size=70': [early],
    'started=3000': [late],
    'createdAfter=1': [early, late],
    'createdBefore=1': [],
    'limit=1&start=1': [late],
  }
  for (const [query, ids] of Object.entries(cases)) expect([query, await found(query)]).toEqual([query, ids])
  expect((await world.client.get(`${BATCHES}?startAfter=yesterday`)).status).toBe(400)
})

test('a client writes down a batch, and moves it along its steps', async () => {
  const id = await makeBatch('loading', { tags: { kept: ['1'] }, inputFormat: { format: 'JSON' } })
  expect(id).toMatch(BATCH_ID)
  const path = `${BATCHES}/${id}`
  for (const status of [
    'loaded',
    'queued',
    'processing',
    'retrying',
    'stalled',
    'staging',
    'staged',
    'active',
  ]) {
    const { status: code, body } = await world.client.patch(path, { status })
    expect([status, code, body]).toEqual([status, 200, [`@/batches/${id}`]])
  }
  expect(await world.batch(id)).toMatchObject({ status: 'success', version: '1.0.8', tags: { kept: ['1'] } })
  for (const status of ['loading', 'aborted', 'failed', 'deleted']) {
    const { status: code, body } = await world.client.patch(path, { status })
    expect([code, body]).toEqual([400, plainError(400, expect.stringContaining('inactive'))])
  }
  const put = { status: 'success', recordCount: 3 }
  expect((await world.client.put(path, put, '1.0.8')).status).toBe(200)
  expect((await world.client.put(path, put, '1.0.8')).body).toEqual(plainError(412))
  const batch = await world.batch(id)
  expect(batch).toMatchObject({ recordCount: 3, tags: { acp_producer: ['headwater'] } })
  expect(batch.tags).not.toHaveProperty('kept')
})

test('a batch may have an id of its own, and is changed under it', async () => {
  const id = '01HZY8K0Q2V5W6X7Y8Z9A0B1C2'
  const relatedObjects = [{ type: 'dataSet', id: await world.makeDataset() }]
  const made = await world.client.post(`${BATCHES}/${id}`, { status: 'processing', relatedObjects })
  expect([made.status, made.body]).toEqual([201, [`@/batches/${id}`]])
  expect(made.headers['location']).toBe(`${BATCHES}/${id}`)
  const merged = await world.client.post(`${BATCHES}/${id}`, { status: 'failed', tags: { why: ['x'] } })
  expect([merged.status, merged.body]).toEqual([200, [`@/batches/${id}`]])
  expect(await world.batch(id)).toMatchObject({ status: 'failed', tags: { why: ['x'] }, relatedObjects })
  const odd = await world.client.post(`${BATCHES}/not-a-ulid`, { status: 'loading', relatedObjects })
  expect([odd.status, odd.body]).toEqual([400, plainError(400, expect.stringContaining('ULID'))])
})

test.each([
  ['no status', {}],
  ['an unknown status', { status: 'finished' }],
  ['no dataset', { relatedObjects: undefined }],
  ['an unknown dataset', { relatedObjects: [{ type: 'dataSet', id: '5c8c3c555033b814b69f947f' }] }],
  ['related objects that are none', { relatedObjects: {} }],
  ['a count that is none', { recordCount: -1 }],
  ['metrics that are no numbers', { metrics: { inputRecordCount: 'many' } }],
  ['errors without codes', { errors: [{}] }],
  ['an unknown format', { inputFormat: { format: 'xml' } }],
  ['tags that are no texts', { tags: { a: {} } }],
  ['a replay that is none', { replay: 'x' }],
])('a batch with %s is refused', async (_what, overrides: Answer) => {
  const relatedObjects = [{ type: 'dataSet', id: await world.makeDataset() }]
  const status = Object.keys(overrides).length === 0 ? undefined : 'loading'
  const answer = await world.client.post(BATCHES, { status, relatedObjects, ...overrides })
  expect([answer.status, answer.body]).toEqual([400, plainError(400)])
})

test('the run of a batch keeps its books; tags are free', async () => {
  const { batchId, flowId } = await world.land({ tableName: 'public.orders' })
  const path = `${BATCHES}/${batchId}`
  for (const change of [
    { recordCount: 9 },
    { metrics: { inputRecordCount: 9 } },
    { errors: [{ code: 'x' }] },
    { status: 'failed' },
  ]) {
    const { status, body } = await world.client.patch(path, change)
    expect([status, body]).toEqual([400, plainError(400)])
  }
  const tags = { flowId: ['another'], checked: ['by us'] }
  expect((await world.client.patch(path, { tags })).status).toBe(200)
  expect(await world.batch(batchId)).toMatchObject({
    recordCount: 5,
    tags: { checked: ['by us'], flowRunId: [expect.any(String)] },
  })
  expect((await world.batch(batchId)).tags.flowId).toEqual([flowId])
  expect((await world.client.patch(`${BATCHES}/01HZY8K0Q2V5W6X7Y8Z9A0B1C9`, { tags })).status).toBe(404)
})

test('a batch that is inactive hides its rows from every reader, and the table remembers them', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  const { datasetId, batchId } = landed
  await world.world.source.query(
    "insert into orders values (6, 'sixth', 1, true, '2024-01-06', '2024-01-06Z')",
  )
  const second = await world.landAgain(landed)
  await world.world.source.query('delete from orders where id = 6')
  expect(await idsIn(datasetId)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
  const { status, body } = await world.client.patch(`${BATCHES}/${batchId}`, { status: 'inactive' })
  expect([status, body]).toEqual([200, [`@/batches/${batchId}`]])
  expect(await idsIn(datasetId)).toEqual([1, 2, 3, 4, 5, 6])
  expect(await world.batch(batchId)).toMatchObject({ status: 'inactive', recordCount: 5 })
  const preview = await world.client.get(`${EXPORT}/datasets/${datasetId}/preview`)
  expect(preview.body.data).toHaveLength(6)
  expect((await world.client.get(`${EXPORT}/batches/${batchId}/files`)).body.data).toEqual([])
  expect(idsOf(await world.client.get(`${CATALOG}/dataSetFiles?dataSetId=${datasetId}`))).toEqual([
    `${second}-1`,
  ])
  const dataset = await world.dataset(datasetId)
  expect(dataset).toMatchObject({ lastSuccessfulBatch: second, statsCache: { rowCount: 6, fileCount: 1 } })
  expect(dataset.extensions.adobe_lakeHouse.metrics.rowCount).toBe(6)
  // Once more changes nothing, and the next run appends to what is left.
  const version = (await world.batch(batchId)).version
  expect((await world.client.patch(`${BATCHES}/${batchId}`, { status: 'inactive' })).status).toBe(200)
  expect(version).toMatch(/^1\.0\.\d$/)
  await world.landAgain(landed)
  expect(await idsIn(datasetId)).toHaveLength(11)
})

test('a batch that is deleted takes its files along, and leaves the others', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  const { datasetId, batchId } = landed
  const second = await world.landAgain(landed)
  const parquet = async () => (await world.lakeFiles(datasetId)).filter((path) => path.endsWith('.parquet'))
  expect(await parquet()).toHaveLength(2)
  const { status, body } = await world.client.delete(`${BATCHES}/${batchId}`)
  expect([status, body]).toEqual([200, [`@/batches/${batchId}`]])
  expect(await parquet()).toHaveLength(1)
  expect((await world.batch(batchId)).status).toBe('deleted')
  expect(await idsIn(datasetId)).toEqual([1, 2, 3, 4, 5])
  expect((await world.fetch(`${EXPORT}/files/${batchId}-1`)).status).toBe(404)
  expect((await world.fetch(`${EXPORT}/files/${second}-1`)).status).toBe(200)
  expect((await world.client.delete(`${BATCHES}/${batchId}`)).status).toBe(200)
  expect((await world.client.patch(`${BATCHES}/${batchId}`, { status: 'success' })).status).toBe(400)
  // An inactive one goes the same way, and its rows out of the table's past.
  await world.client.patch(`${BATCHES}/${second}`, { status: 'inactive' })
  expect((await world.client.delete(`${BATCHES}/${second}`)).status).toBe(200)
  expect(await parquet()).toEqual([])
  expect(await idsIn(datasetId)).toEqual([])
  await world.landAgain(landed)
  expect(await idsIn(datasetId)).toEqual([1, 2, 3, 4, 5])
})

test('batches that become inactive at once, while a run lands, each do so once', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  const others = [await world.landAgain(landed), await world.landAgain(landed)]
  const ids = [landed.batchId, ...others]
  const [last, ...answers] = await Promise.all([
    world.landAgain(landed),
    ...ids.map((id) => world.client.patch(`${BATCHES}/${id}`, { status: 'inactive' })),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await idsIn(landed.datasetId)).toEqual([1, 2, 3, 4, 5])
  expect(await world.dataset(landed.datasetId)).toMatchObject({
    lastSuccessfulBatch: last,
    statsCache: { rowCount: 5 },
  })
})

test('a batch that a run is writing is left alone', async () => {
  const { id } = await world.world.blockedRun()
  const { body } = await world.client.get(`${BATCHES}?tags=flowRunId:${id}`)
  const [batchId = ''] = Object.keys(body)
  expect(body[batchId].status).toBe('loading')
  for (const status of ['aborted', 'failed', 'success']) {
    const answer = await world.client.patch(`${BATCHES}/${batchId}`, { status })
    expect([answer.status, answer.body]).toEqual([400, plainError(400, expect.stringContaining(id))])
  }
  const deleted = await world.client.delete(`${BATCHES}/${batchId}`)
  expect([deleted.status, deleted.body]).toEqual([400, plainError(400, expect.stringContaining('loading'))])
  await (await world.world.blockedRun()).open()
})

test('batches of another sandbox are nobody’s to see or change', async () => {
  const { batchId } = await world.land({ tableName: 'public.orders' })
  const name = (await world.world.openSandbox()).headers['x-sandbox-name']
  const other = world.client.with({ 'x-sandbox-name': name })
  const path = `${BATCHES}/${batchId}`
  const answers = [other.get(path), other.patch(path, { status: 'inactive' }), other.delete(path)]
  for (const { status, body } of await Promise.all(answers))
    expect([status, body]).toEqual([404, plainError(404)])
  const relatedObjects = [{ type: 'dataSet', id: await world.makeDataset() }]
  expect((await other.post(BATCHES, { status: 'loading', relatedObjects })).status).toBe(400)
  expect((await world.batch(batchId)).status).toBe('success')
})

import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { previewRows } from '#lake/query/preview-rows.ts'
import { registerExport } from './routes.ts'

const BASE = '/data/foundation/export'
const DATASET = '5c8c3c555033b814b69f9471'
const [FIRST, SECOND, LOADING] = [
  '01JAZZZZZZZZZZZZZZZZZZZZZ1',
  '01JAZZZZZZZZZZZZZZZZZZZZZ2',
  '01JAZZZZZZZZZZZZZZZZZZZZZ3',
]
const NAME = `${FIRST}-00000.parquet`

let world: ServiceWorld
let lake: LakeWorld
let duck: DuckDb

beforeAll(async () => {
  duck = createDuckDb()
  world = await openServiceWorld(async (app, { db, gateway }) => {
    lake = await LakeWorld.open(db)
    await registerExport(app, {
      ...{ db, gateway, storage: lake.storage, publicUrl: 'https://lake.example:8443/' },
      readLakeTable: lake.readLakeTable,
      readRows: ({ fields, paths, maxRows }) => previewRows(duck, { fields, paths, limit: maxRows }),
    })
  })
  await lake.addDataset(DATASET, 'Orders', 'orders')
  await lake.addBatch(DATASET, FIRST, [
    [1n, 'Ada', 2.5],
    [2n, null, null],
  ])
  await lake.addBatch(
    DATASET,
    SECOND,
    Array.from({ length: 120 }, (_, n) => [BigInt(100 + n), 'Bob', null]),
  )
  await lake.startBatch(DATASET, LOADING)
  const folder = `prod/${DATASET}/diagnostics/${LOADING}/row_errors`
  const reject = (n: number) =>
    `${JSON.stringify({ id: n, _errors: [{ code: '100', message: 'no' }], _filename: 'x' })}\n`
  await lake.storage.put(`${folder}/conversion_errors_0.json`, Buffer.from(reject(1) + reject(2)))
  await lake.storage.put(
    `${folder}/conversion_errors_1.json`,
    Buffer.from(Array.from({ length: 200 }, (_, n) => reject(n)).join('')),
  )
  await lake.storage.put(`${folder}/deeper/secret.json`, Buffer.from('{}'))
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await lake[Symbol.asyncDispose]()
  await duck[Symbol.asyncDispose]()
})

const get = (path: string, headers?: Record<string, string>) => world.inject('GET', BASE + path, { headers })
const getJson = (path: string, headers?: Record<string, string>) =>
  world.call('GET', BASE + path, { headers })

describe('files', () => {
  test('a batch lists its files with texts and absolute links', async () => {
    const { status, body } = await getJson(`/batches/${FIRST}/files`)
    expect(status).toBe(200)
    expect(body.data).toEqual([
      {
        ...{
          dataSetFileId: `${FIRST}-1`,
          dataSetViewId: DATASET,
          version: '1.0.0',
          created: '2000',
          updated: '2000',
          isValid: true,
        },
        ...{ records: '2', size: expect.stringMatching(/^\d+$/) },
        _links: { self: { href: `https://lake.example:8443${BASE}/files/${FIRST}-1` } },
      },
    ])
    expect(body._page).toEqual({ limit: 100, count: 1 })
    expect((await getJson(`/batches/${FIRST}/files?start=1`)).body.data).toEqual([])
    expect((await getJson(`/batches/${FIRST}/files?limit=101`)).status).toBe(400)
  })

  test('a batch that is not done has none to show', async () => {
    expect((await getJson(`/batches/${LOADING}/files`)).body.data).toEqual([])
    expect((await getJson(`/files/${LOADING}-1`)).status).toBe(404)
  })

  test('a file is described, then downloaded whole', async () => {
    const { body } = await getJson(`/files/${FIRST}-1`)
    const [{ name, length, _links }] = body.data
    expect([name, _links.self.href]).toEqual([
      NAME,
      `https://lake.example:8443${BASE}/files/${FIRST}-1?path=${NAME}`,
    ])
    const { rawPayload, headers, statusCode } = await get(`/files/${FIRST}-1?path=${name}`)
    expect(statusCode).toBe(200)
    expect([rawPayload.subarray(0, 4).toString(), rawPayload.subarray(-4).toString()]).toEqual([
      'PAR1',
      'PAR1',
    ])
    expect(headers).toMatchObject({
      'content-type': 'application/parquet',
      'accept-ranges': 'bytes',
      'content-length': length,
    })
    expect(String(rawPayload.length)).toBe(length)
  })

  test('HEAD says the size without the bytes', async () => {
    const { rawPayload } = await get(`/files/${FIRST}-1?path=${NAME}`)
    const head = await world.inject('HEAD', `${BASE}/files/${FIRST}-1?path=${NAME}`)
    expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0])
    expect(head.headers).toMatchObject({
      'content-length': String(rawPayload.length),
      'accept-ranges': 'bytes',
      'content-type': 'application/parquet',
    })
    expect((await world.inject('HEAD', `${BASE}/files/${FIRST}-9?path=x`)).statusCode).toBe(404)
  })

  test.each([
    ['as a header', { range: 'bytes=4-9' }, ''],
    ['as a parameter', {}, '&range=bytes%3D4-9'],
  ])('some bytes, asked for %s', async (_how, headers, query) => {
    const whole = (await get(`/files/${FIRST}-1?path=${NAME}`)).rawPayload
    const part = await get(`/files/${FIRST}-1?path=${NAME}${query}`, headers)
    expect(part.statusCode).toBe(206)
    expect(part.headers).toMatchObject({
      'content-range': `bytes 4-9/${whole.length}`,
      'content-length': '6',
    })
    expect(part.rawPayload.equals(whole.subarray(4, 10))).toBe(true)
  })

  test('bytes beyond the end are 416', async () => {
    const size = (await get(`/files/${FIRST}-1?path=${NAME}`)).rawPayload.length
    const response = await get(`/files/${FIRST}-1?path=${NAME}`, { range: `bytes=${size}-` })
    expect([response.statusCode, response.headers['content-range']]).toEqual([416, `bytes */${size}`])
    expect(response.json()).toMatchObject({ status: 416 })
  })

  test.each([
    `/files/${FIRST}-2`,
    `/files/${FIRST}-0`,
    `/files/${FIRST}`,
    `/files/${FIRST}-1?path=other.parquet`,
    '/batches/absent/files',
  ])('%s is 404', async (path) => {
    expect(await getJson(path)).toMatchObject({ status: 404, body: { title: 'NotFoundError' } })
  })

  test('nobody else sees them', async () => {
    const headers = { 'x-sandbox-name': 'dev' }
    for (const path of [
      `/batches/${FIRST}/files`,
      `/files/${FIRST}-1?path=${NAME}`,
      `/datasets/${DATASET}/preview`,
      `/batches/${LOADING}/meta`,
    ]) {
      expect((await getJson(path, headers)).status, path).toBe(404)
    }
  })
})

describe('rejected rows', () => {
  test('are listed and downloaded by path', async () => {
    const { body } = await getJson(`/batches/${LOADING}/meta?path=row_errors`)
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual([
      'conversion_errors_0.json',
      'conversion_errors_1.json',
    ])
    const [{ length, _links }] = body.data
    expect(_links.self.href).toBe(
      `https://lake.example:8443${BASE}/batches/${LOADING}/meta?path=row_errors%2Fconversion_errors_0.json`,
    )
    const file = await get(`/batches/${LOADING}/meta?path=row_errors%2Fconversion_errors_0.json`)
    expect(file.headers['content-length']).toBe(length)
    expect(
      file.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([1, 2])
    expect((await getJson(`/batches/${LOADING}/meta?path=row_errors&start=1&limit=1`)).body).toMatchObject({
      data: [{ name: 'conversion_errors_1.json' }],
      _page: { limit: 1, count: 2 },
    })
  })

  test('have a sample under both of its names', async () => {
    const sample = await get(`/batches/${LOADING}/meta?path=row_errors_sample.json`)
    expect(sample.body.trimEnd().split('\n')).toHaveLength(100)
    expect((await get(`/batches/${LOADING}/meta?path=row_error_samples.json`)).body).toBe(sample.body)
  })

  test.each([
    'meta?path=row_errors%2Fconversion_errors_0.json',
    'failed?path=conversion_errors_0.json',
    'meta?path=row_errors_sample.json',
    'meta?path=row_errors',
    'failed',
  ])('HEAD of %s says what GET says, whole or in part', async (path) => {
    const whole = await get(`/batches/${LOADING}/${path}`)
    const ranges = path.includes('.json') ? ['bytes=0-9', 'bytes=-5', 'bytes=99999999-'] : []
    for (const range of [undefined, ...ranges]) {
      const headers = range === undefined ? {} : { range }
      const part = await get(`/batches/${LOADING}/${path}`, headers)
      const head = await world.inject('HEAD', `${BASE}/batches/${LOADING}/${path}`, { headers })
      expect([head.statusCode, head.rawPayload.length], range).toEqual([part.statusCode, 0])
      for (const name of ['content-length', 'content-range', 'content-type', 'accept-ranges'])
        expect([range, name, head.headers[name]]).toEqual([range, name, part.headers[name]])
      if (part.statusCode === 206) expect(whole.body).toContain(part.body)
    }
    expect(whole.headers['content-length']).toBe(String(whole.rawPayload.length))
  })

  test('are under the batch and under its failures', async () => {
    const root = await getJson(`/batches/${LOADING}/meta`)
    expect(root.body.data.map(({ name }: { name: string }) => name)).toEqual([
      'row_errors',
      'row_errors_sample.json',
    ])
    expect((await getJson(`/batches/${LOADING}/failed`)).body.data).toHaveLength(2)
    expect(
      (await get(`/batches/${LOADING}/failed?path=conversion_errors_0.json`)).body.split('\n')[0],
    ).toContain('"id":1')
    expect((await getJson(`/batches/${FIRST}/failed`)).body.data).toEqual([])
    expect((await getJson(`/batches/${FIRST}/meta?path=input_files`)).body.data).toEqual([])
  })

  test.each([
    'meta?path=row_errors%2Fabsent.json',
    'meta?path=row_errors%2Fdeeper%2Fsecret.json',
    'meta?path=row_errors%2F..%2F..%2F..%2Fmetadata%2Fx.json',
    'meta?path=..%2Fx.json',
    'meta?path=elsewhere',
    'failed?path=..%2Frow_errors%2Fconversion_errors_0.json',
  ])('%s is 404', async (path) => {
    expect((await getJson(`/batches/${LOADING}/${path}`)).status).toBe(404)
  })
})

describe('preview', () => {
  test('shows up to 100 rows, the newest first', async () => {
    const { status, body } = await getJson(`/datasets/${DATASET}/preview`)
    expect([status, body.data.length]).toEqual([200, 100])
    expect(body.data[0]).toEqual({ id: '100', person: { name: { firstName: 'Bob' } } })
  })

  test('is empty for a new dataset and 404 for none', async () => {
    await lake.addDataset('5c8c3c555033b814b69f9472', 'New', 'new')
    expect((await getJson('/datasets/5c8c3c555033b814b69f9472/preview')).body).toEqual({ data: [] })
    expect((await getJson('/datasets/absent/preview')).status).toBe(404)
  })
})

import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, FULL, queryRows } from '@headwater/testkit/journey.ts'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, EXPORT, type Landed, openCatalogWorld, plainError } from './catalog-world.ts'

let world: CatalogWorld
/** Five orders, all of which landed. */
let sound: Landed
/** A hundred rows of which three were set aside, and that landed because five percent may be. */
let flawed: Landed
/** The same rows, of which none landed. */
let failed: Landed

beforeAll(async () => {
  world = await openCatalogWorld()
  await world.world.source.query(`
    create table flawed as
      select i as id, 'row ' || i as note,
             case when i in (7, 42, 70) then 'infinity' else timestamptz '2026-01-01Z' end as updated_at
      from generate_series(1, 100) i`)
  const columns = ['id', 'note', 'updated_at']
  const options = { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 }
  sound = await world.land({ tableName: 'public.orders', columns: [...columns, 'amount'] })
  flawed = await world.land({ tableName: 'public.flawed', columns, options })
  failed = await world.land({
    tableName: 'public.flawed',
    columns,
    options: { ...options, partialIngestionPercent: 1 },
  })
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

const metaOf = ({ batchId }: Landed, path?: string) =>
  `${EXPORT}/batches/${batchId}/meta${path === undefined ? '' : `?path=${encodeURIComponent(path)}`}`

const linesOf = (text: string): Answer[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Name, link and bytes of the only file of a batch. */
async function onlyFile({
  batchId,
}: Landed): Promise<{ href: string; name: string; length: string; bytes: Buffer }> {
  const { body } = await world.client.get(`${EXPORT}/files/${batchId}-1`)
  const [{ name, length, _links }] = body.data
  const bytes = Buffer.from(await (await world.fetch(_links.self.href)).arrayBuffer())
  return { href: _links.self.href, name, length, bytes }
}

statement(
  100,
  '`meta?path=row_errors` lists JSON-lines files; each record has `_errors[].code`, `.message` and `_filename`',
  async () => {
    for (const landed of [flawed, failed]) {
      const { status, body } = await world.client.get(metaOf(landed, 'row_errors'))
      expect([status, body]).toEqual([
        200,
        {
          data: [
            {
              name: 'conversion_errors_0.json',
              length: expect.stringMatching(/^\d+$/),
              _links: {
                self: { href: expect.stringMatching(/^http:.*path=row_errors%2Fconversion_errors_0\.json$/) },
              },
            },
          ],
          _page: { limit: 100, count: 1 },
        },
      ])
      const [{ name, length, _links }] = body.data
      const text = await (await world.fetch(_links.self.href)).text()
      expect(Buffer.byteLength(text)).toBe(Number(length))
      const records = linesOf(text)
      expect(records).toHaveLength(3)
      for (const record of records) {
        const error = { code: expect.stringMatching(/./), message: expect.stringMatching(/\w+ \w+/) }
        expect(record).toMatchObject({ _errors: [error], _filename: name })
      }
    }
    expect((await world.client.get(metaOf(sound, 'row_errors'))).body.data).toEqual([])
  },
)

statement(
  101,
  'A conversion-error record contains the original source columns and `_errors[].column`',
  async () => {
    const text = await (await world.fetch(metaOf(flawed, 'row_errors/conversion_errors_0.json'))).text()
    expect(linesOf(text)).toEqual(
      [7, 42, 70].map((id) => ({
        id,
        note: `row ${id}`,
        updated_at: 'infinity',
        _errors: [
          expect.objectContaining({
            column: 'updated_at',
            code: expect.any(String),
            message: expect.stringContaining('updated_at'),
            values: [{ column: 'updated_at', text: 'infinity' }],
          }),
        ],
        _source: expect.objectContaining({ relation: 'public.flawed', values: { id: String(id) } }),
        _filename: 'conversion_errors_0.json',
      })),
    )
  },
)

statement(
  102,
  '`path=row_errors/conversion_errors_0.json` (encoded slash) returns its bytes; unknown path is 404',
  async () => {
    const encoded = await world.fetch(metaOf(flawed, 'row_errors/conversion_errors_0.json'))
    const plain = await world.fetch(`${metaOf(flawed)}?path=row_errors/conversion_errors_0.json`)
    const text = await encoded.text()
    expect([encoded.status, plain.status, await plain.text()]).toEqual([200, 200, text])
    expect(encoded.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    const range = { range: 'bytes=0-4' }
    const part = await world.fetch(metaOf(flawed, 'row_errors/conversion_errors_0.json'), range)
    expect([part.status, await part.text()]).toEqual([206, text.slice(0, 5)])
    for (const path of [
      'row_errors/conversion_errors_9.json',
      'row_errors/../../../metadata/version-hint.text',
      'row_errors/../row_errors/conversion_errors_0.json',
      'row_errors//conversion_errors_0.json',
      '../row_errors',
      'elsewhere',
      'input_files/F1.json',
    ]) {
      const { status, body } = await world.client.get(metaOf(flawed, path))
      expect([path, status, body]).toEqual([path, 404, plainError(404)])
    }
    const nowhere = await world.client.get(`${EXPORT}/batches/01HZY8K0Q2V5W6X7Y8Z9A0B1C2/meta`)
    expect([nowhere.status, nowhere.body]).toEqual([404, plainError(404)])
  },
)

statement(103, '`row_errors_sample.json` and `row_error_samples.json` return the same content', async () => {
  const answers = ['row_errors_sample.json', 'row_error_samples.json'].map(async (path) => {
    const answer = await world.fetch(metaOf(flawed, path))
    expect(answer.status).toBe(200)
    return answer.text()
  })
  const [one, other] = await Promise.all(answers)
  expect(one).toBe(other)
  expect(linesOf(one ?? '').map(({ id }) => id)).toEqual([7, 42, 70])
  expect((await world.client.get(metaOf(flawed))).body.data.map(({ name }: Answer) => name)).toEqual([
    'row_errors',
    'row_errors_sample.json',
  ])
})

statement(104, 'Catalog error items use `description`; run activity error items use `message`', async () => {
  for (const landed of [flawed, failed]) {
    const { errors } = await world.batch(landed.batchId)
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) {
      expect(error).toMatchObject({ code: expect.any(String), description: expect.any(String) })
      expect(error).not.toHaveProperty('message')
    }
    const { statusSummary } = landed.run.metrics
    const messages = [...statusSummary.errors, ...statusSummary.extensions.errors]
    expect(messages.length).toBeGreaterThan(1)
    for (const error of messages) {
      expect(error).toMatchObject({ code: expect.any(String), message: expect.any(String) })
      expect(error).not.toHaveProperty('description')
    }
  }
  expect((await world.batch(flawed.batchId)).errors[0]).toMatchObject({
    code: 'INGEST-1212-400',
    recordCount: 3,
  })
})

statement(
  106,
  '`GET /batches/{id}/files` returns `dataSetFileId`, string `created`, absolute `href`',
  async () => {
    const { status, body } = await world.client.get(`${EXPORT}/batches/${sound.batchId}/files`)
    const href = `${world.url}${EXPORT}/files/${sound.batchId}-1`
    expect([status, body]).toEqual([
      200,
      {
        data: [
          {
            dataSetFileId: `${sound.batchId}-1`,
            dataSetViewId: (await world.dataset(sound.datasetId)).viewId,
            version: '1.0.0',
            created: expect.stringMatching(/^\d{13}$/),
            updated: expect.stringMatching(/^\d{13}$/),
            records: '5',
            size: expect.stringMatching(/^\d+$/),
            isValid: true,
            _links: { self: { href } },
          },
        ],
        _page: { limit: 100, count: 1 },
        _links: {
          page: { href: expect.stringContaining(`/batches/${sound.batchId}/files?start=0`), templated: true },
        },
      },
    ])
    expect((await world.fetch(href)).status).toBe(200)
    expect((await world.client.get(`${EXPORT}/batches/${failed.batchId}/files`)).body.data).toEqual([])
    expect((await world.client.get(`${EXPORT}/batches/${sound.batchId}/files?limit=0`)).status).toBe(400)
  },
)

statement(107, '`GET /files/{id}` returns `name`, string `length`, `href` with `?path=`', async () => {
  const { status, body } = await world.client.get(`${EXPORT}/files/${sound.batchId}-1`)
  const [{ name, length, _links }] = body.data
  expect([status, body._page]).toEqual([200, { limit: 1, count: 1 }])
  expect([name, length]).toEqual([expect.stringMatching(/\.parquet$/), expect.stringMatching(/^\d+$/)])
  expect(_links.self.href).toBe(`${world.url}${EXPORT}/files/${sound.batchId}-1?path=${name}`)
  for (const path of [
    `${sound.batchId}-2`,
    `${sound.batchId}-1?path=other.parquet`,
    `${failed.batchId}-1`,
    'x',
  ]) {
    const missing = await world.client.get(`${EXPORT}/files/${path}`)
    expect([missing.status, missing.body]).toEqual([404, plainError(404)])
  }
})

statement(
  108,
  'Downloaded bytes start and end with `PAR1` and the row count equals `outputRecordCount`',
  async () => {
    for (const landed of [sound, flawed]) {
      const { bytes, length } = await onlyFile(landed)
      expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1'])
      expect(bytes).toHaveLength(Number(length))
      const { metrics } = await world.batch(landed.batchId)
      expect(Number(parquetMetadata(toArrayBuffer(bytes)).num_rows)).toBe(metrics.outputRecordCount)
    }
  },
)

statement(109, '`Range: bytes=0-99` returns 206, 100 bytes and a correct `Content-Range`', async () => {
  const { href, bytes } = await onlyFile(sound)
  const size = bytes.length
  const ranges = {
    'bytes=0-99': [0, 99],
    'bytes=100-': [100, size - 1],
    'bytes=-20': [size - 20, size - 1],
    [`bytes=0-${size + 5}`]: [0, size - 1],
  } as const
  for (const [range, [start, end]] of Object.entries(ranges)) {
    const byHeader = await world.fetch(href, { range })
    const byParameter = await world.fetch(`${href}&range=${encodeURIComponent(range)}`)
    for (const answer of [byHeader, byParameter]) {
      const part = Buffer.from(await answer.arrayBuffer())
      expect([range, answer.status, answer.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${start}-${end}/${size}`,
      ])
      expect(answer.headers.get('content-length')).toBe(String(end - start + 1))
      expect(part.equals(bytes.subarray(start, end + 1))).toBe(true)
    }
  }
  const outside = await world.fetch(href, { range: `bytes=${size}-` })
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
  const odd = await world.fetch(href, { range: 'rows=0-9' })
  expect([odd.status, (await odd.arrayBuffer()).byteLength]).toEqual([200, size])
})

statement(110, 'HEAD returns `Content-Length` equal to the GET size', async () => {
  const { href, bytes } = await onlyFile(sound)
  const head = await world.fetch(href, {}, 'HEAD')
  expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0])
  expect(Object.fromEntries(head.headers)).toMatchObject({
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
    'content-type': 'application/parquet',
  })
  expect((await world.fetch(`${EXPORT}/files/${sound.batchId}-1?path=x`, {}, 'HEAD')).status).toBe(404)
})

statement(111, 'Preview returns nested rows that match the mapping', async () => {
  const { status, body } = await world.client.get(`${EXPORT}/datasets/${sound.datasetId}/preview`)
  expect(status).toBe(200)
  const rows = body.data.toSorted((one: Answer, other: Answer) => one._headwater.id - other._headwater.id)
  expect(rows).toEqual([
    { _headwater: { id: 1, note: 'first', amount: 10.5, updated_at: '2024-01-01T10:00:00Z' } },
    { _headwater: { id: 2, note: 'second', amount: 20, updated_at: '2024-01-02T10:00:00Z' } },
    { _headwater: { id: 3, amount: 30.25, updated_at: '2024-01-03T10:00:00Z' } },
    { _headwater: { id: 4, note: 'fourth', updated_at: '2024-01-04T10:00:00Z' } },
    { _headwater: { id: 5, note: 'fifth', amount: 50, updated_at: '2024-01-05T10:00:00Z' } },
  ])
  const unknown = await world.client.get(`${EXPORT}/datasets/5c8c3c555033b814b69f947f/preview`)
  expect([unknown.status, unknown.body]).toEqual([404, plainError(404)])
})

statement(
  112,
  'Parquet physical types: date → INT32 DATE, date-time → INT64 millis, short → INT32/INT_16, nested struct for `person.name`',
  async () => {
    await world.world.source.query(
      "create table people as select 1 as id, 'Ada' as note, date '2024-01-01' as day, now() as at, 7::smallint as age",
    )
    const schemaId = await world.world.makeSchema({
      day: { type: 'string', format: 'date' },
      at: { type: 'string', format: 'date-time' },
      age: { type: 'integer', minimum: -32768, maximum: 32767 },
      person: {
        type: 'object',
        properties: { name: { type: 'object', properties: { firstName: { type: 'string' } } } },
      },
    })
    const landed = await landPeople(schemaId)
    const { schema } = parquetMetadata(toArrayBuffer((await onlyFile(landed)).bytes))
    const named = (name: string) => schema.find((element) => element.name === name)
    expect(named('day')).toMatchObject({ type: 'INT32', converted_type: 'DATE' })
    // The lake is Iceberg: its times have microseconds, and its only integer of 32 bits carries no annotation.
    expect(named('at')).toMatchObject({
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    })
    expect(named('age')?.type).toBe('INT32')
    const at = schema.findIndex(({ name }) => name === 'person')
    expect(schema.slice(at, at + 3)).toMatchObject([
      { name: 'person', num_children: 1 },
      { name: 'name', num_children: 1 },
      { name: 'firstName', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    ])
  },
)

async function landPeople(schemaId: string): Promise<Landed> {
  const { world: flows } = world
  const datasetId = await world.makeDataset({ schemaRef: { id: schemaId, contentType: FULL } })
  const destinations = { day: 'day', at: 'at', age: 'age', note: 'person.name.firstName' }
  const mappingId = await flows.makeMapping(
    schemaId,
    Object.entries(destinations).map(([source, path]) => ({
      sourceType: 'ATTRIBUTE',
      source,
      destination: `_headwater.${path}`,
    })),
  )
  const source = await flows.makeSource({ params: { tableName: 'public.people' } })
  const target = await flows.makeTarget({
    data: { schema: { id: schemaId, version: FULL } },
    params: { dataSetId: datasetId },
  })
  const flow = await flows.makeFlow({
    sourceConnectionIds: [source.id],
    targetConnectionIds: [target.id],
    transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
  })
  const batchId = await world.landAgain({ flowId: flow.id, datasetId, batchId: '', run: undefined })
  return { flowId: flow.id, datasetId, batchId, run: undefined }
}

test('the newest rows are looked at first, however many files there are', async () => {
  const landed = await world.land({ tableName: 'public.orders' })
  for (let run = 0; run < 2; run++) await world.landAgain(landed)
  await world.world.source.query(
    "insert into orders values (99, 'newest', 1, true, '2024-01-09', '2024-01-09Z')",
  )
  await world.landAgain(landed)
  await world.world.source.query('delete from orders where id = 99')
  const { body } = await world.client.get(`${EXPORT}/datasets/${landed.datasetId}/preview`)
  expect(body.data).toHaveLength(21)
  expect(body.data.slice(0, 6).map(({ _headwater }: Answer) => _headwater.id)).toContain(99)
  expect(await queryRows(world.world.server.client, `select count(*) from "${landed.datasetId}"`)).toEqual([
    ['21'],
  ])
})

test('a failed batch shows the rows that it rejected', async () => {
  const path = `${EXPORT}/batches/${failed.batchId}/failed`
  const { failedBatchLocation } = await world.batch(failed.batchId)
  expect(failedBatchLocation).toBe(path)
  const { body } = await world.client.get(path)
  expect(body.data.map(({ name }: Answer) => name)).toEqual(['conversion_errors_0.json'])
  const rows = linesOf(await (await world.fetch(body.data[0]._links.self.href)).text())
  expect(rows.map(({ id }) => id)).toEqual([7, 42, 70])
  expect((await world.client.get(`${path}?path=other.json`)).status).toBe(404)
})

test('files, diagnostics and previews are those of the sandbox', async () => {
  const name = (await world.world.openSandbox()).headers['x-sandbox-name']
  const other = world.client.with({ 'x-sandbox-name': name })
  const { name: file } = await onlyFile(sound)
  for (const path of [
    `/batches/${sound.batchId}/files`,
    `/files/${sound.batchId}-1`,
    `/files/${sound.batchId}-1?path=${file}`,
    `/batches/${flawed.batchId}/meta?path=row_errors`,
    `/batches/${failed.batchId}/failed`,
    `/datasets/${sound.datasetId}/preview`,
  ]) {
    expect([path, (await other.get(EXPORT + path)).status]).toEqual([path, 404])
  }
  expect((await other.get(`${CATALOG}/dataSetFiles`)).body).toEqual({})
})

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

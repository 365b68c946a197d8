import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckDb } from '@headwater/server/lake/query/duckdb.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { queryRows } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPORT, IMPORT, lines, numbered, openUploadWorld, type UploadWorld } from './uploads.ts'

/** What clients upload, in every format, and what arrives. */
let world: UploadWorld

beforeAll(async () => {
  world = await openUploadWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

const EXACT = {
  id: { type: 'integer' },
  large: { type: 'integer', minimum: -9007199254740992, maximum: 9007199254740992 },
  price: { type: 'number', 'meta:lakeType': 'decimal(30,10)' },
  paid: { type: 'boolean' },
  day: { type: 'string', format: 'date' },
  placed: { type: 'string', format: 'date-time' },
  person: {
    type: 'object',
    properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  },
}

/** The largest of 64 bits, and more digits than a double has. */
const LARGE = '9223372036854775807'
const PRICE = '12345678901234567890.0123456789'

async function exactRows(datasetId: string): Promise<Answer[][]> {
  return queryRows(
    world.server.client,
    `select _headwater.id, _headwater.large, _headwater.price, _headwater.paid, _headwater.day, _headwater.placed,
            _headwater.person.name from "${datasetId}" order by 1`,
  )
}

const EXPECTED = [
  1,
  LARGE,
  PRICE,
  true,
  '2024-02-29',
  expect.stringContaining('2024-02-29T12:30:00.123'),
  'Ada',
]

describe('every digit arrives', () => {
  test('of JSON', async () => {
    const datasetId = await world.makeDataset(EXACT)
    const record = `{"id": 1, "large": ${LARGE}, "price": ${PRICE}, "paid": true, "day": "2024-02-29",
      "placed": "2024-02-29T12:30:00.123456Z", "person": {"name": "Ada", "tags": ["a", "b"]}}`
    const batch = await world.upload(datasetId, `{"_headwater": ${record.replaceAll('\n', '')}}\n`)
    expect(batch).toMatchObject({ status: 'success', errors: [] })
    expect(await exactRows(datasetId)).toEqual([EXPECTED])
    const [row] = await world.rows(datasetId)
    expect(row?.['person']).toEqual({ name: 'Ada', tags: ['a', 'b'] })
  })

  test('of CSV, whose header has the paths of the fields', async () => {
    const datasetId = await world.makeDataset(EXACT)
    const names = ['id', 'large', 'price', 'paid', 'day', 'placed', 'person.name']
    const header = names.map((name) => `_headwater.${name}`).join(',')
    const csv = `${header}\r\n1,${LARGE},${PRICE},true,2024-02-29,2024-02-29T12:30:00.123456Z,Ada\r\n`
    const batch = await world.upload(datasetId, csv, { inputFormat: { format: 'CSV' } })
    expect(batch).toMatchObject({ status: 'success', errors: [], inputFormat: { format: 'csv' } })
    expect(await exactRows(datasetId)).toEqual([EXPECTED])
  })

  test('of Parquet', async () => {
    const datasetId = await world.makeDataset(EXACT)
    const bytes = await parquetOf(`
      select struct_pack(id := 1, large := ${LARGE}::bigint, price := ${PRICE}::decimal(30,10), paid := true,
        day := date '2024-02-29', placed := timestamptz '2024-02-29 12:30:00.123456Z',
        person := struct_pack(name := 'Ada', tags := ['a', 'b'])) as _headwater`)
    const batch = await world.upload(datasetId, bytes, { inputFormat: { format: 'parquet' } })
    expect(batch).toMatchObject({ status: 'success', errors: [] })
    expect(await exactRows(datasetId)).toEqual([EXPECTED])
    expect((await world.rows(datasetId))[0]?.['person']).toEqual({ name: 'Ada', tags: ['a', 'b'] })
  })
})

describe('JSON', () => {
  test('over several lines, as one array', async () => {
    const datasetId = await world.makeDataset()
    const records = numbered(3).map((record) => ({ _headwater: record }))
    const text = `\uFEFF${JSON.stringify(records, undefined, 2)}`
    const inputFormat = { format: 'json', isMultiLineJson: true }
    expect(await world.upload(datasetId, text, { inputFormat })).toMatchObject({ status: 'success' })
    expect(await world.rows(datasetId)).toEqual(numbered(3))
  })

  test('in lines that are arrays, as clients send lists', async () => {
    const datasetId = await world.makeDataset()
    const records = numbered(3).map((record) => ({ _headwater: record }))
    expect(await world.upload(datasetId, JSON.stringify(records))).toMatchObject({ status: 'success' })
    expect(await world.rows(datasetId)).toEqual(numbered(3))
  })

  test('of a hundred thousand records, some of them larger than a slot, in several files', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    const long = 'x'.repeat(3_000_000)
    const many = numbered(100_000)
    await world.put(world.fileUrl(datasetId, id, 'a/1.json'), lines(...many))
    await world.put(world.fileUrl(datasetId, id, 'a/2.json'), lines({ id: 0, note: long }, { id: 100_001 }))
    await world.act(id, 'COMPLETE')
    expect(await world.ended(id)).toMatchObject({
      status: 'success',
      recordCount: 100_002,
      metrics: { inputFileCount: 2 },
    })
    const [[count, sum, longest] = []] = await queryRows(
      world.server.client,
      `select count(*), sum(_headwater.id), max(length(_headwater.note)) from "${datasetId}"`,
    )
    expect([Number(count), Number(sum), Number(longest)]).toEqual([100_002, 5_000_150_001, 3_000_000])
  })

  test('that ends in the middle of its array fails the batch, whatever is tolerated', async () => {
    const datasetId = await world.makeDataset()
    const inputFormat = { format: 'json', isMultiLineJson: true }
    const more = { inputFormat, partialIngestionPercent: 100 }
    const batch = await world.upload(datasetId, '[{"_headwater": {"id": 1}},', more)
    expect(batch).toMatchObject({ status: 'failed', errors: [{ code: 'HW-FILE-TRUNCATED' }] })
    expect(batch.errors[0].description).toContain('The file "rows.json" ends in the middle of an array')
  })
})

test('names and values may hold anything', async () => {
  const datasetId = await world.makeDataset()
  const odd =
    '{"_headwater": {"id": 1, "note": "a\\u0000b", "a\\u0000\\ud800": 1}, "__proto__": {"x": 1}, "constructor": 2}\n'
  const batch = await world.upload(datasetId, odd)
  expect(batch).toMatchObject({ status: 'success', recordCount: 1 })
  expect(batch.errors.map((error: Answer) => error['description'])).toEqual([
    expect.stringContaining('"_headwater.a\uFFFD\uFFFD"'),
    expect.stringContaining('"__proto__"'),
    expect.stringContaining('"constructor"'),
  ])
  expect(await world.rows(datasetId)).toEqual([{ id: 1, note: 'a\u0000b' }])
  const csv = 'a\u0000,a\u0000\n'
  const failed = await world.upload(datasetId, csv, { inputFormat: { format: 'csv' } })
  expect(failed).toMatchObject({ status: 'failed', errors: [{ code: '118' }] })
})

describe('CSV', () => {
  test('has quotes, line ends in values, a delimiter of its own, and rows that are broken', async () => {
    const datasetId = await world.makeDataset()
    const csv = [
      '_headwater/id;_headwater/note;_headwater/amount',
      '1;"a ""quoted""; note\nof two lines";1.5',
      '2;;',
      '3;"";7',
      '4;too;many;values',
      '5;"never closed',
    ].join('\n')
    const inputFormat = { format: 'csv', delimiter: ';' }
    const batch = await world.upload(datasetId, csv, { inputFormat, partialIngestionPercent: 40 })
    expect(batch).toMatchObject({ status: 'success', recordCount: 3, failedRecordCount: 2 })
    expect(await world.rows(datasetId)).toEqual([
      { id: 1, note: 'a "quoted"; note\nof two lines', amount: 1.5 },
      { id: 2 },
      { id: 3, note: '', amount: 7 },
    ])
    const broken = await world.rowErrors(batch.id, 'parsing_errors_0.json')
    expect(broken.map((line) => line['_corrupt_record'])).toEqual(['4;too;many;values', '5;"never closed'])
  })

  test.each([
    ['no header', '', 'has no header'],
    ['a column twice', 'a,a\n1,2\n', 'has the column "a" twice'],
    ['a column without a name', 'a,\n1,2\n', 'has a column without a name'],
  ])('with %s fails the batch', async (_what, csv, words) => {
    const batch = await world.upload(await world.makeDataset(), csv, { inputFormat: { format: 'csv' } })
    expect(batch).toMatchObject({ status: 'failed', errors: [{ code: '118' }] })
    expect(batch.errors[0].description).toContain(words)
  })
})

describe('Parquet', () => {
  test('in pieces is put together', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId, { inputFormat: { format: 'parquet' } })
    const bytes = await parquetOf(
      `select struct_pack(id := i, note := 'n') as _headwater from range(1, 4) as t(i)`,
    )
    const url = world.fileUrl(datasetId, id, 'rows.parquet')
    await world.client.post(`${url}?action=INITIALIZE`)
    for (const [first, end] of [
      [0, 100],
      [100, bytes.length],
    ] as const) {
      const headers = { 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` }
      await world.send('PATCH', url, bytes.subarray(first, end), headers)
    }
    expect((await world.client.post(`${url}?action=COMPLETE`)).status).toBe(200)
    await world.act(id, 'COMPLETE')
    expect(await world.ended(id)).toMatchObject({ status: 'success', recordCount: 3 })
  })

  test('that is none fails the batch, without a word of where it lies on the server', async () => {
    const more = { inputFormat: { format: 'parquet' } }
    const batch = await world.upload(await world.makeDataset(), 'no parquet at all', more)
    expect(batch).toMatchObject({ status: 'failed', errors: [{ code: 'HW-FILE-UNREADABLE' }] })
    expect(batch.errors[0].description).toBe('The file "rows.json" is no Parquet file, or is damaged.')
  })
})

test('what was uploaded is listed with the batch', async () => {
  const datasetId = await world.makeDataset()
  const id = await world.makeBatch(datasetId)
  await world.put(world.fileUrl(datasetId, id, 'b/2.json'), lines({ id: 2 }))
  await world.put(world.fileUrl(datasetId, id, 'a.json'), lines({ id: 1 }))
  await world.act(id, 'COMPLETE')
  await world.ended(id)
  const meta = `${EXPORT}/batches/${id}/meta?path=input_files`
  const { body } = await world.client.get(meta)
  expect(body.data).toMatchObject([{ name: 'input_files_0.json', length: '38' }])
  const { pathname, search } = new URL(body.data[0]._links.self.href)
  const { text } = await world.client.get(pathname + search)
  expect(text).toBe('{"path":"a.json"}\n{"path":"b/2.json"}\n')
})

describe('a preview', () => {
  const preview = (datasetId: string, id: string, query = '') =>
    world.client.get(`${IMPORT}/batches/${id}/datasets/${datasetId}/preview${query}`)

  test('shows the first records as a table, whatever the format', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    expect((await preview(datasetId, id)).body.preview).toEqual({ columns: [], rows: [] })
    await world.put(world.fileUrl(datasetId, id), lines({ id: 1, note: 'a' }, { id: 2 }, { id: 3 }))
    const { status, body } = await preview(datasetId, id, '?nrow=2&header=True&charset=utf-8')
    expect(status).toBe(200)
    expect(body).toEqual({
      formatParams: { format: 'json', isMultiLineJson: false, nrow: 2 },
      preview: {
        columns: [
          { cid: '1', name: '_headwater/id' },
          { cid: '2', name: '_headwater/note' },
        ],
        rows: [{ '1': 1, '2': 'a' }, { '1': 2 }],
      },
    })
    const csv = await world.makeBatch(datasetId, { inputFormat: { format: 'csv' } })
    await world.put(world.fileUrl(datasetId, csv), 'a;b\n1;x\n')
    const table = (await preview(datasetId, csv, '?format=csv&delimiter=;')).body.preview
    expect(table.rows).toEqual([{ '1': '1', '2': 'x' }])
    const parquet = await world.makeBatch(datasetId, { inputFormat: { format: 'parquet' } })
    await world.put(world.fileUrl(datasetId, parquet), await parquetOf('select 1 as a, 2 as b'))
    expect((await preview(datasetId, parquet)).body.preview.rows).toEqual([{ '1': 1, '2': 2 }])
  })

  test('has up to ten rows, of files that are what they are said to be', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    await world.put(world.fileUrl(datasetId, id), 'x')
    for (const query of [
      '?nrow=-1',
      '?nrow=11',
      '?nrow=x',
      '?format=xml',
      '?delimiter=ab',
      '?format=parquet',
    ]) {
      const { status, body } = await preview(datasetId, id, query)
      expect([query, status, body.detail]).toEqual([query, 400, expect.stringMatching(/\w+ \w+/)])
    }
  })
})

/** The rows of a statement as a Parquet file. */
async function parquetOf(sql: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-parquet-'))
  try {
    await using duck = createDuckDb()
    const path = join(folder, 'rows.parquet')
    await duck.withConnection((connection) => connection.run(`copy (${sql}) to '${path}' (format parquet)`))
    return await readFile(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

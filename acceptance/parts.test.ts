import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, queryRows } from '@headwater/testkit/journey.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Values with parts, from a table to the fields of the schema that is made of it in one call. */
let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function rowsOf(datasetId: string): Promise<Answer[]> {
  return (await queryRows(server.client, `select _headwater from "${datasetId}" order by _headwater.id`)).map(
    ([row]: Answer) => row,
  )
}

test('arrays, composites, ranges, intervals and hstore become lists, objects and maps', async () => {
  await source.query(`create extension if not exists hstore;
    create type mood as enum ('sad', 'so so');
    create domain price as numeric(8,2);
    create type place as (street text, "number" int, tags text[]);
    create table parts (id int primary key, numbers bigint[], prices price[], moods mood[], names varchar(10)[],
      instants timestamptz[], days date[], blobs bytea[], at place, places place[], stay daterange, spans int4range[],
      holes int8multirange, took interval, waits interval[], extra hstore, wake time, ids uuid[])`)
  await source.query(`insert into parts values
    (1, '{9223372036854775807,null,-1}', '{1.50,-99.99}', '{"so so",sad}', '{"a,b","",NULL,"NULL"}',
     '{"2024-02-29 01:02:03.456789+02"}', '{2024-02-29}', '{"\\\\x00ff","\\\\x"}', row('Main ''St'', "x"', 5, '{a,"b c"}'),
     array[row('A', null, '{}')::place, null], '[2024-01-01,2024-02-01)', '{"[1,5)",empty,"(,3)"}',
     '{[1,3),[5,8)}', '1 year 2 mons -3 days -04:05:06.5', '{"1 day","00:00:00.000001"}',
     'a=>1, "b \\"c\\""=>null', '23:59:59.999999', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'),
    (2, '{}', null, null, null, null, null, null, null, null, 'empty', '{}', '{}', '0', '{}', '', '00:00', '{}')`)
  const { run, datasetId } = await landTable(server.client, connectionId, { tableName: 'public.parts' })
  expect(run.metrics.statusSummary).toMatchObject({ status: 'success' })
  expect(run.metrics.statusSummary.extensions ?? {}).not.toHaveProperty('errors')
  expect(await rowsOf(datasetId)).toEqual([
    {
      id: 1,
      numbers: ['9223372036854775807', null, '-1'],
      prices: ['1.50', '-99.99'],
      moods: ['so so', 'sad'],
      names: ['a,b', '', null, 'NULL'],
      instants: ['2024-02-28T23:02:03.456789Z'],
      days: ['2024-02-29'],
      blobs: ['AP8=', ''],
      at: { street: 'Main \'St\', "x"', number: 5, tags: ['a', 'b c'] },
      places: [{ street: 'A', number: null, tags: [] }, null],
      stay: {
        lower: '2024-01-01',
        upper: '2024-02-01',
        lowerInclusive: true,
        upperInclusive: false,
        isEmpty: false,
      },
      spans: [
        { lower: 1, upper: 5, lowerInclusive: true, upperInclusive: false, isEmpty: false },
        { lower: null, upper: null, lowerInclusive: null, upperInclusive: null, isEmpty: true },
        { lower: null, upper: 3, lowerInclusive: false, upperInclusive: false, isEmpty: false },
      ],
      holes: [
        { lower: '1', upper: '3', lowerInclusive: true, upperInclusive: false, isEmpty: false },
        { lower: '5', upper: '8', lowerInclusive: true, upperInclusive: false, isEmpty: false },
      ],
      took: { months: 14, days: -3, microseconds: '-14706500000' },
      waits: [
        { months: 0, days: 1, microseconds: '0' },
        { months: 0, days: 0, microseconds: '1' },
      ],
      extra: { a: '1', 'b "c"': null },
      wake: '23:59:59.999999',
      ids: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    },
    expect.objectContaining({
      id: 2,
      numbers: [],
      prices: null,
      at: null,
      stay: expect.objectContaining({ isEmpty: true, lower: null }),
      took: { months: 0, days: 0, microseconds: '0' },
      extra: {},
    }),
  ])
})

test('numbers without bounds land as exact text, and as a decimal where one holds them', async () => {
  await source.query(
    `create table boundless (id int primary key, amount numeric not null, wide numeric(60,30), price money)`,
  )
  await source.query(`insert into boundless values
    (1, 12345678901234567890.123456789, 1.5, '$1,234.50'), (2, 'NaN', null, null),
    (3, 0.1234567890123456789012345678901234567890, 99999999999999999999999999999.9, '-$0.01')`)
  const { run, datasetId } = await landTable(server.client, connectionId, { tableName: 'public.boundless' })
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 3, outputRecordCount: 3 })
  const names = ['amount', 'amount_number', 'wide', 'wide_number', 'price', 'price_number']
  const list = names.map((name) => `_headwater.${name}::text`).join(', ')
  expect(await queryRows(server.client, `select ${list} from "${datasetId}" order by _headwater.id`)).toEqual(
    [
      [
        '12345678901234567890.123456789',
        '12345678901234567890.123456789000000000',
        '1.500000000000000000000000000000',
        '1.500000000',
        '1234.50',
        '1234.500000000',
      ],
      ['NaN', null, null, null, null, null],
      [
        '0.1234567890123456789012345678901234567890',
        null,
        '99999999999999999999999999999.900000000000000000000000000000',
        '99999999999999999999999999999.900000000',
        '-0.01',
        '-0.010000000',
      ],
    ],
  )
  const told = run.metrics.statusSummary.extensions.errors.map(({ code, recordCount }: Answer) => [
    code,
    recordCount,
  ])
  expect(told.sort()).toEqual([
    ['HW-NUMERIC-SPECIAL', 1],
    ['MAPPER-3700-400', 1],
  ])
})

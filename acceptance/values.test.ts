import { connectTo, finishedRun, ingest, queryRows } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/**
 * Every type of this stage from PostgreSQL to the landed table: what a query of the lake prints equals what
 * PostgreSQL prints for the same value.
 */
let source: TestDatabase
let server: TestServer
let landed: Map<string, unknown[]>
let run: Awaited<ReturnType<typeof finishedRun>>

/** Column, its values as SQL, how the schema wants it, and the texts that PostgreSQL and DuckDB agree on. */
const COLUMNS = [
  { name: 'c_boolean', type: 'boolean', field: { type: 'boolean' }, values: ['true', 'false'] },
  {
    name: 'c_smallint',
    type: 'smallint',
    field: { type: 'integer', minimum: -32768, maximum: 32767 },
    values: ['-32768', '32767'],
  },
  { name: 'c_integer', type: 'integer', field: { type: 'integer' }, values: ['-2147483648', '2147483647'] },
  {
    name: 'c_bigint',
    type: 'bigint',
    field: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    values: ['-9223372036854775808', '9223372036854775807'],
  },
  {
    name: 'c_real',
    type: 'real',
    field: { type: 'number', 'meta:lakeType': 'float' },
    values: ['1.5', '-3.4028235e38'],
  },
  {
    name: 'c_double',
    type: 'double precision',
    field: { type: 'number' },
    values: ['0.1', '-1.7976931348623157e308'],
  },
  {
    name: 'c_numeric',
    type: 'numeric(12,2)',
    field: { type: 'number', 'meta:lakeType': 'decimal(12,2)' },
    values: ['-9999999999.99', '0.01'],
  },
  {
    name: 'c_numeric38',
    type: 'numeric(38,9)',
    field: { type: 'number', 'meta:lakeType': 'decimal(38,9)' },
    values: ['12345678901234567890123456789.123456789', '-99999999999999999999999999999.999999999'],
  },
  {
    name: 'c_numeric_free',
    type: 'numeric',
    field: { type: 'string' },
    values: ['123456789012345678901234567890.0001', 'NaN'],
  },
  { name: 'c_text', type: 'text', field: { type: 'string' }, values: ['', 'Ünï¢ödé 🚀 "quoted", \n line'] },
  { name: 'c_varchar', type: 'varchar(20)', field: { type: 'string' }, values: ['short', 'trailing  '] },
  { name: 'c_char', type: 'char(5)', field: { type: 'string' }, values: ['ab', 'abcde'] },
  {
    name: 'c_date',
    type: 'date',
    field: { type: 'string', format: 'date' },
    values: ['1970-01-01', '2024-02-29'],
  },
  {
    name: 'c_timestamp',
    type: 'timestamp',
    field: { type: 'string', format: 'date-time', 'meta:lakeType': 'timestamp' },
    values: ['2001-01-01 00:01:00', '1969-12-31 23:59:59.999999'],
  },
  {
    name: 'c_timestamptz',
    type: 'timestamptz',
    field: { type: 'string', format: 'date-time' },
    values: ['2024-06-30 23:59:59.123456+00', '1900-01-01 00:00:00+00'],
  },
  {
    name: 'c_uuid',
    type: 'uuid',
    field: { type: 'string' },
    values: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  },
  {
    name: 'c_jsonb',
    type: 'jsonb',
    field: { type: 'string' },
    values: ['{"a": [1, 2.50, null], "b": "\\u00fc"}', '9007199254740993'],
  },
  {
    name: 'c_bytea',
    type: 'bytea',
    field: { type: 'string', 'meta:lakeType': 'binary' },
    values: ['\\x00ff7f80', '\\x'],
  },
] as const

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await source.query(
    `create table edges (row_number integer primary key, ${COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  )
  for (const row of [0, 1]) {
    const values = COLUMNS.map(({ values }) => values[row] as string)
    await source.query(
      `insert into edges values (${row}, ${COLUMNS.map(({ type }, index) => `$${index + 1}::text::${type}`).join(', ')})`,
      values,
    )
  }
  await source.query('insert into edges (row_number) values (2)')
  const ingested = await ingest(server.client, await connectTo(server.client, source), {
    tableName: 'public.edges',
    fields: {
      rowNumber: { type: 'integer' },
      ...Object.fromEntries(COLUMNS.map(({ name, field }) => [name, field])),
    },
    mappings: [
      { sourceType: 'ATTRIBUTE', source: 'row_number', destination: '_headwater.rowNumber' },
      ...COLUMNS.map(({ name }) => ({
        sourceType: 'ATTRIBUTE',
        source: name,
        destination: `_headwater.${name}`,
      })),
    ],
  })
  run = await finishedRun(server.client, ingested.flowId)
  const rows = await queryRows(
    server.client,
    `select ${COLUMNS.map(({ name }) => landedText(name)).join(', ')} from "${ingested.datasetId}" order by _headwater.rowNumber`,
  )
  landed = new Map(COLUMNS.map(({ name }, column) => [name, rows.map((row) => row[column])]))
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

/** A binary value has no text of its own; both sides print it in hexadecimal. */
function landedText(name: string): string {
  const field = `_headwater.${name}`
  return name === 'c_bytea' ? `lower(hex(${field}))` : `${field}::varchar`
}

/** What PostgreSQL prints, in the few places where DuckDB spells an equal value otherwise. */
async function sentTexts(name: string, type: string): Promise<unknown[]> {
  const expressions: Record<string, string> = {
    bytea: `encode(${name}, 'hex')`,
    // The lake keeps the blanks that fill a char(n): they are part of the value.
    'char(5)': `rpad(${name}::text, 5)`,
    timestamptz: `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || case when extract(microseconds from ${name})::bigint % 1000000 = 0 then '' else to_char(${name}, '.US') end || '+00'`,
  }
  const { rows } = await source.query(
    `select ${expressions[type] ?? `${name}::text`} as text from edges order by row_number`,
  )
  return rows.map((row) => row['text'])
}

test('the run succeeds, counts three rows and proves every field', () => {
  expect(run.metrics.statusSummary, JSON.stringify(run.metrics.statusSummary)).toMatchObject({
    status: 'success',
  })
  expect(run.metrics.recordSummary).toMatchObject({
    inputRecordCount: 3,
    outputRecordCount: 3,
    failedRecordCount: 0,
  })
  expect(run.proof).toMatchObject({
    rowsRead: 3,
    rowsLanded: 3,
    fields: COLUMNS.length + 1,
    agreeing: COLUMNS.length + 1,
  })
})

for (const { name, type } of COLUMNS) {
  test(`${type} arrives as it was, NULL included`, async () => {
    const numeric = name === 'c_real' || name === 'c_double'
    const sent = await sentTexts(name, type)
    const found = landed.get(name) ?? []
    expect(found).toHaveLength(3)
    expect(found[2]).toBeNull()
    if (numeric) expect(found.slice(0, 2).map(Number)).toEqual(sent.slice(0, 2).map(Number))
    else expect(found).toEqual(sent)
  })
}

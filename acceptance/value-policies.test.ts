import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, FLOW, POSTGRES_SPEC, queryRows } from '@headwater/testkit/journey.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Values that PostgreSQL can hold and a field cannot: nothing of them is silent. */
let source: TestDatabase
let server: TestServer
let connectionId: string

/** Each row after the first has one such value. */
const ROWS = [
  `(1, '2024-02-29', '2024-02-29 01:02:03.5', '2024-02-29 01:02:03.5+00', 1.25, '23:59:59.999999')`,
  `(2, 'infinity', null, null, null, null)`,
  `(3, null, '-infinity', null, null, null)`,
  `(4, null, null, 'infinity', null, null)`,
  `(5, '0044-03-15 BC', null, null, null, null)`,
  `(6, null, null, '20000-01-01 00:00:00+00', null, null)`,
  `(7, null, null, null, 'NaN', null)`,
  `(8, null, null, null, null, '24:00:00')`,
]

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  connectionId = await connectTo(server.client, source)
  await source.query(`create table edges (id int primary key, born date, seen timestamp, until timestamptz,
    price numeric(6,2), wakes time)`)
  await source.query(`insert into edges values ${ROWS.join(', ')}`)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function land(valuePolicy: Answer): Promise<LandedTable> {
  return landTable(server.client, connectionId, {
    tableName: 'public.edges',
    params: valuePolicy === undefined ? {} : { valuePolicy },
    options: { partialIngestionPercent: 100, errorDiagnosticsEnabled: true },
  })
}

async function rowsOf({ datasetId }: LandedTable): Promise<Answer[]> {
  const fields = ['id', 'born', 'seen', 'until', 'price', 'wakes'].map((name) => `_headwater.${name}::text`)
  return queryRows(server.client, `select ${fields.join(', ')} from "${datasetId}" order by _headwater.id`)
}

/** Code and number of rows of all that the run tells. */
function toldBy({ run }: LandedTable): Record<string, number> {
  const { status, extensions } = run.metrics.statusSummary
  expect(status).toBe('success')
  const told: Record<string, number> = {}
  for (const { code, recordCount = 0 } of extensions?.errors ?? [])
    if (String(code).startsWith('HW-')) told[code] = (told[code] ?? 0) + recordCount
  return told
}

const EVERY = {
  'HW-TEMPORAL-INFINITY': 3,
  'HW-TEMPORAL-RANGE': 2,
  'HW-NUMERIC-SPECIAL': 1,
  'HW-TIME-24': 1,
}

describe('by their policy', () => {
  test('rows are set aside when nothing is said', async () => {
    const landed = await land(undefined)
    expect(toldBy(landed)).toEqual(EVERY)
    expect(landed.run.metrics.recordSummary).toMatchObject({ outputRecordCount: 1, failedRecordCount: 7 })
    expect(await rowsOf(landed)).toEqual([
      ['1', '2024-02-29', '2024-02-29 01:02:03.5', '2024-02-29 01:02:03.5+00', '1.25', '23:59:59.999999'],
    ])
  })

  test('values become null, and are counted', async () => {
    const landed = await land('null')
    expect(toldBy(landed)).toEqual(EVERY)
    expect((await rowsOf(landed)).slice(1)).toEqual(
      ['2', '3', '4', '5', '6', '7', '8'].map((id) => [id, null, null, null, null, null]),
    )
  })

  test('values become the nearest ones, and are counted; of NaN there is none', async () => {
    const landed = await land('clamp')
    expect(toldBy(landed)).toEqual(EVERY)
    expect((await rowsOf(landed)).slice(1)).toEqual([
      ['2', '9999-12-31', null, null, null, null],
      ['3', null, '0001-01-01 00:00:00', null, null, null],
      ['4', null, null, '9999-12-31 23:59:59.999999+00', null, null],
      ['5', '0001-01-01', null, null, null, null],
      ['6', null, null, '9999-12-31 23:59:59.999999+00', null, null],
      ['7', null, null, null, null, null],
      ['8', null, null, null, null, '23:59:59.999999'],
    ])
  })

  test('far dates are kept, and what no file can hold is set aside', async () => {
    const landed = await land({ default: 'keep' })
    expect(toldBy(landed)).toEqual({
      'HW-TEMPORAL-INFINITY': 3,
      'HW-NUMERIC-SPECIAL': 1,
      'HW-TIME-24': 1,
    })
    expect((await rowsOf(landed)).slice(1)).toEqual([
      ['5', '0044-03-15 (BC)', null, null, null, null],
      ['6', null, null, '20000-01-01 00:00:00+00', null, null],
    ])
  })

  test('columns have policies of their own', async () => {
    const landed = await land({ default: 'null', columns: { born: 'clamp', price: 'quarantine' } })
    expect(toldBy(landed)).toEqual(EVERY)
    expect((await rowsOf(landed)).map(([id, born]: string[]) => [id, born])).toEqual([
      ['1', '2024-02-29'],
      ['2', '9999-12-31'],
      ['3', null],
      ['4', null],
      ['5', '0001-01-01'],
      ['6', null],
      ['8', null],
    ])
  })

  test('the run ends at the first one', async () => {
    const { run, datasetId } = await land('error')
    const { status, errors, extensions } = run.metrics.statusSummary
    expect(status).toBe('failed')
    const codes = [...errors, ...(extensions?.errors ?? [])].map(({ code }: Answer) => code)
    expect(codes.some((code: string) => code.startsWith('HW-'))).toBe(true)
    expect(JSON.stringify(run)).toMatch(/destination path _headwater\./)
    expect(await queryRows(server.client, `select count(*) from "${datasetId}"`)).toEqual([['0']])
  })
})

test.each<[string, Answer]>([
  ['params.valuePolicy "clam" is not one of', 'clam'],
  ['Did you mean "clamp"?', 'clam'],
  ['params.valuePolicy.default 5 is not one of', { default: 5 }],
  ['params.valuePolicy.columns.born "drop" is not one of', { columns: { born: 'drop' } }],
  ['has default and columns, not column', { column: {} }],
  ['columns must be an object', { columns: ['born'] }],
  ['must be one of', 7],
])('a policy is refused: %s', async (message, valuePolicy) => {
  const { status, body } = await server.client.post(`${FLOW}/sourceConnections`, {
    name: 'refused',
    baseConnectionId: connectionId,
    params: { tableName: 'public.edges', valuePolicy },
    connectionSpec: POSTGRES_SPEC,
  })
  expect([status, JSON.stringify(body)]).toEqual([
    400,
    expect.stringContaining(JSON.stringify(message).slice(1, -1)),
  ])
})

test('a policy for a column that the table has not is refused by the flow', async () => {
  await expect(land({ columns: { borne: 'clamp' } })).rejects.toThrow(/borne[\s\S]*Did you mean born/)
})

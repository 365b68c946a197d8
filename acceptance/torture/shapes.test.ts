import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, queryRows } from '@headwater/testkit/journey.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Tables of odd shapes, and databases of odd encodings. */
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

function land(tableName: string, connection = connectionId, options: Answer = undefined) {
  return landTable(server.client, connection, { tableName, options })
}

test('1,600 columns, the most that there can be', async () => {
  const columns = Array.from({ length: 1_600 }, (_, index) => `c${index} int`)
  await source.query(`create table wide (${columns.join(', ')})`)
  // A row of more values than fit a page would be refused by the server; most of these are NULL.
  await source.query('insert into wide (c0, c799, c1599) values (1, 2, 3), (4, null, 6)')
  const { run, datasetId } = await land('public.wide')
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 2, outputRecordCount: 2 })
  const found = await queryRows(
    server.client,
    `select _headwater.c0, _headwater.c799, _headwater.c1599, _headwater.c800 from "${datasetId}" order by 1`,
  )
  expect(found).toEqual([
    [1, 2, 3, null],
    [4, null, 6, null],
  ])
}, 60_000)

test('no rows', async () => {
  await source.query('create table bare (id int primary key, note text)')
  const { run, datasetId } = await land('public.bare')
  expect(run.metrics.statusSummary.status).toBe('success')
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 0, outputRecordCount: 0 })
  expect(await queryRows(server.client, `select count(*) from "${datasetId}"`)).toEqual([['0']])
})

test('no columns: there is nothing that could land, and that is said', async () => {
  await source.query('create table nothing ()')
  await source.query('insert into nothing default values')
  await expect(land('public.nothing')).rejects.toThrow('public.nothing has no columns')
})

describe('names', () => {
  const NAMES = [
    'with "quotes"',
    "it's",
    'a.b',
    'back\\slash',
    '%s %d',
    '😀 grin',
    'Select',
    'x'.repeat(63),
    ' leading and trailing ',
    'tab\tand\nline',
    'CASE',
    'case',
    '$1',
    'a[0]',
    '漢字',
  ]

  test('of columns', async () => {
    const quoted = NAMES.map((name) => `"${name.replaceAll('"', '""')}"`)
    await source.query(
      `create table named (id int primary key, ${quoted.map((name) => `${name} text`).join(', ')})`,
    )
    await source.query(
      `insert into named values (1, ${NAMES.map((_, index) => `$${index + 1}`).join(', ')})`,
      NAMES.map((name) => `value of ${name}`),
    )
    const { run, datasetId } = await land('public.named')
    expect(run.metrics.recordSummary).toMatchObject({ outputRecordCount: 1 })
    const [[row]] = (await queryRows(server.client, `select _headwater from "${datasetId}"`)) as [[Answer]]
    const { id, ...values } = row
    expect(Object.values(values).sort()).toEqual(NAMES.map((name) => `value of ${name}`).sort())
    expect(id).toBe(1)
  })

  test.each(NAMES.slice(0, 9))('of tables and schemas: %j', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`
    await source.query(`create schema ${quoted}`)
    await source.query(`create table ${quoted}.${quoted} (id int primary key)`)
    await source.query(`insert into ${quoted}.${quoted} values (42)`)
    const { body } = await server.client.get(
      `/data/foundation/flowservice/connections/${connectionId}/explore?objectType=root`,
    )
    const listed = body.filter((each: Answer) => each.path.includes(name.slice(0, 4)) || each.name === name)
    const path = listed.map((each: Answer) => each.path).find((each: string) => !each.startsWith('public.'))
    const { datasetId } = await land(path)
    expect(await queryRows(server.client, `select _headwater.id from "${datasetId}"`)).toEqual([[42]])
  })
})

describe('encodings', () => {
  async function withDatabase(
    encoding: string,
    use: (database: TestDatabase, connection: string) => Promise<void>,
  ) {
    const database = await createTestDatabase({ encoding })
    try {
      await use(database, await connectTo(server.client, database))
    } finally {
      await database.drop()
    }
  }

  test('of LATIN1 arrive as the same characters', async () => {
    await withDatabase('LATIN1', async (database, connection) => {
      await database.query(`create table texts (id int primary key, "größe" text)`)
      await database.query(`insert into texts values (1, 'Größe: 5 µm, ½ £'), (2, '')`)
      const { datasetId } = await land('public.texts', connection)
      expect(await queryRows(server.client, `select _headwater.* from "${datasetId}" order by 2`)).toEqual([
        ['Größe: 5 µm, ½ £', 1],
        ['', 2],
      ])
    })
  })

  test('of SQL_ASCII: what is UTF-8 arrives, what is not is set aside with its code', async () => {
    await withDatabase('SQL_ASCII', async (database, connection) => {
      await database.query(`create table texts (id int primary key, note text)`)
      await database.query(
        `insert into texts values (1, 'plain'), (2, 'größe'), (3, E'\\xff\\xfe'), (4, E'ok \\xe4')`,
      )
      const options = { partialIngestionPercent: 100, errorDiagnosticsEnabled: true }
      const { run, datasetId } = await land('public.texts', connection, options)
      expect(run.metrics.statusSummary.status).toBe('success')
      expect(await queryRows(server.client, `select _headwater.* from "${datasetId}" order by 1`)).toEqual([
        [1, 'plain'],
        [2, 'größe'],
      ])
      expect(run.metrics.recordSummary).toMatchObject({ outputRecordCount: 2, failedRecordCount: 2 })
      expect(run.metrics.statusSummary.extensions.errors).toContainEqual(
        expect.objectContaining({ code: 'HW-TEXT-ENCODING', recordCount: 2 }),
      )
    })
  })
})

import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesOf } from './cases.ts'
import { type LandedFiles, readByDuckDb, readByPyiceberg } from './readers.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'
import { differencesOf, fieldsOf, type PrintedTable, printTable } from './whole-tables.ts'

/** Tables of odd shapes, and databases of odd encodings: every cell as COPY prints it, by two readers. */
let lab: SourceLab
let source: TestDatabase
let server: TestServer
let connectionId: string
/** Everything that has landed, for the second reader, which takes seconds to start. */
const landed: { readonly printed: PrintedTable; readonly files: LandedFiles }[] = []

beforeAll(async () => {
  lab = await openSourceLab()
  source = await lab.createDatabase()
  server = await startTestServer()
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await lab?.[Symbol.asyncDispose]()
})

function land(tableName: string, connection = connectionId, options: Answer = undefined) {
  return landTable(server.client, connection, { tableName, options })
}

/** DuckDB reads at once; pyiceberg reads all tables in the end. */
async function expectAsPrinted(name: string, table: LandedTable, rows: PrintedTable['rows']): Promise<void> {
  const printed = { name, rows, fields: await fieldsOf(server.client, table) }
  const files = await filesOf(server.client, table.datasetId)
  landed.push({ printed, files })
  const [found = []] = await readByDuckDb([files])
  expect(differencesOf(printed, found)).toEqual([])
}

test('1,600 columns, the most that there can be', async () => {
  const columns = Array.from({ length: 1_600 }, (_, index) => `c${index} int`)
  await source.query(`create table wide (${columns.join(', ')})`)
  // A row of more values than fit a page would be refused by the server; most of these are NULL.
  await source.query('insert into wide (c0, c799, c1599) values (1, 2, 3), (4, null, 6)')
  const table = await land('public.wide')
  expect(table.run.metrics.recordSummary).toMatchObject({ inputRecordCount: 2, outputRecordCount: 2 })
  const rows = await printTable(source, 'wide')
  expect(rows.map((row) => [row.length, row[0], row[799], row[800], row[1599]])).toEqual([
    [1_600, '1', '2', null, '3'],
    [1_600, '4', null, null, '6'],
  ])
  await expectAsPrinted('wide', table, rows)
}, 60_000)

test('no rows', async () => {
  await source.query('create table bare (id int primary key, note text)')
  const table = await land('public.bare')
  expect(table.run.metrics.statusSummary.status).toBe('success')
  expect(table.run.metrics.recordSummary).toMatchObject({ inputRecordCount: 0, outputRecordCount: 0 })
  await expectAsPrinted('bare', table, [])
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
    const rows = await printTable(source, 'named')
    expect(rows).toEqual([['1', ...NAMES.map((name) => `value of ${name}`)]])
    await expectAsPrinted('named', await land('public.named'), rows)
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
    await expectAsPrinted(name, await land(path), [['42']])
  })
})

describe('encodings', () => {
  async function withDatabase(
    encoding: string,
    use: (database: TestDatabase, connection: string) => Promise<void>,
  ) {
    const database = await lab.createDatabase({ encoding })
    try {
      await use(database, await connectTo(server.client, database))
    } finally {
      await database.drop()
    }
  }

  test.each([
    ['LATIN1', 'größe', ['Größe: 5 µm, ½ £', '', 'ÿ\u00a0\u00ad', 'tab\tand\nline']],
    ['WIN1252', 'prix €', ['“so” – ‘it’ … €', 'Œuvre ™', '', 'ž']],
    ['EUC_JP', '漢字', ['漢字かな交じり文', 'ｶﾀｶﾅ', '', '― ～ ￥ ①']],
  ])('of %s arrive as the same characters', async (encoding, column, texts) => {
    await withDatabase(encoding, async (database, connection) => {
      await database.query(`create table texts (id int primary key, "${column}" text)`)
      for (const [index, text] of texts.entries())
        await database.query('insert into texts values ($1, $2)', [index, text])
      const rows = await printTable(database, 'texts')
      expect(rows.map(([, text]) => text)).toEqual(texts)
      await expectAsPrinted(encoding, await land('public.texts', connection), rows)
    })
  })

  test('of SQL_ASCII: what is UTF-8 arrives, what is not is set aside with its code, also in lists', async () => {
    await withDatabase('SQL_ASCII', async (database, connection) => {
      const noTexts = String.raw`(3, E'\xff\xfe'), (4, E'ok \xe4'), (5, E'\xc3')`
      await database.query('create table texts (id int primary key, note text)')
      await database.query(`insert into texts values (1, 'plain'), (2, 'größe'), ${noTexts}`)
      await database.query('create table lists as select id, array[note, null] as notes from texts')
      const options = { partialIngestionPercent: 100, errorDiagnosticsEnabled: true }
      const texts = await land('public.texts', connection, options)
      expect(setAside(texts)).toEqual([['HW-TEXT-ENCODING', 3]])
      const rows = await printTable(database, 'texts', { encoding: 'SQL_ASCII', where: 'id < 3' })
      await expectAsPrinted('SQL_ASCII', texts, rows)
      // A list is made of the text that the server prints of it.
      const lists = await land('public.lists', connection, options)
      expect(setAside(lists)).toEqual([['HW-TEXT-ENCODING', 3]])
      const [found] = await readByDuckDb([await filesOf(server.client, lists.datasetId)])
      expect(found?.map(({ notes }) => notes)).toEqual([{ list: ['plain', null] }, { list: ['größe', null] }])
    })
  })

  /** Codes of the values, and how many rows each of them set aside. */
  function setAside({ run }: LandedTable): [string, number][] {
    const { status, extensions } = run.metrics.statusSummary
    expect(status).toBe('success')
    return extensions.errors
      .filter(({ code }: Answer) => code.startsWith('HW-'))
      .map(({ code, recordCount }: Answer) => [code, recordCount])
  }
})

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'finds every cell of these tables as the server prints it',
    async () => {
      const found = await readByPyiceberg(landed.map(({ files }) => files))
      expect(landed.length).toBeGreaterThanOrEqual(16)
      expect(landed.flatMap(({ printed }, index) => differencesOf(printed, found[index] ?? []))).toEqual([])
    },
    60_000,
  )
})

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSame } from './compare.ts'
import { askServer, makeTable, type ToldRow } from './oracle.ts'
import { type FoundRows, type LandedFiles, readByDuckDb, readByPyiceberg } from './readers.ts'
import { builtInTables, EXTENSIONS, MADE_TYPES, type TortureTable } from './tables.ts'

/**
 * One table per type with every edge value, landed by the schema that is made of it, read back by two readers that are
 * not ours, and compared cell by cell with what the server prints: each is equal, or its row is set aside with a code
 * that the run tells. What only a text can hold exactly lands as its text.
 */
interface Case {
  readonly table: TortureTable
  readonly name: string
  rows: readonly ToldRow[]
  landed: LandedTable
  files: LandedFiles
}

let source: TestDatabase
let server: TestServer
let client: pg.Client
const cases: Case[] = []
const missingExtensions: string[] = []

/** As many at a time as keep a small machine busy. */
const LANES = 6

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  client = new pg.Client({ connectionString: source.url })
  await client.connect()
  await client.query(MADE_TYPES)
  const tables = await listTables()
  const connectionId = await connectTo(server.client, source)
  const waiting = [...tables.entries()]
  for (const [index, table] of waiting) await makeTable(client, table, `t_${index}`)
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        cases.push(await land(connectionId, next))
    }),
  )
  for (const each of cases) each.rows = await askServer(client, each.table, each.name)
}, 240_000)

afterAll(async () => {
  await client?.end()
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function listTables(): Promise<readonly TortureTable[]> {
  const { rows: types } = await client.query<{ name: string }>(
    `select typname as name from pg_type where typnamespace = 'pg_catalog'::regnamespace`,
  )
  const { rows: extensions } = await client.query<{ name: string }>(
    'select name from pg_available_extensions',
  )
  const available = new Set(extensions.map(({ name }) => name))
  const tables = [...builtInTables(new Set(types.map(({ name }) => name)))]
  for (const { extension, tables: more } of EXTENSIONS) {
    if (!available.has(extension)) {
      missingExtensions.push(extension)
      continue
    }
    await client.query(`create extension if not exists ${extension}`)
    tables.push(...more)
  }
  return tables
}

async function land(connectionId: string, [index, table]: [number, TortureTable]): Promise<Case> {
  const name = `t_${index}`
  const landed = await landTable(server.client, connectionId, {
    tableName: `public.${name}`,
    options: { partialIngestionPercent: 100, errorDiagnosticsEnabled: true },
  })
  const folder = join(server.lakeDir, 'prod', landed.datasetId)
  // The catalogue knows the commit at once; the hint for readers by path follows.
  const { body } = await server.client.get(`/iceberg/v1/namespaces/prod/tables/${landed.datasetId}`)
  const data = await readdir(join(folder, 'data'), { recursive: true }).catch(() => [])
  const files = {
    metadataPath: fileURLToPath(body['metadata-location']),
    dataPaths: data.filter((path) => path.endsWith('.parquet')).map((path) => join(folder, 'data', path)),
  }
  return { table, name, rows: [], landed, files }
}

/** Rows that were set aside, by their number, with their codes. */
async function readSetAside({ landed }: Case): Promise<ReadonlyMap<number, readonly string[]>> {
  const { body } = await server.client.get(`/data/foundation/catalog/batches?dataSet=${landed.datasetId}`)
  const [batchId] = Object.keys(body)
  const export_ = `/data/foundation/export/batches/${batchId}/meta`
  const { body: list } = await server.client.get(`${export_}?path=row_errors`)
  const aside = new Map<number, readonly string[]>()
  for (const { name } of list.data ?? []) {
    const url = `${server.url}${export_}?path=row_errors/${name}`
    const lines = (await (await fetch(url, { headers: headersOf() })).text()).split('\n').filter(Boolean)
    for (const line of lines) {
      const { row_number, _errors } = JSON.parse(line)
      aside.set(
        Number(row_number),
        [...(_errors ?? [])].map(({ code }: Answer) => code),
      )
    }
  }
  return aside
}

function headersOf(): Record<string, string> {
  const { credentials, token } = server.client
  return {
    authorization: `Bearer ${token}`,
    'x-api-key': credentials.client_id,
    'x-gw-ims-org-id': credentials.ims_org,
    'x-sandbox-name': 'prod',
  }
}

/** What is wrong with a landed table, cell by cell. */
function faultsOf(
  { table, rows }: Case,
  found: FoundRows,
  aside: ReadonlyMap<number, readonly string[]>,
): string[] {
  return rows.flatMap(({ rowNumber, text, told }) => {
    const cell = `${table.name} row ${rowNumber} ${text}`
    const record = found.get(rowNumber)
    if (record === undefined)
      return aside.has(rowNumber) ? [] : [`${cell}: is missing, and nothing tells why`]
    if (aside.has(rowNumber)) return [`${cell}: landed although it was set aside`]
    const value = record['v'] ?? null
    // What has parts may land as its text, where these are not told apart.
    const isRight = isSame(told, value) || (typeof value === 'string' && value === text)
    return isRight ? [] : [`${cell}: found ${JSON.stringify(value)}`]
  })
}

async function expectExact(found: readonly FoundRows[]): Promise<void> {
  const faults: string[] = []
  for (const [index, each] of cases.entries())
    faults.push(...faultsOf(each, found[index] ?? new Map(), await readSetAside(each)))
  expect(faults).toEqual([])
}

test('every table is there, and every run has succeeded', () => {
  expect(cases.length).toBeGreaterThan(150)
  const failed = cases.filter(({ landed }) => landed.run.metrics.statusSummary.status !== 'success')
  expect(
    failed.map(({ table, landed }) => [table.name, JSON.stringify(landed.run.metrics.statusSummary)]),
  ).toEqual([])
})

test('what was set aside is what no field can hold', async () => {
  const told = new Map<string, Set<string>>()
  for (const each of cases)
    for (const codes of (await readSetAside(each)).values())
      for (const code of codes) told.set(code, (told.get(code) ?? new Set()).add(each.table.name))
  expect(
    Object.fromEntries([...told].map(([code, names]) => [code, [...names].sort()])),
  ).toMatchInlineSnapshot(`
    {
      "HW-ARRAY-FORM": [
        "array of aclitem",
        "array of bit",
        "array of bool",
        "array of box",
        "array of bpchar",
        "array of bytea",
        "array of char",
        "array of cid",
        "array of cidr",
        "array of circle",
        "array of citext",
        "array of cube",
        "array of date",
        "array of datemultirange",
        "array of daterange",
        "array of float4",
        "array of float8",
        "array of geometry",
        "array of half",
        "array of hstore",
        "array of inet",
        "array of int2",
        "array of int4",
        "array of int4multirange",
        "array of int4range",
        "array of int8",
        "array of int8multirange",
        "array of int8range",
        "array of interval",
        "array of isbn13",
        "array of json",
        "array of jsonb",
        "array of jsonpath",
        "array of line",
        "array of lseg",
        "array of ltree",
        "array of macaddr",
        "array of macaddr8",
        "array of money",
        "array of mood",
        "array of name",
        "array of numeric",
        "array of nummultirange",
        "array of numrange",
        "array of oid",
        "array of path",
        "array of percent",
        "array of pg_lsn",
        "array of pg_snapshot",
        "array of place",
        "array of point",
        "array of polygon",
        "array of price",
        "array of refcursor",
        "array of regclass",
        "array of regcollation",
        "array of regconfig",
        "array of regdictionary",
        "array of regnamespace",
        "array of regoper",
        "array of regoperator",
        "array of regproc",
        "array of regprocedure",
        "array of regrole",
        "array of regtype",
        "array of text",
        "array of tid",
        "array of time",
        "array of timestamp",
        "array of timestamptz",
        "array of timetz",
        "array of tsmultirange",
        "array of tsquery",
        "array of tsrange",
        "array of tstzmultirange",
        "array of tstzrange",
        "array of tsvector",
        "array of txid_snapshot",
        "array of uuid",
        "array of varbit",
        "array of varchar",
        "array of xid",
        "array of xid8",
        "array of xml",
      ],
      "HW-NUMERIC-SPECIAL": [
        "numeric(5,2)",
      ],
      "HW-TEMPORAL-INFINITY": [
        "array of date",
        "array of timestamp",
        "array of timestamptz",
        "array of tsrange",
        "date",
        "timestamp",
        "timestamptz",
        "tsrange",
      ],
      "HW-TEMPORAL-RANGE": [
        "array of date",
        "array of timestamp",
        "array of timestamptz",
        "date",
        "timestamp",
        "timestamptz",
      ],
      "HW-TIME-24": [
        "array of time",
        "time",
        "time(0)",
      ],
    }
  `)
})

test('DuckDB finds every cell as the server prints it', async () => {
  await expectExact(await readByDuckDb(cases.map(({ files }) => files)))
}, 120_000)

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'finds every cell as the server prints it',
    async () => {
      await expectExact(await readByPyiceberg(cases.map(({ files }) => files)))
    },
    240_000,
  )
})

test('a cell that differs is found', async () => {
  const found = await readByDuckDb(cases.map(({ files }) => files))
  let altered = 0
  for (const [index, each] of cases.entries()) {
    const row = each.rows.find(
      ({ rowNumber, told }) => told !== null && found[index]?.get(rowNumber)?.['v'] != null,
    )
    if (row === undefined) continue
    altered++
    const others = new Map(found[index])
    others.set(row.rowNumber, { v: { int: '4242424242424242' } })
    expect([each.table.name, faultsOf(each, others, await readSetAside(each)).length]).toEqual([
      each.table.name,
      1,
    ])
    others.delete(row.rowNumber)
    expect([each.table.name, faultsOf(each, others, new Map()).length > 0]).toEqual([each.table.name, true])
  }
  expect(altered).toBeGreaterThan(100)
}, 120_000)

test.skipIf(missingExtensions.length === 0)(`without: ${missingExtensions.join(', ')}`, () => {})

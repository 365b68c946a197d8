import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CatalogWorld, type Landed, openCatalogWorld, plainError } from './catalog-world.ts'

/** What anybody with a token may ask, and what nobody gets out of it. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/query.md'), 'utf8')
const SECRET = 'not for queries'

let world: CatalogWorld
let orders: Landed
/** A file of the server that is no table. */
let secretFile: string

beforeAll(async () => {
  world = await openCatalogWorld()
  const columns = ['id', 'note', 'amount', 'updated_at']
  orders = await world.land({ tableName: 'public.orders', columns })
  const tags = { 'adobe/pqs/table': ['orders'] }
  await world.client.patch(`${CATALOG}/dataSets/${orders.datasetId}`, { name: 'Web orders', tags })
  secretFile = join(world.world.server.dataDir, 'secret.csv')
  await writeFile(secretFile, `secret\n${SECRET}\n`)
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Sends a statement, for the client of these headers. */
function ask(body: Answer, headers: Headers = world.client.headers, signal?: AbortSignal): Promise<Response> {
  const given = Object.entries({ ...headers, 'content-type': 'application/json' })
  const kept = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const request = { method: 'POST', body: JSON.stringify(body), headers: Object.fromEntries(kept) }
  return fetch(`${world.url}/query`, { ...request, signal: signal ?? null })
}

async function query(sql: string, more: Answer = {}, headers?: Headers): Promise<Answer> {
  const response = await ask({ sql, ...more }, headers)
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text), text }
}

async function rowsOf(sql: string, more: Answer = {}): Promise<Answer> {
  const { status, body, text } = await query(sql, more)
  if (status !== 200) throw new Error(text)
  return body.rows
}

describe('the page for users', () => {
  const statements = [...PAGE.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql)

  test('has statements, and each of them runs', async () => {
    expect(statements.length).toBeGreaterThan(3)
    const answers = []
    for (const sql of statements) answers.push(await rowsOf(sql))
    expect(answers[0]).toEqual(
      [
        ['1', '10.5'],
        ['2', '20'],
        ['3', '30.25'],
        ['4', null],
        ['5', '50'],
      ].map(([id, amount]) => [Number(id), amount === null ? null : Number(amount)]),
    )
    expect(answers[1]).toEqual([['4', 80.5, '2024-01-05T10:00:00Z']])
    expect(answers[2]?.map(([note]: Answer) => note)).toEqual(['fifth', null, 'second'])
    expect(answers[3]?.map(([name]: Answer) => name)).toContain('_headwater')
  })

  test('shows the answer to its first statement, and what a mistake brings', async () => {
    const [shown, refused] = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) =>
      JSON.parse(json),
    )
    expect((await query('select count(*) from orders')).body).toEqual(shown)
    const { status, body } = await query('select * from order_lines')
    expect([status, { ...body, detail: undefined }]).toEqual([400, { ...refused, detail: undefined }])
    expect(body.detail).toContain('There is no table named order_lines. Tables of this sandbox: ')
  })

  test('names the limits that there are', async () => {
    const many = await query('select * from range(20000)', { maxRows: 10_000 })
    expect([many.body.rows.length, many.body.truncated]).toEqual([10_000, true])
    expect((await query('select * from range(20000)')).body.rows).toHaveLength(1_000)
    for (const maxRows of [0, 10_001, 1.5, '5'])
      expect((await query('select 1', { maxRows })).status).toBe(400)
    const { status, body } = await query('select len(range(1000000000))')
    expect([status, body]).toEqual([400, plainError(400)])
  })
})

test('a dataset is a table by each of its names', async () => {
  for (const name of ['orders', 'ORDERS', `"${orders.datasetId}"`, '"Web orders"', '"web orders"'])
    expect([name, await rowsOf(`select count(*) from ${name}`)]).toEqual([name, [['5']]])
})

test('integers of 64 bits and decimals keep their digits', async () => {
  const sql = 'select 9007199254740993, -9223372036854775808, 1.10::decimal(38, 2), 7::integer, null'
  expect(await rowsOf(sql)).toEqual([['9007199254740993', '-9223372036854775808', '1.10', 7, null]])
})

test('nothing but the tables of the sandbox is reached', async () => {
  const { dataDir, lakeDir } = world.world.server
  const statements = [
    `select * from read_csv('${secretFile}')`,
    `select * from read_csv_auto('${secretFile}')`,
    `select * from read_text('${secretFile}')`,
    `select * from read_blob('${secretFile}')`,
    `select * from read_json('${secretFile}')`,
    `select * from read_parquet('${lakeDir}/**/*.parquet')`,
    `select * from '${secretFile}'`,
    `select * from "${secretFile}"`,
    `from "${secretFile}"`,
    `describe '${secretFile}'`,
    `summarize "${secretFile}"`,
    `select (select count(*) from "${secretFile}")`,
    `select * from orders where exists (from '${secretFile}')`,
    `with "${secretFile}" as (select 1) select * from "${secretFile}", (select * from main."${secretFile}")`,
    `select * from (with "${secretFile}" as (select 1) select 2), "${secretFile}"`,
    `select * from glob('${dataDir}/*')`,
    `select * from sniff_csv('${secretFile}')`,
    `select * from iceberg_scan('${lakeDir}')`,
    `select * from parquet_metadata('${lakeDir}/x.parquet')`,
    "select * from read_csv('http://127.0.0.1:1/x.csv')",
    "select * from 'https://127.0.0.1:1/x.parquet'",
    "select * from 's3://lake/x.parquet'",
    "select * from postgres_scan('', 'public', 'dataset')",
    `copy orders to '${dataDir}/out.csv'`,
    `copy (select 1) to '${dataDir}/out.parquet'`,
    `attach '${dataDir}/x.db' as x`,
    "attach 'postgres:host=127.0.0.1' as x (type postgres)",
    'install httpfs',
    'load httpfs',
    'install postgres',
    "set memory_limit = '100GB'",
    'set lock_configuration = false',
    'set enable_external_access = true',
    'reset enable_external_access',
    'pragma database_list',
    'pragma enable_profiling',
    'call pragma_version()',
    "select getenv('HEADWATER_MASTER_KEY')",
    "select getenv('PATH')",
    "select current_setting('allowed_paths')",
    "select current_setting('temp_directory')",
    'select * from duckdb_secrets()',
    'select * from duckdb_settings()',
    'select * from duckdb_views()',
    'select * from duckdb_extensions()',
    'select * from information_schema.tables',
    'select * from pg_catalog.pg_class',
    'select * from sqlite_master',
    'create table t as select 1',
    'create view v as select 1',
    'create secret (type s3)',
    'insert into orders select * from orders',
    'update orders set _headwater = null',
    'delete from orders',
    'drop view orders',
    'alter table orders rename to x',
    'export database $$x$$',
    'explain analyze select 1',
    'prepare p as select 1',
    'select 1; select 2',
    'select 1; drop view orders',
    'begin; select 1',
    "select * from query('select 1')",
    `select * from query_table('${secretFile}')`,
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select * from enable_logging('QueryLog', storage = 'file')",
    'select * from dataset',
    'select * from flow_run',
  ]
  const reached: string[] = []
  for (const sql of statements) {
    const { status, text } = await query(sql)
    if (status !== 400 || text.includes(SECRET)) reached.push(`${status} ${sql} → ${text.slice(0, 200)}`)
  }
  expect(reached).toEqual([])
  const [secrets] = [await world.lakeFiles(orders.datasetId)]
  expect(secrets.length).toBeGreaterThan(0)
  expect(await rowsOf('select count(*) from orders')).toEqual([['5']])
})

test('tables of other sandboxes and organisations are not there', async () => {
  const name = (await world.world.openSandbox()).headers['x-sandbox-name']
  const others = [world.client.with({ 'x-sandbox-name': name }), await world.world.openOrganisation()]
  for (const { headers } of others) {
    for (const table of ['orders', `"${orders.datasetId}"`, '"Web orders"']) {
      const { status, body } = await query(`select * from ${table}`, {}, headers)
      expect([status, body]).toEqual([
        400,
        plainError(400, expect.stringContaining('This sandbox has no datasets yet.')),
      ])
    }
  }
  const nowhere = { ...world.client.headers, 'x-sandbox-name': 'nowhere' }
  expect((await query('select 1', {}, nowhere)).status).toBe(403)
})

// The statements would run for thirty seconds each, and nothing else in that time.
test('a statement ends when its client goes away', { timeout: 25_000 }, async () => {
  const controller = new AbortController()
  const sql = 'select count(*) from range(1000000) a, range(1000000) b, range(1000000) c'
  const leaving = Array.from({ length: 4 }, () => ask({ sql }, undefined, controller.signal))
  leaving.map((one) => one.catch(() => {}))
  // Nothing tells that they have begun; were they not, the test would say less and not fail.
  await sleep(500)
  const patient = query('select 1')
  controller.abort()
  expect((await Promise.allSettled(leaving)).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect((await patient).body.rows).toEqual([[1]])
  expect(await rowsOf('select count(*) from orders')).toEqual([['5']])
})

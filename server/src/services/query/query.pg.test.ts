import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { runQuery } from '#lake/query/run-query.ts'
import { registerQuery } from './routes.ts'

const ORDERS = '5c8c3c555033b814b69f9471'
const CUSTOMERS = '5c8c3c555033b814b69f9472'

let world: ServiceWorld
let lake: LakeWorld
let duck: DuckDb
let opened: string[] = []

beforeAll(async () => {
  duck = createDuckDb()
  world = await openServiceWorld(async (app, { db, gateway }) => {
    lake = await LakeWorld.open(db)
    await registerQuery(app, {
      ...{ db, gateway, runQuery: (options) => runQuery(duck, options) },
      readLakeTable: (table) => {
        opened.push(table.datasetId)
        return lake.readLakeTable(table)
      },
    })
  })
  await lake.addDataset(ORDERS, 'Web orders', 'web_orders')
  await lake.addDataset(CUSTOMERS, 'Customers', 'customers')
  await lake.addBatch(ORDERS, '01JAZZZZZZZZZZZZZZZZZZZZZ1', [
    [1n, 'Ada', 2.5],
    [2n, 'Bob', 1.5],
    [3n, 'Ada', 4],
  ])
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await lake[Symbol.asyncDispose]()
  await duck[Symbol.asyncDispose]()
})

async function query(body: unknown, headers?: Record<string, string>) {
  opened = []
  return world.call('POST', '/query', { body, headers })
}

test.each(['web_orders', 'WEB_ORDERS', `"${ORDERS}"`, '"Web orders"'])(
  'a dataset answers to %s',
  async (name) => {
    const sql = `select person.name.firstName as who, sum(amount) as total from ${name} group by all order by who`
    const { status, body } = await query({ sql })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        columns: [
          { name: 'who', type: 'VARCHAR' },
          { name: 'total', type: 'DOUBLE' },
        ],
        rows: [
          ['Ada', 6.5],
          ['Bob', 1.5],
        ],
        truncated: false,
      },
    })
  },
)

test('only the tables of the statement are opened', async () => {
  await query({ sql: 'select 1' })
  expect(opened).toEqual([])
  await query({ sql: 'select count(*) from customers' })
  expect(opened).toEqual([CUSTOMERS])
})

test('an empty dataset is an empty table', async () => {
  expect((await query({ sql: 'select count(*) from customers' })).body.rows).toEqual([['0']])
})

test('rows end at the limit', async () => {
  const { body } = await query({ sql: 'select id from web_orders order by id', maxRows: 2 })
  expect(body).toMatchObject({ rows: [['1'], ['2']], truncated: true })
})

test.each([
  ['select * from nowhere', 'nowhere'],
  ['select nothing from web_orders', 'nothing'],
  ['selec 1', 'selec'],
  ["select * from read_csv('/etc/passwd')", 'not allowed'],
  ['drop table web_orders', 'only queries'],
  ['select 1; select 2', 'one statement'],
])('%s is refused in the words of the engine, with the tables that there are', async (sql, words) => {
  const { status, body } = await query({ sql })
  expect([status, body.title]).toEqual([400, 'BadRequestError'])
  expect(body.detail).toContain(words)
  expect(body.detail).toContain('Tables of this sandbox: customers, web_orders.')
})

test.each([
  [{}],
  [{ sql: ' ' }],
  [{ sql: 1 }],
  [{ sql: 'select 1', maxRows: 0 }],
  [{ sql: 'select 1', maxRows: '5' }],
  [undefined],
])('%j is refused', async (body) => {
  expect((await query(body)).status).toBe(400)
})

test('a sandbox has its own tables', async () => {
  const { status, body } = await query({ sql: 'select * from web_orders' }, { 'x-sandbox-name': 'dev' })
  expect([status, opened]).toEqual([400, []])
  expect(body.detail).toContain('This sandbox has no datasets yet.')
})

test('needs a token', async () => {
  expect(
    (await world.app.inject({ method: 'POST', url: '/query', payload: { sql: 'select 1' } })).statusCode,
  ).toBe(403)
})

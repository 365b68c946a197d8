import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSession } from '#source/postgres/connect/session.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { copyAll, createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { selectStatement } from './copy-statement.ts'
import { planSlices } from './plan-slices.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
})
afterAll(() => source[Symbol.asyncDispose]())

const ROWS = 50_000

async function sessions(): Promise<number> {
  const { rows } = await source.database.query<{ n: number }>(
    'select count(*)::int as n from pg_stat_activity where datname = current_database()',
  )
  return rows[0]?.n ?? -1
}

async function temporaryFiles(): Promise<number> {
  const { rows } = await source.database.query<{ n: number }>(
    'select temp_files::int as n from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.n ?? -1
}

test('a full read sorts nothing and leaves no temporary file, however little memory a statement has', async () => {
  const { database } = source
  const { rows } = await database.query<{ name: string }>('select quote_ident(current_database()) as name')
  await database.query(`alter database ${rows[0]?.name} set work_mem = '64kB'`)
  await database.query(
    `create table wide as select i as id, repeat('x', 100) as pad from generate_series(1, ${ROWS}) i`,
  )
  const relation = await describeRelation(source.session, 'wide')
  const slices = planSlices(relation, { targetBytes: 1024 * 1024 })
  const before = await temporaryFiles()
  const sessionsBefore = await sessions()

  let read = 0
  for (const slice of slices) {
    const plan = await database.query(`explain ${selectStatement(slice, relation.columns, undefined)}`)
    expect(JSON.stringify(plan.rows)).not.toMatch(/Sort|Materialize|Hash|Aggregate/)
    const { ring } = await copyAll(source, 'wide', { slice })
    read += ring.rows.length
  }
  expect(read).toBe(ROWS)
  // A session has told what it did once it is gone.
  await expect.poll(sessions).toBe(sessionsBefore)
  expect(await temporaryFiles()).toBe(before)

  // The same settings, and a read that does sort: the figure moves, so that the line above can fail.
  await using control = await openSession(source.target)
  await control.query("select set_config('work_mem', '64kB', false)")
  await control.query('select count(*) from (select * from wide order by pad, id offset 0) sorted')
  await control[Symbol.asyncDispose]()
  await expect.poll(temporaryFiles).toBeGreaterThan(before)
})

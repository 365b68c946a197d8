import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase, withTemplate } from './test-database.ts'

test('each test database is its own and is gone after disposal', async () => {
  let name = ''
  await using other = await createTestDatabase()
  {
    await using first = await createTestDatabase()
    name = first.database
    await first.query('create table t (a int)')
    await first.query('insert into t values ($1)', [7])
    expect((await first.query<{ a: number }>('select a from t')).rows).toEqual([{ a: 7 }])
    await expect(other.query('select a from t')).rejects.toThrow('"t" does not exist')
  }
  expect((await other.query('select from pg_database where datname = $1', [name])).rowCount).toBe(0)
})

test('url and parts lead to the same database', async () => {
  await using made = await createTestDatabase()
  const { host, port, user, password, database } = made
  const byParts = new pg.Client({ host, port, user, password, database })
  await byParts.connect()
  const { rows } = await byParts.query<{ name: string }>('select current_database() as name')
  await byParts.end()
  expect(rows[0]?.name).toBe(new URL(made.url).pathname.slice(1))
})

test('a template is built once for many askers, and cloned', async () => {
  let built = 0
  const build = async (client: pg.Client): Promise<void> => {
    built += 1
    await client.query('create table seed as select generate_series(1, 3) as n')
  }
  const names = await Promise.all([1, 2, 3].map(() => withTemplate('once', build)))
  expect(built).toBe(1)
  await using clone = await createTestDatabase({ template: names[0] })
  expect((await clone.query<{ n: string }>('select count(*) as n from seed')).rows[0]?.n).toBe('3')
})

test('a template whose building failed is built anew', async () => {
  const failing = withTemplate('flaky', async (client) => {
    await client.query('create table half (a int)')
    throw new Error('no luck')
  })
  await expect(failing).rejects.toThrow('no luck')
  const template = await withTemplate(
    'flaky',
    async (client) => void (await client.query('create table whole (a int)')),
  )
  await using clone = await createTestDatabase({ template })
  await expect(clone.query('select from half')).rejects.toThrow('does not exist')
  expect((await clone.query('select from whole')).rowCount).toBe(0)
})

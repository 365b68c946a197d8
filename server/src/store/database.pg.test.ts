import { createTestDatabase } from '@headwater/testkit/test-database.ts'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { afterCommit, type Database, openDatabase, openPool, transact } from './database.ts'

const LOCK = sql`select pg_advisory_xact_lock(1)`

test('a transaction that says nothing loses what it holds, and its pool goes on', async () => {
  await using database = await createTestDatabase()
  await using frozen = openDatabase(openPool({ url: database.url }, { max: 1, idleTransactionMs: 200 }))
  await using other = openDatabase(openPool({ url: database.url }, { max: 1 }))
  const isHeld = Promise.withResolvers<void>()
  const isFree = Promise.withResolvers<void>()
  const held = transact(frozen, async (tx) => {
    await LOCK.execute(tx)
    isHeld.resolve()
    await isFree.promise
    await sql`select 1`.execute(tx)
  })
  held.catch(() => {})
  await isHeld.promise
  await transact(other, async (tx) => {
    await LOCK.execute(tx)
  })
  isFree.resolve()
  await expect(held).rejects.toThrow()
  await transact(frozen, async (tx) => {
    await LOCK.execute(tx)
  })
})

test('what is to be done after a commit is done then, and not at all when there is none', async () => {
  await using database = await createTestDatabase()
  await using db = openDatabase(openPool({ url: database.url }, { max: 2 }))
  await sql`create table note (text text)`.execute(db)
  const seen: number[] = []
  const look = async (outside: Database): Promise<void> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from note`.execute(outside)
    seen.push(rows[0]?.n ?? -1)
  }
  const looks: Promise<void>[] = []
  await transact(db, async (tx) => {
    // Within a transaction that has begun already.
    await transact(tx, async (inner) => afterCommit(inner, (outside) => looks.push(look(outside))))
    await sql`insert into note values ('a')`.execute(tx)
    expect(looks).toHaveLength(0)
  })
  await Promise.all(looks)
  expect(seen).toEqual([1])
  await expect(
    transact(db, async (tx) => {
      afterCommit(tx, () => seen.push(-2))
      throw new Error('undone')
    }),
  ).rejects.toThrow('undone')
  expect(seen).toEqual([1])
  afterCommit(db, () => seen.push(2))
  expect(seen).toEqual([1, 2])
})

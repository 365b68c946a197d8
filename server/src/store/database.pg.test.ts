import { createTestDatabase } from '@headwater/testkit/test-database.ts'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDatabase, openPool, transact } from './database.ts'

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

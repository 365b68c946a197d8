import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase, openPool, transact } from './database.ts'
import { notifySoon } from './wake-ups.ts'

let database: TestDatabase
let db: Database
let listener: pg.Client
let heard: string[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  db = openDatabase(openPool({ url: database.url }, { max: 4 }))
  listener = new pg.Client({ connectionString: database.url })
  await listener.connect()
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await listener.query('listen headwater_wake_ups')
})

beforeEach(async () => {
  // What the test before has sent is past.
  await sleep(250)
  heard = []
})

afterAll(async () => {
  await listener?.end()
  await db?.destroy()
  await database?.drop()
})

test('the first is heard at once; what follows closely is told together, each topic once', async () => {
  for (let index = 0; index < 50; index++) for (const topic of ['plan', 'commit']) notifySoon(db, topic)
  await vi.waitUntil(() => heard.includes('commit'))
  await sleep(250)
  expect(heard.filter((topic) => topic === 'plan').length).toBeLessThanOrEqual(2)
  expect(heard.filter((topic) => topic === 'commit')).toEqual(['commit'])
})

test('a transaction wakes others when it has committed, and nobody when it has not', async () => {
  await transact(db, async (tx) => {
    notifySoon(tx, 'committed')
    await sleep(150)
    expect(heard).toEqual([])
  })
  await vi.waitUntil(() => heard.length > 0)
  const undone = transact(db, async (tx) => {
    notifySoon(tx, 'undone')
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await sleep(250)
  expect(heard).toEqual(['committed'])
})

import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { findRelation } from '#source/postgres/sql/find-relation.ts'
import { targetOf } from '#source/postgres/testing/test-source.ts'
import type { Session } from './session.ts'
import { SessionRack } from './session-rack.ts'

let source: TestDatabase
let target: ConnectionTarget
const racks: SessionRack[] = []

beforeAll(async () => {
  source = await createTestDatabase()
  target = targetOf(source)
})
afterEach(() => Promise.all(racks.splice(0).map((rack) => rack[Symbol.asyncDispose]())))
afterAll(() => source.drop())

function open(options?: ConstructorParameters<typeof SessionRack>[0]): SessionRack {
  const rack = new SessionRack(options)
  racks.push(rack)
  return rack
}

const pidOf = async (session: Session): Promise<number> =>
  Number((await session.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid)

const settingOf = async (session: Session, name: string): Promise<unknown> =>
  (await session.query('select current_setting($1) as value', [name]))[0]?.['value']

test('a session that rests is lent again, as a new one: no transaction, no lock, the settings of its new use', async () => {
  const rack = open()
  const pid = await (async () => {
    await using first = await rack.lend(target, { applicationName: 'first', lockTimeoutMs: 7_000 })
    await first.session.query('set timezone = "Asia/Tokyo"; begin; set local work_mem = 64')
    await first.session.query('lock table pg_catalog.pg_description in access share mode')
    return pidOf(first.session)
  })()
  await using second = await rack.lend(target, { applicationName: 'second' })
  const { session } = second
  expect(await pidOf(session)).toBe(pid)
  const held = "select from pg_locks where pid = pg_backend_pid() and relation = 'pg_description'::regclass"
  expect(await session.query(held)).toEqual([])
  expect(await settingOf(session, 'application_name')).toBe('second')
  expect(await settingOf(session, 'timezone')).toBe('UTC')
  expect(await settingOf(session, 'lock_timeout')).toBe('0')
  expect(session.driver.getTransactionStatus()).toBe('I')
})

test('a session at work is lent to nobody else, and one of another target or kind neither', async () => {
  const rack = open()
  await using a = await rack.lend(target)
  await using b = await rack.lend(target)
  const [pidA, pidB] = [await pidOf(a.session), await pidOf(b.session)]
  expect(pidA).not.toBe(pidB)
  await b[Symbol.asyncDispose]()
  await using readOnly = await rack.lend(target, { readOnly: true })
  await using elsewhere = await rack.lend({ ...target, searchPath: ['pg_catalog'] })
  expect([pidA, pidB]).not.toContain(await pidOf(readOnly.session))
  expect([pidA, pidB]).not.toContain(await pidOf(elsewhere.session))
  await using again = await rack.lend(target)
  expect(await pidOf(again.session)).toBe(pidB)
})

test('a session whose server process has gone while it rested is replaced by a new one', async () => {
  const rack = open()
  const lent = await rack.lend(target)
  const pid = await pidOf(lent.session)
  await lent[Symbol.asyncDispose]()
  await source.query('select pg_terminate_backend($1)', [pid])
  await using next = await rack.lend(target)
  expect(await pidOf(next.session)).not.toBe(pid)
})

test('a session that was aborted, or that failed in a statement, is not at its statement when it is lent again', async () => {
  const rack = open()
  const ended = new AbortController()
  const first = await rack.lend(target, { signal: ended.signal })
  const pid = await pidOf(first.session)
  const sleeping = first.session.query('select pg_sleep(60)').catch((error: unknown) => error)
  ended.abort(new Error('enough'))
  expect(await sleeping).toMatchObject({ message: 'enough' })
  await first[Symbol.asyncDispose]()
  const second = await rack.lend(target)
  expect(await pidOf(second.session)).not.toBe(pid)
  await second.session.query('begin; select 1 / 0').catch(() => {})
  await second[Symbol.asyncDispose]()
  await using third = await rack.lend(target)
  expect(await third.session.query('select 1 as one')).toEqual([{ one: 1 }])
})

test('a session that was used before sees a table as it is by now, and knows only questions to the catalogue', async () => {
  const rack = open()
  await source.query('create table altered as select 1 as id')
  const askTwice = async () => {
    await using lent = await rack.lend(target)
    const rows = await lent.session.query('select * from altered where id = $1', [1])
    await findRelation(lent.session, { name: 'altered', schema: undefined })
    const [known] = await lent.session.query('select count(*)::int as n from pg_prepared_statements')
    return { rows, known: known?.['n'] }
  }
  expect(await askTwice()).toEqual({ rows: [{ id: 1 }], known: 1 })
  await source.query("alter table altered add column label text default 'new'")
  expect(await askTwice()).toEqual({ rows: [{ id: 1, label: 'new' }], known: 1 })
})

test('sessions rest for a moment only, and a rack that is closed keeps none', async () => {
  const isThere = async (pid: number) =>
    (await source.query('select from pg_stat_activity where pid = $1', [pid])).rowCount === 1
  const brief = open({ restMs: 10 })
  const lent = await brief.lend(target)
  const pid = await pidOf(lent.session)
  await lent[Symbol.asyncDispose]()
  await vi.waitUntil(async () => !(await isThere(pid)), { timeout: 5_000, interval: 10 })
  const closed = open()
  const late = await closed.lend(target)
  const latePid = await pidOf(late.session)
  await closed[Symbol.asyncDispose]()
  await late[Symbol.asyncDispose]()
  await vi.waitUntil(async () => !(await isThere(latePid)), { timeout: 5_000, interval: 10 })
})

import {
  type Pooler,
  pgbouncerPath,
  pgbouncerTitle,
  startPooler,
} from '@headwater/testkit/postgres-lab/pooler.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnoseConnection } from '#source/postgres/doctor/diagnose-connection.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { copyAll, createTestSource, type TestSource, targetOf } from '#source/postgres/testing/test-source.ts'
import { openSession } from './session.ts'

const SETTINGS = [
  'datestyle',
  'intervalstyle',
  'timezone',
  'bytea_output',
  'statement_timeout',
  'lock_timeout',
  'default_transaction_read_only',
  'search_path',
]
const SHOW = `select name, setting from pg_settings where name = any('{${SETTINGS.join()}}') order by name`

describe.runIf(pgbouncerPath !== undefined)(`sessions that ${pgbouncerTitle} lends`, () => {
  let source: TestSource
  let pooler: Pooler
  beforeAll(async () => {
    source = await createTestSource()
    const { host, port, user, password, database } = source.database
    await source.database.query(`
      create schema "Back Room";
      create table "Back Room".stock as select n, now() as at from generate_series(1, 1000) n`)
    await source.database.query(`
      alter database ${database} set intervalstyle = 'iso_8601';
      alter database ${database} set bytea_output = 'escape';
      alter database ${database} set statement_timeout = '77s'`)
    const behind = `host=${host} port=${port} dbname=${database}`
    pooler = await startPooler({
      databases: {
        by_transaction: `${behind} pool_mode=transaction pool_size=1`,
        in_parallel: `${behind} pool_mode=transaction pool_size=2`,
        by_session: `${behind} pool_mode=session`,
      },
      users: { [user]: password },
    })
  })
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]()
    await source[Symbol.asyncDispose]()
  })

  function target(database: string, changes: Readonly<Record<string, unknown>> = {}): ConnectionTarget {
    const { user, password } = source.database
    return targetOf({ ...pooler, database, user, password }, changes)
  }

  async function asOthersSee(database: string): Promise<unknown> {
    const { user, password } = source.database
    const { host, port } = pooler
    const client = new pg.Client({ host, port, user, password, database, ssl: false })
    await client.connect()
    try {
      return (await client.query(SHOW)).rows
    } finally {
      await client.end()
    }
  }

  test.each(['by_transaction', 'by_session'])('%s: nobody else meets our settings', async (database) => {
    const before = await asOthersSee(database)
    {
      await using session = await openSession(target(database, { schema: 'Back Room' }), {
        readOnly: true,
        statementTimeoutMs: 1_000,
      })
      await session.query('select 1')
      await session.query('select 1/0').catch(() => {})
      await session.query('begin')
      await session.query('select 1')
      await session.query('rollback')
      if (database === 'by_transaction') expect(await asOthersSee(database)).toEqual(before)
    }
    await diagnoseConnection(target(database))
    expect(await asOthersSee(database)).toEqual(before)
  })

  test.each(['by_transaction', 'by_session'])('%s: each statement of ours has them', async (database) => {
    await using session = await openSession(target(database, { schema: 'Back Room' }), {
      readOnly: true,
      lockTimeoutMs: 5_000,
    })
    expect(session.isPooled).toBe(true)
    const expected = {
      interval: '1 day',
      bytes: '\\x00',
      timeout: '0',
      lock: '5s',
      count: '1000',
    }
    const sql = `select interval '1 day'::text as interval, '\\x00'::bytea::text as bytes, count(*)::text as count,
                        current_setting('statement_timeout') as timeout, current_setting('lock_timeout') as lock
                   from stock where n > $1`
    expect(await session.query(sql, [0])).toEqual([expected])
    await session.query('begin')
    expect(await session.query(sql, [0])).toEqual([expected])
    await session.query('rollback')
    await expect(session.query('create table x ()')).rejects.toMatchObject({ code: '25006' })
    expect(await session.query(sql, [0])).toEqual([expected])
  })

  test('a session of the server itself keeps its settings, and asks once', async () => {
    await using session = await openSession(source.target, { readOnly: true })
    expect(session.isPooled).toBe(false)
    await source.database.query('select 1')
    const rows = await session.query("select current_setting('intervalstyle') as style")
    expect(rows).toEqual([{ style: 'postgres' }])
  })

  test('a snapshot is shared and copied through a pool', async () => {
    const through = target('in_parallel')
    await using held = await holdSnapshot(through)
    await source.database.query(`delete from "Back Room".stock where n > 500`)
    await using session = await openSession(source.target)
    const { snapshotId } = held
    const { rowCount } = await copyAll({ ...source, session }, '"Back Room".stock', {
      snapshotId,
      target: through,
    })
    expect(rowCount).toBe(1_000)
  })
})

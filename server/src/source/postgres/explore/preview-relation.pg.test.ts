import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSession } from '#source/postgres/connect/session.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import { createTestSource, type TestSource, targetOf } from '#source/postgres/testing/test-source.ts'
import { describeRelation } from './describe-relation.ts'
import { type Preview, type PreviewOptions, previewRelation } from './preview-relation.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(`
    create table wide_rows (id int, pad text) with (autovacuum_enabled = off);
    alter table wide_rows alter pad set storage plain`)
})
afterAll(() => source[Symbol.asyncDispose]())

async function preview(path: string, options?: PreviewOptions): Promise<Preview> {
  return await previewRelation(source.session, await describeRelation(source.session, path), options)
}

const tellsAtOnce = (): boolean => source.session.serverMajor >= 15

/** Blocks of its heap that the server has read for a relation since the last call. */
async function blocksRead(relation: string): Promise<number> {
  const count = `
    select coalesce(sum(heap_blks_read + heap_blks_hit), 0)::int as blocks from pg_statio_user_tables
     where relname like $1`
  await source.session.query('select pg_stat_force_next_flush()')
  const { rows } = await source.database.query<{ blocks: number }>(count, [relation])
  await source.database.query('select pg_stat_reset()')
  return rows[0]?.blocks ?? 0
}

/** One row fills a block. */
async function fill(table: string, from: number, to: number): Promise<void> {
  await source.database.query(
    `insert into ${table} select n, repeat('x', 7000) from generate_series(${from}, ${to - 1}) n`,
  )
}

const ids = ({ rows }: Preview): number[] => rows.map((row) => Number(row['id']))
const isEqual = (column: string, value: unknown) => ({
  nodeType: 'fnApply',
  fnName: '=',
  params: [
    { nodeType: 'fieldLookup', fieldName: column },
    { nodeType: 'literal', value },
  ],
})

describe('of a large table', () => {
  const BLOCKS = 20_000
  beforeAll(async () => {
    await fill('wide_rows', 0, BLOCKS)
    if (tellsAtOnce()) await blocksRead('wide_rows')
  })

  test('only its first blocks are read', async ({ skip }) => {
    if (!tellsAtOnce()) skip('statistics come late before PostgreSQL 15')
    const found = await preview('wide_rows')
    expect(ids(found)).toEqual(Array.from({ length: 100 }, (_, id) => id))
    expect(found.partialReason).toBeUndefined()
    expect(await blocksRead('wide_rows')).toBeLessThan(200)
  })

  test('whose start was emptied, the end and places in between are looked at', async ({ skip }) => {
    if (!tellsAtOnce()) skip('statistics come late before PostgreSQL 15')
    await source.database.query(`
      begin; delete from wide_rows where id < ${BLOCKS - 50} and id % 4000 not between 2000 and 2030`)
    await source.database.query('commit')
    await blocksRead('wide_rows')
    const found = await preview('wide_rows')
    expect(found.rows.length).toBeGreaterThan(50)
    expect(ids(found)).toEqual([...new Set(ids(found))])
    expect(found.partialReason).toMatch(/blocks of public.wide_rows were looked at/)
    expect(await blocksRead('wide_rows')).toBeLessThan(BLOCKS / 2)
  })

  test('a filter that hardly any row passes is looked for in all of it', async () => {
    const { columns } = await describeRelation(source.session, 'wide_rows')
    const filter = compileRowFilter(isEqual('id', 10_010), columns)
    expect(ids(await preview('wide_rows', { filter }))).toEqual([10_010])
    const none = compileRowFilter(isEqual('id', -1), columns)
    expect(await preview('wide_rows', { filter: none })).toEqual({ rows: [], cutValues: [] })
  })
})

describe('of partitions and children', () => {
  test('their leaves are read, empty ones not at all', async () => {
    await source.database.query(`
      create table parted (id int, pad text) partition by range (id);
      do $$ begin for i in 0..199 loop
        execute format('create table parted_%s partition of parted for values from (%s) to (%s)', i, i * 10, i * 10 + 10);
      end loop; end $$;
      insert into parted select n, 'x' from generate_series(1500, 1519) n`)
    expect(ids(await preview('parted', { limit: 15 }))).toHaveLength(15)
    expect(ids(await preview('parted')).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => 1500 + index),
    )
  })

  test('an inheritance parent shows the rows of its children, in its own columns', async () => {
    await source.database.query(`
      create table parent (id int, note text); create table child (extra int, note text, id int) inherits (parent);
      insert into parent values (1, 'own'); insert into child (id, note, extra) values (2, 'of the child', 3)`)
    const { rows } = await preview('parent')
    expect(rows.toSorted((a, b) => Number(a['id']) - Number(b['id']))).toEqual([
      { id: 1, note: 'own' },
      { id: 2, note: 'of the child' },
    ])
  })

  test('row-level security holds, whatever way the rows are found', async () => {
    const role = `guarded_${source.database.database}`
    await source.database.query(`
      create role ${role} login password 'reader'; grant usage on schema public to ${role};
      create table mine (id int, owner text); alter table mine enable row level security;
      create policy own on mine using (owner = current_user); grant select on mine to ${role};
      create table ours (id int, owner text) partition by list (id); create table ours_1 partition of ours default;
      alter table ours enable row level security; create policy own on ours using (owner = current_user);
      grant select on ours, ours_1 to ${role};
      insert into mine values (1, 'somebody'), (2, '${role}'); insert into ours select * from mine`)
    await using session = await openSession(targetOf(source.database, { username: role, password: 'reader' }))
    for (const path of ['mine', 'ours']) {
      const found = await previewRelation(session, await describeRelation(session, path))
      expect(ids(found)).toEqual([2])
    }
    await session.close()
    await source.database.query(`drop owned by ${role}; drop role ${role}`)
  })
})

describe('of odd tables', () => {
  test('without rows', async () => {
    await source.database.query('create table empty (id int)')
    expect(await preview('empty')).toEqual({ rows: [], cutValues: [] })
  })

  test('without columns there are rows all the same', async () => {
    await source.database.query(
      'create table bare (); insert into bare default values; insert into bare default values',
    )
    expect((await preview('bare')).rows).toEqual([{}, {}])
  })

  test('with 1600 columns', async () => {
    const columns = Array.from({ length: 1600 }, (_, index) => `c${index} text`)
    await source.database.query(`create table widest (${columns.join(', ')})`)
    await source.database.query(
      `insert into widest (c0, c1599) select n::text, 'last' from generate_series(1, 50) n`,
    )
    const { rows } = await preview('widest')
    expect(rows).toHaveLength(50)
    expect(rows[0]).toEqual({ c0: '1', c1599: 'last' })
  })
})

describe('values of any length', () => {
  beforeAll(async () => {
    await source.database.query(`
      create table giants (id int, big text, raw bytea, doc jsonb, plain text, padded char(80000), list int[]);
      alter table giants alter big set storage external;
      insert into giants values
        (1, 'start' || repeat('é', 25 * 1024 * 1024), convert_to(repeat('x', 70000), 'UTF8'),
         to_jsonb(repeat('y', 10 * 1024 * 1024)), repeat('z', 65536), 'short', null),
        (2, null, '\\x00ff', '{"a": 1}', repeat('z', 65537), null, array(select generate_series(1, 15000)))`)
  })

  test('over 64 KiB are cut and reported, all others are exact', async () => {
    const { rows, cutValues, partialReason } = await preview('giants')
    expect(partialReason).toBeUndefined()
    const [first, second] = rows
    expect(first).toMatchObject({
      big: `start${'é'.repeat(1019)}`,
      raw: Buffer.alloc(1024, 'x').toString('base64'),
    })
    expect(first?.['plain']).toBe('z'.repeat(65536))
    expect(first).not.toHaveProperty('doc')
    expect(second).toMatchObject({ raw: 'AP8=', doc: '{"a": 1}', plain: 'z'.repeat(1024) })
    expect(second?.['list']).toMatch(/^\{1,2,3,.*/)
    expect(String(second?.['list'])).toHaveLength(1024)
    expect(cutValues).toEqual([
      { row: 0, column: 'big', sizeBytes: 5 + 50 * 1024 * 1024 },
      { row: 0, column: 'raw', sizeBytes: 70_000 },
      { row: 0, column: 'doc', sizeBytes: expect.any(Number) },
      { row: 0, column: 'padded', sizeBytes: 80_000 },
      { row: 1, column: 'plain', sizeBytes: 65_537 },
      { row: 1, column: 'list', sizeBytes: 78_895 },
    ])
  })

  test('rows stop when the answer is full', async () => {
    await source.database.query(`
      create view heavy as select n as id, repeat('x', 65000) as a, repeat('y', 65000) as b from generate_series(1, 1000) n`)
    const { rows, partialReason } = await preview('heavy', { limit: 1000 })
    expect(rows.length).toBeGreaterThan(200)
    expect(rows.length).toBeLessThan(300)
    expect(partialReason).toMatch(/so long/)
    expect(await source.session.query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a view computes each value once, and none for rows that are not shown', async ({ skip }) => {
    if (!tellsAtOnce()) skip('statistics come late before PostgreSQL 15')
    await source.database.query(`
      create function costly(n int) returns text language plpgsql as $$ begin return 'n' || n; end $$;
      create view costly_rows as select costly(n) as x from generate_series(1, 1000) n`)
    await source.session.query('set track_functions = pl')
    const { rows } = await preview('costly_rows', { limit: 10 })
    expect(rows.at(-1)).toEqual({ x: 'n10' })
    await source.session.query('select pg_stat_force_next_flush()')
    const calls = await source.session.query('select calls from pg_stat_user_functions')
    expect(calls).toEqual([{ calls: '10' }])
  })
})

describe('in the time there is', () => {
  test('rows that came are shown, with the reason why there are no more', async () => {
    await source.database.query(`
      create view slowing as select n as id, case when n > 7 then pg_sleep(60)::text end as x from generate_series(1, 100) n`)
    const { rows, partialReason } = await preview('slowing', { timeoutMs: 300 })
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => ({ id })))
    expect(partialReason).toBe('No more rows of public.slowing came within 0.3 seconds.')
  })

  test('without any row it says what to do', async () => {
    await source.database.query('create view stuck as select pg_sleep(60)::text as x')
    await expect(preview('stuck', { timeoutMs: 50 })).rejects.toMatchObject({
      name: 'SourceError',
      code: '57014',
      message: 'No row of public.stuck came within 0.05 seconds.',
      remedy: expect.stringMatching(/view/),
    })
    expect(await source.session.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSession, type Session } from '#source/postgres/connect/session.ts'
import { copyAll, createTestSource, type TestSource, targetOf } from '#source/postgres/testing/test-source.ts'
import { describeRelation } from './describe-relation.ts'
import { type ListRelationsOptions, listRelations, streamRelations } from './list-relations.ts'
import { previewRelation } from './preview-relation.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(`
    create schema "My.Schema";
    create table orders (
      id int8, line int2, customer text not null, amount numeric(12,2), ratio float8, placed timestamptz,
      local timestamp(3), day date, note jsonb, raw bytea, free numeric, gone int,
      doubled int8 generated always as (id * 2) stored, primary key (line, id) include (customer));
    alter table orders drop column gone;
    comment on column orders.customer is 'who pays';
    create view v_orders as select id, customer from orders;
    create materialized view m_orders as select * from v_orders;
    create table "My.Schema"."Say ""hi"", Bob's" ("a.b" int, "ÜBER" text, "select" int);
    create table "My.Schema"."UPPER" (x int);
    create table parts (id int) partition by range (id);
    create table parts_1 partition of parts for values from (0) to (10);
    insert into orders (id, line, customer, amount, ratio, placed, local, day, note, raw, free) values
      (1, 1, 'Ann', 12.50, 0.5, '2022-06-22 17:19:33.000001+02', '2022-06-22 17:19:33', '2022-06-22', '{"a": 1}', '\\x00ff', 1.10),
      (9007199254740993, 2, 'O''Neill; --', null, 'NaN', 'infinity', '0044-03-15 12:00:00 BC', null, null, null, 'NaN'),
      (3, 3, 'back\\slash', 0.00, -1e300, '1883-11-18 12:03:57-05', null, null, 'null', '', 1e-10)`)
})
afterAll(() => source[Symbol.asyncDispose]())

async function listAll(session: Session, options?: ListRelationsOptions) {
  return (await Array.fromAsync(streamRelations(session, options))).flat()
}

describe('listing', () => {
  test('what the user may read, sorted by name, without partitions and system schemas', async () => {
    const { relations, hasMore } = await listRelations(source.session, {}, 100)
    expect(hasMore).toBe(false)
    expect(relations.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'table "My.Schema"."Say ""hi"", Bob\'s"',
      'table "My.Schema".UPPER',
      'materialized view public.m_orders',
      'table public.orders',
      'partitioned table public.parts',
      'view public.v_orders',
    ])
  })

  test('every listed path describes its relation, and its rows can be copied', async () => {
    await source.database.query(`insert into "My.Schema"."Say ""hi"", Bob's" values (1, 'ü', 2)`)
    for (const { path, schema, name } of await listAll(source.session, { includePartitions: true })) {
      const shape = await describeRelation(source.session, path)
      expect(shape).toMatchObject({ path, schema, name })
      await previewRelation(source.session, shape)
      await copyAll(source, path)
    }
    const { ring, shape } = await copyAll(source, '"My.Schema"."Say ""hi"", Bob\'s"')
    expect(shape.columns.map((column) => column.name)).toEqual(['a.b', 'ÜBER', 'select'])
    expect(ring.rows).toEqual([['1', 'ü', '2']])
  })

  test('privileges hide relations and columns', async () => {
    const { database } = source
    const role = `reader_of_${database.database}`
    await database.query(`
      create role ${role} login password 'reader'; grant select (id, customer) on orders to ${role}; grant select on v_orders to ${role}`)
    await using session = await openSession(targetOf(database, { username: role, password: 'reader' }))
    const paths = (await listAll(session)).map(({ path }) => path)
    expect(paths).toEqual(['public.orders', 'public.v_orders'])
    const shape = await describeRelation(session, 'orders')
    expect(shape.columns.map((column) => column.name)).toEqual(['id', 'customer'])
    // The place of a row is a column that only SELECT on the whole table shows.
    expect(shape).toMatchObject({
      canReadInParallel: false,
      parallelObstacle: expect.stringMatching(/some of/),
    })
    const { rows } = await previewRelation(session, shape, { limit: 1 })
    expect(rows).toEqual([{ id: 1, customer: 'Ann' }])
    const own = { ...source, session, target: session.target }
    expect((await copyAll(own, 'orders')).rowCount).toBe(3)
    await expect(describeRelation(session, 'm_orders')).rejects.toMatchObject({
      name: 'RelationNotFoundError',
      code: '42501',
      message: expect.stringContaining(`Run GRANT SELECT ON "public"."m_orders" TO ${role};`),
    })
    // The statement that the message tells is one that helps.
    await database.query(`grant select on public.m_orders to ${role}`)
    expect((await describeRelation(session, 'm_orders')).path).toBe('public.m_orders')
    await session.close()
    await database.query(`drop owned by ${role}; drop role ${role}`)
  })
})

describe('describing', () => {
  test('columns, key, comments, sizes', async () => {
    await source.database.query('analyze orders')
    const shape = await describeRelation(source.session, 'public.orders')
    expect(shape).toMatchObject({
      schema: 'public',
      name: 'orders',
      kind: 'table',
      primaryKey: ['line', 'id'],
      estimatedRows: 3,
      blocks: 1,
      blockBytes: 8192,
      canReadInParallel: true,
    })
    expect(shape.sizeBytes).toBeGreaterThanOrEqual(8192)
    const told = shape.columns.map(({ name, type, nullable, isGenerated, comment }) => [
      name,
      type.typeName,
      ...(nullable ? [] : ['not null']),
      ...(isGenerated ? ['generated'] : []),
      ...(comment === undefined ? [] : [comment]),
    ])
    expect(told).toEqual([
      ['id', 'bigint', 'not null'],
      ['line', 'smallint', 'not null'],
      ['customer', 'text', 'not null', 'who pays'],
      ['amount', 'numeric(12,2)'],
      ['ratio', 'double precision'],
      ['placed', 'timestamp with time zone'],
      ['local', 'timestamp(3) without time zone'],
      ['day', 'date'],
      ['note', 'jsonb'],
      ['raw', 'bytea'],
      ['free', 'numeric'],
      ['doubled', 'bigint', 'generated'],
    ])
  })

  test('a bare name follows the search path; views have no key and no size', async () => {
    const shape = await describeRelation(source.session, 'v_orders')
    expect(shape).toMatchObject({
      path: 'public.v_orders',
      kind: 'view',
      primaryKey: [],
      leaves: [],
      canReadInParallel: false,
    })
    expect(shape.estimatedRows).toBeUndefined()
    await expect(describeRelation(source.session, 'UPPER')).rejects.toThrow('UPPER')
  })

  test('a wrong name is answered with the nearest', async () => {
    const missing = describeRelation(source.session, 'public.ordres')
    await expect(missing).rejects.toMatchObject({ code: '42P01', nearest: 'public.orders' })
    const elsewhere = describeRelation(source.session, 'UPPER')
    await expect(elsewhere).rejects.toMatchObject({ nearest: '"My.Schema".UPPER' })
    await expect(describeRelation(source.session, 'nothing.like_it')).rejects.toThrow(/nothing\.like_it/)
    await expect(describeRelation(source.session, `x'; drop table orders; --`)).rejects.toThrow(/x'; drop/)
  })
})

describe('preview', () => {
  test('values as JSON can say them exactly', async () => {
    const shape = await describeRelation(source.session, 'orders')
    const { rows } = await previewRelation(source.session, shape)
    expect(rows).toEqual([
      {
        id: 1,
        line: 1,
        customer: 'Ann',
        amount: '12.50',
        ratio: 0.5,
        placed: '2022-06-22T15:19:33.000001Z',
        local: '2022-06-22T17:19:33',
        day: '2022-06-22',
        note: '{"a": 1}',
        raw: 'AP8=',
        free: '1.10',
        doubled: 2,
      },
      {
        id: '9007199254740993',
        line: 2,
        customer: "O'Neill; --",
        ratio: 'NaN',
        placed: 'infinity',
        local: '0044-03-15T12:00:00 BC',
        free: 'NaN',
        doubled: '18014398509481986',
      },
      {
        id: 3,
        line: 3,
        customer: 'back\\slash',
        amount: '0.00',
        ratio: -1e300,
        placed: '1883-11-18T17:03:57Z',
        note: 'null',
        raw: '',
        free: '0.0000000001',
        doubled: 6,
      },
    ])
  })

  test('limits and columns', async () => {
    const shape = await describeRelation(source.session, 'orders')
    const { rows } = await previewRelation(source.session, shape, { limit: 1, columns: ['line', 'day'] })
    expect(rows).toEqual([{ line: 1, day: '2022-06-22' }])
    const wrong = previewRelation(source.session, shape, { columns: ['costumer'] })
    await expect(wrong).rejects.toMatchObject({ name: 'ColumnNotFoundError', nearest: 'customer' })
  })

  test('a view that writes is refused, one that sleeps is stopped', async () => {
    await source.database.query(`
      create table written (x int);
      create function scribble() returns int language sql as 'insert into written values (1) returning x';
      create view scribbling as select scribble();
      create view sleeping as select pg_sleep(30)::text as x`)
    const scribbling = await describeRelation(source.session, 'scribbling')
    await expect(previewRelation(source.session, scribbling)).rejects.toMatchObject({ code: '25006' })
    const sleeping = await describeRelation(source.session, 'sleeping')
    const stopped = previewRelation(source.session, sleeping, { timeoutMs: 50 })
    await expect(stopped).rejects.toMatchObject({ code: '57014', stage: 'query' })
    expect(await source.session.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('a relation that was replaced since the snapshot is not taken for one that may not be read', async () => {
  await source.database.query('create table replaced as select 1 as id')
  await using session = await openSession(source.target)
  await session.query('begin transaction isolation level repeatable read read only')
  await session.query('select')
  await source.database.query('drop table replaced; create table replaced as select 1 as id')
  await expect(describeRelation(session, 'public.replaced')).rejects.toMatchObject({
    code: 'RELATION_ALTERED',
    mayPass: true,
  })
  await session.query('rollback')
  expect(await describeRelation(session, 'public.replaced')).toMatchObject({ path: 'public.replaced' })
})

import { get } from 'node:http'
import { Explored } from '@headwater/contract/explore.ts'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type AnyBody,
  basicParams,
  CALLER,
  created,
  type FlowTestService,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let connectionId: string
let url: string

beforeAll(async () => {
  service = await startFlowService()
  await service.source.query(`
    create type mood as enum ('sad', 'fine', 'happy');
    create domain percent as int check (value between 0 and 100);
    create table person (id bigint generated always as identity primary key, name text not null unique);
    create table visit (
      person_id bigint references person, at timestamptz default now(), place text,
      mood mood, moods mood[], grid int[][], share percent, doubled int generated always as (share * 2) stored,
      created_at timestamptz not null default now(), updated_at timestamptz not null,
      primary key (at, person_id), unique (place, at));
    create index on visit (updated_at);
    comment on table visit is 'who came'; comment on column visit.place is 'where';
    insert into person (name) values ('Ann');
    insert into visit (person_id, at, place, mood, moods, grid, share, updated_at)
      select 1, timestamptz '2026-01-01Z' + n * interval '1 day', 'Rome', 'fine', '{sad,happy}', '{{1,2},{3,4}}', 7, now()
        from generate_series(1, 500) n;
    analyze visit;
    create view v_visit as select person_id, place from visit;
    create materialized view never as select * from visit with no data;
    create table parted (id int, day date) partition by range (day);
    create table parted_1 partition of parted for values from ('2026-01-01') to ('2027-01-01');
    create table guarded (id int, owner text); alter table guarded enable row level security;
    create view slow as select n, pg_sleep(60)::text as x from generate_series(1, 9) n`)
  const auth = { specName: 'Basic Authentication', params: basicParams(service.source) }
  connectionId = await created(service, '/connections', { name: 'people', auth, connectionSpec: POSTGRES })
  url = `/connections/${connectionId}/explore`
})
afterAll(async () => service[Symbol.asyncDispose]())

async function explore(object: string, more: Record<string, string> = {}): Promise<AnyBody> {
  const query = new URLSearchParams({ objectType: 'table', object, ...more })
  const { status, body } = await service.call('GET', `${url}?${query}`)
  expect([status, body?.errorMessage]).toEqual([200, undefined])
  expect(Value.Errors(Explored, body)).toEqual([])
  return body
}

describe('what is said of a table', () => {
  test('keys, comment, sizes', async () => {
    const { meta } = await explore('public.visit')
    expect(meta).toMatchObject({
      path: 'public.visit',
      kind: 'table',
      comment: 'who came',
      estimatedRows: 500,
      primaryKey: ['at', 'person_id'],
      uniqueKeys: [{ name: 'visit_place_at_key', columns: ['place', 'at'] }],
      foreignKeys: [
        {
          name: 'visit_person_id_fkey',
          columns: ['person_id'],
          references: 'public.person',
          referencedColumns: ['id'],
        },
      ],
      parallelRead: { isPossible: true },
    })
    expect(meta.sizeBytes).toBeGreaterThan(8192)
    expect(meta).not.toHaveProperty('preview')
  })

  test('columns', async () => {
    const { schema } = await explore('public.visit')
    const told = Object.fromEntries(schema.columns.map(({ name, meta }: AnyBody) => [name, meta]))
    expect(told).toMatchObject({
      person_id: { originalType: 'bigint', nullable: false, primaryKeyPosition: 2 },
      at: { nullable: false, primaryKeyPosition: 1, default: 'now()' },
      place: { nullable: true, comment: 'where' },
      mood: { originalType: 'mood', enumValues: ['sad', 'fine', 'happy'] },
      moods: { originalType: 'mood[]', arrayDimensions: 1, enumValues: ['sad', 'fine', 'happy'] },
      grid: { originalType: 'integer[]', arrayDimensions: 2 },
      share: { originalType: 'percent', domainOf: 'integer' },
      doubled: { generated: 'stored' },
    })
    expect(told['place']).toEqual({ originalType: 'text', nullable: true, comment: 'where' })
    const person = await explore('public.person')
    expect(person.schema.columns[0].meta).toMatchObject({ generated: 'identity', primaryKeyPosition: 1 })
  })

  test('columns that are computed when they are read', async ({ skip }) => {
    const { rows } = await service.source.query('show server_version_num')
    if (Number(rows[0]?.['server_version_num']) < 180_000) skip('PostgreSQL has them from version 18 on')
    await service.source.query(`
      create table computed (a int, b int generated always as (a * 2) virtual); insert into computed values (4)`)
    const { schema, data } = await explore('public.computed', { preview: 'true' })
    expect(schema.columns[1].meta).toEqual({ originalType: 'integer', nullable: true, generated: 'virtual' })
    expect(data).toEqual([{ a: 4, b: 8 }])
  })

  test('columns that an incremental flow could follow, best first', async () => {
    const { meta } = await explore('public.visit')
    expect(meta.watermarkCandidates.map(({ name, sees }: AnyBody) => `${name} ${sees}`)).toEqual([
      'updated_at changes',
      'at unknown',
      'created_at inserts',
    ])
    expect(meta.watermarkCandidates[0]).toMatchObject({
      type: 'timestamp with time zone',
      isIndexed: true,
      isNotNull: true,
      isDeltaColumn: true,
      why: expect.stringMatching(/every write.*indexed.*never null/i),
    })
  })

  test.each([
    ['public.v_visit', 'view', /view has no blocks/],
    ['public.visit', 'table', undefined],
    ['public.parted', 'partitioned table', undefined],
    ['public.never', 'materialized view', undefined],
  ])('whether %s can be read in parallel', async (path, kind, reason) => {
    const { meta } = await explore(path)
    expect(meta.kind).toBe(kind)
    expect(meta.parallelRead).toEqual(
      reason === undefined
        ? { isPossible: true }
        : { isPossible: false, reason: expect.stringMatching(reason) },
    )
  })

  test('partitions', async () => {
    expect((await explore('public.parted')).meta).toMatchObject({ partitionKey: 'RANGE (day)' })
    expect((await explore('public.parted_1')).meta).toMatchObject({
      isPartition: true,
      parent: 'public.parted',
    })
  })

  test('its columns are taken as they are by a source connection', async () => {
    const { schema } = await explore('public.visit')
    const id = await created(service, '/sourceConnections', {
      name: 'visits',
      baseConnectionId: connectionId,
      connectionSpec: POSTGRES,
      data: { format: 'tabular' },
      params: { tableName: 'public.visit', columns: schema.columns },
    })
    const { body } = await service.call('GET', `/sourceConnections/${id}`)
    expect(body.items[0].params.columns).toEqual(schema.columns)
  })
})

describe('a preview', () => {
  test('says that it is whole', async () => {
    const { data, meta } = await explore('public.visit', { preview: 'true' })
    expect(data).toHaveLength(100)
    expect(meta.preview).toEqual({ isPartial: false })
    expect(data[0]).toMatchObject({ grid: '{{1,2},{3,4}}', moods: '{sad,happy}', share: 7, doubled: 14 })
  })

  test('of a materialised view that was never filled says what to do, and the list says so before', async () => {
    const query = new URLSearchParams({ objectType: 'table', object: 'public.never', preview: 'true' })
    const { status, body } = await service.call('GET', `${url}?${query}`)
    expect([status, body.errorMessage]).toEqual([400, expect.stringContaining('REFRESH MATERIALIZED VIEW')])
    const { body: root } = await service.call('GET', `${url}?search=never`)
    expect(root).toMatchObject([{ path: 'public.never', canPreview: false, canFetchSchema: true }])
  })

  test('of a locked table does not wait for the lock', async () => {
    await service.source.query('begin; lock table person')
    try {
      const query = new URLSearchParams({ objectType: 'table', object: 'public.person', preview: 'true' })
      const { status, body } = await service.call('GET', `${url}?${query}`)
      expect([status, body.errorMessage]).toEqual([400, expect.stringMatching(/person" is locked/)])
    } finally {
      await service.source.query('rollback')
    }
  })

  test('is cancelled in the database when the client hangs up', async () => {
    const address = await service.listen()
    const query = new URLSearchParams({ objectType: 'table', object: 'public.slow', preview: 'true' })
    const request = get(`${address}${url}?${query}`, { headers: CALLER })
    request.on('error', () => {})
    const isRunning = async (): Promise<boolean> => {
      const { rows } = await service.source.query(`
        select from pg_stat_activity
         where datname = current_database() and state = 'active' and wait_event = 'PgSleep'`)
      return rows.length > 0
    }
    await vi.waitFor(async () => expect(await isRunning()).toBe(true), { timeout: 10_000 })
    request.destroy()
    await vi.waitFor(async () => expect(await isRunning()).toBe(false), { timeout: 10_000 })
  })
})

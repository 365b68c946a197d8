import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunWorld, type Worker } from '#runs/testing/run-world.ts'
import type { RunWindow } from '#services/flow-service/runs/run.ts'

const PROPERTIES = { id: { type: 'integer' }, updated_at: { type: 'string', format: 'date-time' } }

let world: RunWorld
let worker: Worker

beforeAll(async () => {
  world = await RunWorld.open()
  worker = await world.startWorker()
})

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

type Flow = Awaited<ReturnType<RunWorld['addFlow']>>

/** A table of that name with one row that is an hour and a half old, and a flow that has landed it. */
async function landFirst(name: string, kind = ''): Promise<Flow> {
  await world.source.query(`
    create table ${name} (id int, updated_at timestamptz not null default now(), pad text) ${kind};
    ${kind === '' ? `create index ${name}_id on ${name} (id);` : `create table ${name}_1 partition of ${name} default;`}
    insert into ${name} values (0, now() - interval '90 minutes')`)
  const relation = `public.${name}`
  const flow = await world.addFlow({ relation, properties: PROPERTIES, deltaColumn: 'updated_at' })
  await land(flow)
  return flow
}

/** Lands the next window of the flow, or another one. */
async function land(flow: Flow, window?: RunWindow): Promise<void> {
  const { watermark_at: startMs } = await world.flowRow(flow)
  // Windows end at whole milliseconds, and what was just written lies within this one.
  await sleep(2)
  const run = await world.startRun(flow, window ?? { startMs, endMs: Date.now() })
  const { state, document } = await world.untilEnded(run)
  expect(state, JSON.stringify(document['metrics'])).toBe('success')
}

async function landedIds(flow: Flow): Promise<unknown> {
  return (await world.query(flow, 'select id from t order by id')).map(([id]) => Number(id))
}

async function beside(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: world.source.url })
  await client.connect()
  return client
}

test.each(['', 'partition by range (id)'])(
  'what an open transaction has written comes with the run after its end, with what it wrote within others (%s)',
  async (kind) => {
    const name = kind === '' ? 'open_one' : 'open_parts'
    const flow = await landFirst(name, kind)
    const writer = await beside()
    await writer.query(`begin; insert into ${name} values (1)`)
    await writer.query(`savepoint inner_one; insert into ${name} values (2); release inner_one`)
    await writer.query(`insert into ${name} values (3, now() - interval '50 minutes')`)
    await world.source.query(`insert into ${name} values (4)`)
    await land(flow)
    expect(await landedIds(flow)).toEqual([0, 4])
    await land(flow)
    await writer.query('commit')
    await writer.end()
    await land(flow)
    await land(flow)
    expect(await landedIds(flow)).toEqual([0, 1, 2, 3, 4])
  },
)

test('a transaction that had written nothing when the window was read is found behind it, an hour back', async () => {
  const flow = await landFirst('silent')
  const writer = await beside()
  await writer.query('begin; select now()')
  await land(flow)
  await writer.query(`insert into silent values (1, now()), (2, now() - interval '50 minutes')`)
  await writer.query(`insert into silent values (3, now() - interval '70 minutes')`)
  await writer.query('commit')
  await writer.end()
  await land(flow)
  await land(flow)
  expect(await landedIds(flow)).toEqual([0, 1, 2])
})

test('rows that are moved keep their transactions, and a table that is rewritten does not come again', async () => {
  const flow = await landFirst('moved')
  await world.source.query('insert into moved values (1)')
  await land(flow)
  await world.source.query("insert into moved values (2, now() - interval '1 minute')")
  await world.source.query('vacuum full moved')
  await world.source.query('cluster moved using moved_id')
  await land(flow)
  expect(await landedIds(flow)).toEqual([0, 1, 2])
  await world.source.query('alter table moved alter pad type int using length(pad)')
  await land(flow)
  await world.source.query('insert into moved values (3)')
  await land(flow)
  expect(await landedIds(flow)).toEqual([0, 1, 2, 3])
  await world.source.query(`
    begin; create table kept as table moved; truncate moved; insert into moved select * from kept; commit`)
  await land(flow)
  expect(await landedIds(flow)).toEqual([0, 1, 2, 3])
})

test('a window of the past takes what it sees, and what is late is still found', async () => {
  const flow = await landFirst('asked')
  const writer = await beside()
  await writer.query('begin; insert into asked values (1)')
  await land(flow)
  await land(flow, { startMs: Date.now() - 3 * 3_600_000, endMs: Date.now() - 3_600_000 })
  expect(await landedIds(flow)).toEqual([0, 0])
  await writer.query('commit')
  await writer.end()
  await land(flow)
  expect(await landedIds(flow)).toEqual([0, 0, 1])
})

test('what a copy of everything has taken, the next window does not take again', async () => {
  await world.source.query('create table whole (id int, updated_at timestamptz not null default now())')
  await world.source.query("insert into whole values (1, now()), (2, now() + interval '1 second')")
  const flow = await world.addFlow({
    relation: 'public.whole',
    properties: PROPERTIES,
    deltaColumn: 'updated_at',
  })
  await land(flow, { startMs: null, endMs: null })
  await world.source.query('insert into whole values (3)')
  await world.source.query('select pg_sleep(1.1)')
  await land(flow)
  expect(await landedIds(flow)).toEqual([1, 2, 3])
})

test('an index of the delta column finds a window, the hour before it, and what was left there', async () => {
  await world.source.query(`
    create table indexed (id int, updated_at timestamptz not null, pad text);
    insert into indexed select i, now() - i * interval '1 minute', repeat('x', 100) from generate_series(1, 60000) i;
    create index on indexed (updated_at);
    analyze indexed`)
  const flow = await world.addFlow({
    relation: 'public.indexed',
    properties: PROPERTIES,
    deltaColumn: 'updated_at',
  })
  const writer = await beside()
  // The first window, and the one after it, which finds what the first has left wherever it lies.
  for (const id of [-1, -2]) {
    await world.source.query(`insert into indexed values (${id}, now())`)
    await land(flow)
  }
  await writer.query('begin; insert into indexed values (-3, now())')
  await land(flow)
  await writer.query('commit')
  await writer.end()
  await land(flow)
  const { rows } = await world.metadata.query<{ slices: number }>(
    `select count(*)::int as slices from run_slice join flow_run on flow_run.id = run_slice.run_id
      where flow_run.flow_id = $1 group by flow_run.id, created_at order by created_at`,
    [flow.id],
  )
  const [first = 0, , ...windows] = rows.map(({ slices }) => slices)
  expect(first).toBeGreaterThan(4)
  expect(windows).toEqual([1, 1])
  expect(await world.query(flow, 'select count(*)::int, min(id)::int from t')).toEqual([[60_003, -3]])
})

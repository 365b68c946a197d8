import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RunWorld, type Worker } from '#runs/testing/run-world.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { transact } from '#store/database.ts'

/** Runs that nobody wants any more, wherever they are. */
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

/** As long as it may take until nothing of a run goes on at the source. */
const PATIENCE = { timeout: 5_000, interval: 20 }
const PROPERTIES = { id: { type: 'integer' } }

async function cancel({ id }: Run): Promise<void> {
  const { queue } = worker
  await transact(world.db, (tx) => queue.submit(tx, 'run.dead', { v: 1, runId: id, isCancelled: true }))
}

/** Sessions of ours that the source has something to do for. */
async function busySessions(): Promise<number> {
  const { rowCount } = await world.source.query(
    `select from pg_stat_activity
      where datname = current_database() and application_name like 'headwater-%'
        and (state <> 'idle' or backend_xmin is not null)`,
  )
  return rowCount ?? 0
}

async function untilBusy(text: string): Promise<void> {
  const busy = `select from pg_stat_activity
    where datname = current_database() and application_name like 'headwater-%' and state = 'active' and query like $1`
  await vi.waitUntil(async () => ((await world.source.query(busy, [`%${text}%`])).rowCount ?? 0) > 0, {
    timeout: 10_000,
    interval: 20,
  })
}

async function expectGone(run: Run): Promise<void> {
  const ended = await world.untilEnded(run)
  expect(ended.state).toBe('failed')
  expect(JSON.stringify(ended.document['metrics'])).toContain('HW-RUN-CANCELLED')
  // The source is left a moment before the step that read it has ended.
  await vi.waitUntil(
    async () => (await busySessions()) === 0 && worker.queue.running()['run.extract'] === 0,
    PATIENCE,
  )
  expect(worker.queue.running()).toMatchObject({ 'run.extract': 0 })
}

test('a copy is cancelled on the source, and its thread is free for the next run', async () => {
  await world.source.query(
    'create view slow as select i as id, pg_sleep(60) is null as waited from generate_series(1, 100) i',
  )
  const flow = await world.addFlow({
    relation: 'public.slow',
    properties: { ...PROPERTIES, waited: { type: 'boolean' } },
  })
  const run = await world.startRun(flow)
  await untilBusy('copy (')
  await cancel(run)
  await expectGone(run)
  await world.source.query('create table quick as select 1 as id')
  const next = await world.addFlow({ relation: 'public.quick', properties: PROPERTIES })
  expect((await world.untilEnded(await world.startRun(next))).state).toBe('success')
})

test('a planner that waits for a lock of the source waits no more', async () => {
  await world.source.query('create table locked as select 1 as id')
  const flow = await world.addFlow({ relation: 'public.locked', properties: PROPERTIES })
  const owner = new pg.Client({ connectionString: world.source.url })
  await owner.connect()
  await owner.query('begin; lock table locked')
  const run = await world.startRun(flow)
  await untilBusy('explain')
  await cancel(run)
  await expectGone(run)
  await owner.query('rollback')
  await owner.end()
})

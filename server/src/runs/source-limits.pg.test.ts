import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { SeededFlow } from '#runs/testing/flow-seeder.ts'
import { RunWorld } from '#runs/testing/run-world.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { targetOf } from '#source/postgres/testing/test-source.ts'

/** What a run may not do to its source, whatever becomes of the run. */
let world: RunWorld
const PATIENCE = { timeout: 10_000, interval: 20 }

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query(`
    create table small as select i as id from generate_series(1, 10) i;
    create table large as select i as id, repeat('x', 100) as pad from generate_series(1, 40000) i`)
})
afterAll(() => world[Symbol.asyncDispose]())

function flowOf(name: string) {
  return world.addFlow({ relation: `public.${name}`, properties: { id: { type: 'integer' } } })
}

async function ofConnection(flow: SeededFlow, connectionId: string): Promise<SeededFlow> {
  await world.db
    .updateTable('source_connection')
    .set({ connection_id: connectionId })
    .where('id', '=', flow.sourceConnectionId)
    .execute()
  return flow
}

async function headwaterSessions(): Promise<number> {
  const { rows } = await world.source.query<{ count: number }>(`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name like 'headwater%'`)
  return rows[0]?.count ?? 0
}

async function sessionsAtWork(): Promise<number> {
  const { rows } = await world.source.query<{ count: number }>(`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name like 'headwater%' and state <> 'idle'`)
  return rows[0]?.count ?? 0
}

async function holders(): Promise<number> {
  const { rows } = await world.source.query<{ count: number }>(`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name = 'headwater-planner' and backend_xmin is not null`)
  return rows[0]?.count ?? 0
}

test('a run that holds its snapshot for longer than it may ends, says what to do, and lets the server clean up', async () => {
  await using _ = await world.startWorker({ 'run.extract': 'nobody' }, { maxSnapshotAgeMs: 1_000 })
  const run = await world.untilEnded(await world.startRun(await flowOf('large')))
  expect(run).toMatchObject({ state: 'failed', error_count: 0, epoch: 1 })
  expect(JSON.stringify(run.document)).toMatch(/HW-SNAPSHOT-AGE.*HEADWATER_MAX_SNAPSHOT_MINUTES/s)
  await vi.waitFor(async () => expect(await holders()).toBe(0), PATIENCE)
})

test('so does one that still waits for the lock of its table', async () => {
  const limits = { maxSnapshotAgeMs: 500 }
  await world.source.query('begin; lock table small in access exclusive mode')
  try {
    await using _ = await world.startWorker({}, limits)
    const run = await world.untilEnded(await world.startRun(await flowOf('small')))
    expect(JSON.stringify(run.document)).toContain('HW-SNAPSHOT-AGE')
  } finally {
    await world.source.query('rollback')
  }
})

test('a planner that waits for a lock too long lets its snapshot go, and tries again', async () => {
  const flow = await flowOf('small')
  await world.source.query('begin; lock table small in access exclusive mode')
  await using _ = await world.startWorker(
    {},
    { planLockMs: 100, retryDelaysMs: [10, 10, 10, 10, 10, 60_000] },
  )
  const run = await world.startRun(flow)
  await world.until(run, ({ error_count: errors }) => errors >= 2)
  expect((await world.run(run)).epoch).toBe(0)
  await world.source.query('rollback')
  expect((await world.untilEnded(run)).state).toBe('success')
})

test('a snapshot whose holder pings is kept, however short the silence that the server allows', async () => {
  const snapshotSilenceMs = 900
  await using _ = await world.startWorker({ 'run.extract': 'nobody' }, { snapshotSilenceMs })
  const run = await world.startRun(await flowOf('large'))
  await world.untilSubmitted('run.extract', run)
  await sleep(2 * snapshotSilenceMs)
  expect(await holders()).toBe(1)
  expect((await world.run(run)).epoch).toBe(1)
})

test('that of a holder which is silent, since its worker is frozen, the server lets go by itself', async () => {
  await using _snapshot = await holdSnapshot(targetOf(world.source), {
    idleTransactionMs: 200,
    applicationName: 'headwater-planner',
  })
  expect(await holders()).toBe(1)
  await vi.waitFor(async () => expect(await holders()).toBe(0), PATIENCE)
})

test('runs of all workers together open no more sessions on a base connection than its budget', async () => {
  const plansPerConnection = 2
  const overrides = { shortRunBytes: 1_000_000 }
  const limits = { plansPerConnection, extractsPerConnection: 1 }
  await using _one = await world.startWorker({}, overrides, limits)
  await using _two = await world.startWorker({}, overrides, limits)
  const flow = await flowOf('small')
  let most = 0
  const watching = new AbortController()
  const watch = (async () => {
    while (!watching.signal.aborted) {
      most = Math.max(most, await sessionsAtWork())
      await sleep(5)
    }
  })()
  const flows = [flow]
  while (flows.length < 7) flows.push(await ofConnection(await flowOf('small'), flow.connectionId))
  const runs: Run[] = []
  for (const each of flows) runs.push(await world.startRun(each))
  for (const run of runs) expect((await world.untilEnded(run)).state).toBe('success')
  watching.abort()
  await watch
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(2 * plansPerConnection)
})

interface ReadSoFar {
  readonly scanned: number
  readonly found: number
  readonly files: number
}

/** What has been read of a table from end to end, what by its indexes, and what was put into temporary files. */
async function readSoFar(table: string): Promise<ReadSoFar> {
  const { rows } = await world.source.query<ReadSoFar>(
    `select seq_tup_read::int as scanned, idx_tup_fetch::int as found, temp_files::int as files
       from pg_stat_user_tables, pg_stat_database
      where relname = $1 and datname = current_database()`,
    [table],
  )
  return rows[0] ?? expect.fail()
}

test('what is new of a table is found by the index on its delta column, without a sort or a temporary file', async () => {
  const { source } = world
  await source.query(`
    create table log as
      select i as id, timestamptz '2024-01-01Z' + i * interval '1 second' as at, repeat('x', 200) as pad
        from generate_series(1, 20000) i;
    create index on log (at);
    analyze log`)
  const { rows } = await source.query<{ name: string }>('select quote_ident(current_database()) as name')
  await source.query(`alter database ${rows[0]?.name} set work_mem = '64kB'`)
  await using _ = await world.startWorker()
  const properties = { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } }
  const flow = await world.addFlow({ relation: 'public.log', properties, deltaColumn: 'at' })
  expect((await world.untilEnded(await world.startRun(flow))).state).toBe('success')
  // A session tells what it has read when it is gone, at the latest.
  await vi.waitFor(
    async () => expect((await readSoFar('log')).scanned).toBeGreaterThanOrEqual(20_000),
    PATIENCE,
  )
  await vi.waitFor(async () => expect(await headwaterSessions()).toBe(0), PATIENCE)
  const before = await readSoFar('log')

  await source.query(`
    insert into log select 20000 + i, timestamptz '2024-03-01Z' + i * interval '1 second', '' from generate_series(1, 300) i`)
  const window = { startMs: Date.parse('2024-02-01Z'), endMs: Date.parse('2024-04-01Z') }
  const second = await world.untilEnded(await world.startRun(flow, window))
  expect(second.document['metrics']).toMatchObject({ recordSummary: { outputRecordCount: 300 } })
  await vi.waitFor(async () => expect(await headwaterSessions()).toBe(0), PATIENCE)
  const after = await readSoFar('log')
  expect(after.found - before.found).toBeGreaterThanOrEqual(300)
  expect(after).toMatchObject({ scanned: before.scanned, files: before.files })
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import { RunWorld } from '#runs/testing/run-world.ts'
import type { Run } from '#services/flow-service/runs/run.ts'

/** Sources that are altered at the worst moments: as a run takes its lock, and as its slices begin. */
let world: RunWorld
const PATIENCE = { timeout: 10_000, interval: 10 }
const LONG = { type: 'integer', 'meta:xdmType': 'long' }

beforeAll(async () => {
  world = await RunWorld.open()
})

afterAll(() => world[Symbol.asyncDispose]())

async function untilSomebodyWaits(): Promise<void> {
  const waiting = `select from pg_locks where not granted
    and database = (select oid from pg_database where datname = current_database())`
  await vi.waitUntil(async () => ((await world.source.query(waiting)).rowCount ?? 0) > 0, PATIENCE)
}

/** Starts a run while a transaction that has changed the source is open, and ends that when the run waits for it. */
async function runInto(relation: string, change: string, properties: JsonObject): Promise<[Run, JsonObject]> {
  const flow = await world.addFlow({ relation: `public.${relation}`, properties })
  await world.source.query(`begin; ${change}`)
  const run = await world.startRun(flow)
  await using _ = await world.startWorker()
  await untilSomebodyWaits()
  await world.source.query('commit')
  const ended = await world.untilEnded(run)
  const [row] = await world.query(flow, 'select count(*)::int, min(v)::varchar from t')
  return [ended, { rows: row?.[0] as number, least: row?.[1] as string }]
}

describe('as the run takes its lock', () => {
  test('a column of another type in the place of one, without a rewrite, is not read as what it was', async () => {
    await world.source.query('create table retyped as select 7 as v from generate_series(1, 3)')
    const change = `alter table retyped drop column v; alter table retyped add column v text default '1234'`
    const [run, found] = await runInto('retyped', change, { v: LONG })
    // The bytes of '1234' are those of an integer, too.
    expect([run.state, found]).toEqual(['success', { rows: 3, least: '1234' }])
    expect(run.plan).toMatchObject({ columns: [{ type: { typeName: 'text' } }] })
  })

  test('digits that a numeric gets without a rewrite are read', async () => {
    await world.source.query('create table grown as select 1.50::numeric(10, 2) as v')
    const change =
      'alter table grown alter v type numeric(30, 2); insert into grown values (-12345678901234567890.25)'
    const [run, found] = await runInto('grown', change, {
      v: { type: 'number', 'meta:lakeType': 'decimal(30,2)' },
    })
    expect([run.state, found]).toEqual(['success', { rows: 2, least: '-12345678901234567890.25' }])
  })

  test('another table that takes the name is read by its own shape', async () => {
    await world.source.query('create table swapped as select 1::bigint as v from generate_series(1, 5)')
    const change = `
      alter table swapped rename to swapped_out;
      create table swapped as select 42::bigint as v from generate_series(1, 2)`
    const [run, found] = await runInto('swapped', change, { v: LONG })
    expect([run.state, found]).toEqual(['success', { rows: 2, least: '42' }])
  })
})

describe('as the slices begin', () => {
  test('the run gives way to who waits to alter the table, and starts over with what it is then', async () => {
    await world.source.query('create table yielding as select i as v from generate_series(1, 10) i')
    const flow = await world.addFlow({ relation: 'public.yielding', properties: { v: LONG } })
    const run = await world.startRun(flow)
    await using _planner = await world.startWorker({ 'run.extract': 'nobody' })
    await world.untilSubmitted('run.extract', run)
    const altering = new pg.Client({ connectionString: world.source.url })
    await altering.connect()
    const altered = altering.query('alter table yielding alter v type bigint using v * 2')
    await untilSomebodyWaits()
    await using _ = await world.startWorker()
    const ended = await world.untilEnded(run)
    await altered
    await altering.end()
    expect(ended).toMatchObject({ state: 'success', epoch: 3 })
    expect(await world.query(flow, 'select count(*)::int, max(v)::int from t')).toEqual([[10, 20]])
  })
})

test('without a mapping set, a column that was read and is gone does not leave its field empty in silence', async () => {
  await world.source.query(`create table unmapped as select 1::bigint as v, 'one' as label, 'x' as nobodys`)
  await using _ = await world.startWorker()
  const flow = await world.addFlow({
    relation: 'public.unmapped',
    properties: { v: LONG, label: { type: 'string' } },
  })
  expect(await world.untilEnded(await world.startRun(flow))).toMatchObject({ state: 'success' })
  await world.source.query('alter table unmapped drop column nobodys')
  expect(await world.untilEnded(await world.startRun(flow))).toMatchObject({ state: 'success' })
  await world.source.query('alter table unmapped drop column label')
  const stopped = await world.untilEnded(await world.startRun(flow))
  expect(stopped.state).toBe('failed')
  expect(JSON.stringify(stopped.document['metrics'])).toContain('"DRIFT_COLUMN_DROPPED"')
  expect(await world.query(flow, 'select count(*)::int, count(label)::int from t')).toEqual([[2, 2]])
})

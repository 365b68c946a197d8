import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { createGatedRelation } from '@headwater/testkit/gated-relation.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { onlyItem } from './flow-client.ts'
import { landedIds, makeLanding, type PreparedLanding, prepareLanding, type Wanted } from './landing.ts'
import { endedRun, endedRuns, listRuns, nowInSeconds, pollFor, statusOf } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.9, its first part: what the schedule of a flow makes of time. */
const MINUTE = 60
const QUARTER = 15 * MINUTE

let world: World

beforeAll(async () => {
  world = await openWorld({ env: { HEADWATER_MIN_INTERVAL_MINUTES: '1' } })
  // No zone of the source may have a say in what a window holds.
  await world.source.query(`alter database "${world.source.database}" set timezone to 'Asia/Tokyo'`)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

let tables = 0

/** A table of things that have happened, without any. */
async function makeEvents(): Promise<string> {
  const name = `public.events_${++tables}`
  await world.source.query(
    `create table ${name} (id int primary key, note text, at timestamptz, local_at timestamp)`,
  )
  return name
}

/** Adds a row for each moment, in epoch seconds: their numbers are their ids. */
async function addEvents(table: string, ...moments: readonly number[]): Promise<void> {
  await world.source.query(
    `insert into ${table} select i, 'event ' || i, to_timestamp(at), to_timestamp(at) at time zone 'UTC'
       from unnest($1::float8[]) with ordinality as moment (at, i)`,
    [moments],
  )
}

function prepare(tableName: string, more: Partial<Wanted> = {}): Promise<PreparedLanding> {
  return prepareLanding(world, { tableName, deltaColumn: { name: 'at' }, ...more })
}

/** A schedule whose first tick has come, and whose next comes in some seconds. */
function tickNowAndIn(seconds: number): { startTime: number; frequency: string; interval: number } {
  return { startTime: nowInSeconds() + seconds - MINUTE, frequency: 'minute', interval: 1 }
}

/** In seconds; without a start since ever. */
function windowOf(run: Answer): { from: number; to: number } {
  const { windowStart, windowEnd } = run.metrics.durationSummary.extensions
  return { from: windowStart / 1000, to: windowEnd / 1000 }
}

function expectAllSucceeded(runs: readonly Answer[]): void {
  for (const run of runs) expect(statusOf(run), JSON.stringify(run.metrics)).toBe('success')
}

statement(238, 'a flow whose start has passed runs now, and not only at its next tick', async () => {
  const flow = await (await prepare(await makeEvents())).start({
    startTime: nowInSeconds() - QUARTER - 5,
    frequency: 'minute',
    interval: 15,
  })
  const { createdAt, scheduleParams } = onlyItem(await world.client.get(`/flows/${flow.flowId}`))
  const [run] = await endedRuns(world, flow.flowId)
  expectAllSucceeded([run])
  const [tick, nextTick] = [1, 2].map((count) => scheduleParams.startTime + count * QUARTER)
  expect(windowOf(run)).toEqual({ from: 0, to: tick })
  expect([run.createdAt >= createdAt, run.createdAt < nextTick * 1000]).toEqual([true, true])
})

statement(
  239,
  'a first run with backfill takes the whole history, without it what came since the start',
  async () => {
    const startTime = nowInSeconds() - QUARTER - 5
    const table = await makeEvents()
    await addEvents(table, startTime - 1e8, startTime - 1, startTime, startTime + 1)
    const schedule = { startTime, frequency: 'minute', interval: 15 }
    const start = async (more: Answer) => (await prepare(table)).start({ ...schedule, ...more })
    const flows = [await start({}), await start({ backfill: 'true' }), await start({ backfill: 'false' })]
    for (const { flowId } of flows) expectAllSucceeded(await endedRuns(world, flowId))
    expect(await Promise.all(flows.map((flow) => landedIds(world, flow)))).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [3, 4],
    ])
  },
)

statement(240, 'windows follow each other without gap or overlap, each as long as the interval', async () => {
  const prepared = await prepare(await makeEvents())
  const startTime = nowInSeconds() - 2 * MINUTE + 3
  const flow = await prepared.start({ startTime, frequency: 'minute', interval: 1, backfill: false })
  const runs = await endedRuns(world, flow.flowId, 2)
  expectAllSucceeded(runs)
  expect(runs.map(windowOf)).toEqual([
    { from: startTime, to: startTime + MINUTE },
    { from: startTime + MINUTE, to: startTime + 2 * MINUTE },
  ])
})

statement(241, 'a run copies the rows whose time, read in UTC, lies in its window', async () => {
  const startTime = nowInSeconds() - QUARTER - 5
  const end = startTime + QUARTER
  const inside = [startTime, startTime + 1, end - 1]
  const table = await makeEvents()
  await addEvents(table, startTime - 1, ...inside, end, end + 32_400, startTime - 32_400)
  for (const name of ['at', 'local_at']) {
    const prepared = await prepare(table, { deltaColumn: { name } })
    const flow = await prepared.start({ startTime, frequency: 'minute', interval: 15, backfill: false })
    expectAllSucceeded(await endedRuns(world, flow.flowId))
    expect(await landedIds(world, flow)).toEqual([2, 3, 4])
  }
})

statement(242, 'a row on the border of two windows is copied once, by the later one', async () => {
  const table = await makeEvents()
  const prepared = await prepare(table)
  const schedule = tickNowAndIn(3)
  const { startTime } = schedule
  await addEvents(table, startTime - 0.000_01, startTime, startTime + 0.000_01)
  const flow = await prepared.start(schedule)
  const [first, second] = await endedRuns(world, flow.flowId, 2)
  expectAllSucceeded([first, second])
  const counts = [first, second].map(({ metrics }) => metrics.recordSummary.outputRecordCount)
  expect(counts).toEqual([1, 2])
  expect(await landedIds(world, flow)).toEqual([1, 2, 3])
})

/** Waits until the schedule has been looked at a second from now: whatever was due by then has its run. */
async function untilLookedAt(): Promise<void> {
  const scheduleParams = { startTime: nowInSeconds() + 1, frequency: 'once' }
  const { id } = await world.makeFlow({ scheduleParams })
  await pollFor(
    () => listRuns(world, id),
    (runs) => runs.length > 0,
  )
}

statement(243, 'once is once', async () => {
  const startTime = nowInSeconds() - QUARTER
  const table = await makeEvents()
  await addEvents(table, startTime, nowInSeconds())
  const flow = await (await prepare(table)).start({ startTime, frequency: 'once' })
  expectAllSucceeded(await endedRuns(world, flow.flowId))
  await untilLookedAt()
  expect(await listRuns(world, flow.flowId)).toHaveLength(1)
  expect(await landedIds(world, flow)).toEqual([1, 2])
})

statement(244, 'of the runs of one flow the next begins when the last has ended', async () => {
  const relation = await createGatedRelation(world.source, 10)
  await relation.close()
  const flow = await makeLanding(world, { tableName: relation.tableName, columns: ['id'] })
  const made = [await world.makeRun(flow.flowId), await world.makeRun(flow.flowId)]
  await relation.reached()
  made.push(await world.makeRun(flow.flowId))
  expect((await listRuns(world, flow.flowId)).map(statusOf)).toEqual(['inProgress', 'scheduled', 'scheduled'])
  await relation.open()
  const runs = await endedRuns(world, flow.flowId, 3)
  expectAllSucceeded(runs)
  expect(runs.map(({ id }) => id)).toEqual(made.map(({ id }) => id))
  const times = runs.map(({ metrics }) => metrics.durationSummary)
  for (const [index, { startedAtUTC }] of times.slice(1).entries())
    expect(startedAtUTC).toBeGreaterThanOrEqual(times[index].completedAtUTC)
})

/** A view of a table that can't be read while it is broken. */
async function makeFlaky(
  table: string,
): Promise<{ tableName: string; setBroken(is: boolean): Promise<void> }> {
  const name = `flaky_${++tables}`
  const setBroken = async (is: boolean): Promise<void> =>
    void (await world.source.query(`create or replace function ${name}_works() returns boolean language plpgsql volatile
      as $$ begin if ${is} then raise exception 'the source is out of order'; end if; return true; end $$`))
  await setBroken(true)
  await world.source.query(`create view ${name} as select * from ${table} where ${name}_works()`)
  return { tableName: `public.${name}`, setBroken }
}

statement(245, 'what a failed run did not bring is brought by the next, or by its repetition', async () => {
  const table = await makeEvents()
  const flaky = await makeFlaky(table)
  const [first, second] = [await prepare(flaky.tableName), await prepare(flaky.tableName)]
  const schedule = tickNowAndIn(5)
  const { startTime } = schedule
  await addEvents(table, startTime - 1e8, startTime - 1, startTime)
  const left = await first.start(schedule)
  const repeated = await second.start({ ...schedule, frequency: 'hour' })
  const failed = [await endedRuns(world, left.flowId), await endedRuns(world, repeated.flowId)].flat()
  expect(failed.map(statusOf)).toEqual(['failed', 'failed'])
  await flaky.setBroken(false)

  const retry = await world.client.post(`/runs/${failed[1].id}/action?op=re-trigger`)
  expect(retry.status, retry.text).toBe(200)
  expectAllSucceeded([await endedRun(world, retry.body.id)])
  expect(await landedIds(world, repeated)).toEqual([1, 2])

  const next = (await endedRuns(world, left.flowId, 2)).at(-1)
  expectAllSucceeded([next])
  expect(windowOf(next)).toEqual({ from: 0, to: startTime + MINUTE })
  expect(await landedIds(world, left)).toEqual([1, 2, 3])
})

statement(246, 'a server that starts again goes on with the window that follows', async () => {
  const table = await makeEvents()
  const prepared = await prepare(table)
  const schedule = tickNowAndIn(4)
  const { startTime } = schedule
  await addEvents(table, startTime - 1, startTime, startTime + MINUTE - 1)
  const flow = await prepared.start(schedule)
  const [first] = await endedRuns(world, flow.flowId)
  await world.server.stop()
  // The second tick comes while nobody is there.
  await sleep(Math.max(0, (startTime + MINUTE) * 1000 - Date.now()))
  await world.server.restart()
  const runs = await endedRuns(world, flow.flowId, 2)
  expectAllSucceeded(runs)
  expect([runs.length, runs[0].id]).toEqual([2, first.id])
  expect(runs.map(windowOf)).toEqual([
    { from: 0, to: startTime },
    { from: startTime, to: startTime + MINUTE },
  ])
  await world.server.restart()
  await untilLookedAt()
  expect(await listRuns(world, flow.flowId)).toHaveLength(2)
  expect(await landedIds(world, flow)).toEqual([1, 2, 3])
})

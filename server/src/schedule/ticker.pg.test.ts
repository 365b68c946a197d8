import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { ORG, PROD, USER } from '@headwater/testkit/service-world.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { openQueue } from '#queue/pg-boss-queue.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import { setWatermark } from '#services/flow-service/flows/flow-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { insertRun, saveRun } from '#services/flow-service/runs/run-store.ts'
import { type Database, openDatabase, openPool, transact } from '#store/database.ts'
import { startDueRun, startWaitingRun, Ticker } from './ticker.ts'

const HOUR = 3_600_000
/** A tick of every schedule below. */
const NOON = Date.UTC(2026, 0, 1, 12)
const PATIENCE = { timeout: 5_000, interval: 10 }

let metadata: TestDatabase
let db: Database
let queue: StepQueue
let nowMs = NOON
let tickers: Ticker[] = []
const log = pino({ level: 'silent' })

beforeAll(async () => {
  metadata = await createMetadataDatabase()
  const pool = openPool({ url: metadata.url }, { max: 10 })
  db = openDatabase(pool)
  queue = await openQueue({ db, pool, log, isOnlyWorker: false })
  await db.insertInto('org').values({ id: ORG, tenant_id: 'acme', created_at: 1 }).execute()
  await metadata.query(
    `insert into sandbox (id, org_id, name, title, type, state, region, is_default, created_at, updated_at, created_by, updated_by)
     values ($1, $2, 'prod', 'prod', 'production', 'active', 'local', true, 1, 1, $3, $3)`,
    [PROD, ORG, USER],
  )
})

beforeEach(async () => {
  nowMs = NOON
  await metadata.query('truncate flow_run, flow cascade; delete from queue.job')
})

afterEach(async () => {
  await Promise.all(tickers.map((ticker) => ticker.stop()))
  tickers = []
})

afterAll(async () => {
  await queue.stop()
  await db.destroy()
  await metadata.drop()
})

const deps = () => ({ db, queue, log, now: () => nowMs })

/** A ticker that polls, as one of several servers. */
function startTicker(): Ticker {
  const ticker = new Ticker(deps())
  tickers.push(ticker)
  ticker.start()
  return ticker
}

/** A flow whose first tick is `NOON`, hourly unless the schedule says otherwise. */
async function addFlow(
  changes: { state?: 'enabled' | 'disabled'; nextRunAt?: number | null; schedule?: JsonObject } = {},
): Promise<string> {
  const id = newUuid()
  const schedule = { startTime: NOON, frequency: 'hour', interval: 1, backfill: true, ...changes.schedule }
  await db
    .insertInto('flow')
    .values({
      id,
      org_id: ORG,
      sandbox_id: PROD,
      name: id,
      state: changes.state ?? 'enabled',
      etag: 'e',
      flow_spec_id: newUuid(),
      next_run_at: changes.nextRunAt === undefined ? NOON : changes.nextRunAt,
      document: JSON.stringify({ id, sandboxId: PROD, scheduleParams: schedule }),
      created_at: 1,
      updated_at: 1,
    } as never)
    .execute()
  return id
}

async function runsOf(flowId: string): Promise<Run[]> {
  return db
    .selectFrom('flow_run')
    .selectAll()
    .where('flow_id', '=', flowId)
    .orderBy('scheduled_for')
    .execute()
}

async function nextRunAt(flowId: string): Promise<number | null> {
  const row = await db
    .selectFrom('flow')
    .select('next_run_at')
    .where('id', '=', flowId)
    .executeTakeFirstOrThrow()
  return row.next_run_at
}

/** Steps that were submitted, as ids of their runs. */
async function submitted(): Promise<string[]> {
  const { rows } = await metadata.query<{ id: string }>(
    "select data ->> 'runId' as id from queue.job where name = 'run.plan'",
  )
  return rows.map(({ id }) => id)
}

async function endRun({ id, flow_id: flowId, window_end: end }: Run): Promise<void> {
  await transact(db, async (tx) => {
    await saveRun(tx, id, { state: 'success', startedAt: nowMs, completedAt: nowMs, nowMs })
    if (end !== null) await setWatermark(tx, flowId, end)
  })
}

/** Rounds until no flow is due. */
async function tick(): Promise<number> {
  let count = 0
  while (await startDueRun(deps())) count++
  return count
}

test('a due flow gets the run of its tick, the run its first step, and the flow the time of its next', async () => {
  const flow = await addFlow()
  expect(await tick()).toBe(1)
  const [run] = await runsOf(flow)
  expect(run).toMatchObject({
    state: 'queued',
    origin: 'schedule',
    scheduled_for: NOON,
    window_start: null,
    window_end: NOON,
  })
  expect(await submitted()).toEqual([run?.id])
  expect(await nextRunAt(flow)).toBe(NOON + HOUR)
  expect(await tick()).toBe(0)
})

test('servers that tick over one database make one run a tick', async () => {
  const flows = await Promise.all(Array.from({ length: 20 }, () => addFlow()))
  for (let server = 0; server < 3; server++) startTicker()
  await vi.waitFor(async () => expect(await submitted()).toHaveLength(20), PATIENCE)
  await Promise.all(tickers.map((ticker) => ticker.stop()))
  const runs = await Promise.all(flows.map(runsOf))
  expect(runs.map((list) => list.length)).toEqual(Array(20).fill(1))
  expect(new Set(await submitted()).size).toBe(20)
})

test('a nudge saves the wait for the next round', async () => {
  // The ticker's own waiting never ends.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    const first = await addFlow()
    const ticker = startTicker()
    await untilImmediate(async () => (await runsOf(first)).length === 1)
    await settle()
    const second = await addFlow()
    await settle()
    expect(await runsOf(second)).toEqual([])
    ticker.nudge()
    await untilImmediate(async () => (await runsOf(second)).length === 1)
    await ticker.stop()
  } finally {
    vi.useRealTimers()
  }
})

/** Waits without a timer. */
async function untilImmediate(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE.timeout
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it never came to it')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Long enough for a round that is under way to end. */
function settle(): Promise<void> {
  const end = performance.now() + 150
  return untilImmediate(async () => performance.now() > end)
}

test('ticks that were missed are one run over all that they would have taken', async () => {
  const flow = await addFlow()
  await tick()
  await endRun((await runsOf(flow))[0] as Run)
  nowMs = NOON + 5 * HOUR + 60_000
  expect(await tick()).toBe(1)
  expect((await runsOf(flow))[1]).toMatchObject({
    state: 'queued',
    scheduled_for: NOON + 5 * HOUR,
    window_start: NOON,
    window_end: NOON + 5 * HOUR,
  })
  expect(await nextRunAt(flow)).toBe(NOON + 6 * HOUR)
})

test('a flow whose run has not ended waits, and what it missed meanwhile is one run', async () => {
  const flow = await addFlow()
  await tick()
  nowMs = NOON + 3 * HOUR
  expect(await tick()).toBe(0)
  await endRun((await runsOf(flow))[0] as Run)
  expect(await tick()).toBe(1)
  expect((await runsOf(flow)).map(({ scheduled_for }) => scheduled_for)).toEqual([NOON, NOON + 3 * HOUR])
})

test('disabled flows, and flows that want nothing more, are left alone', async () => {
  const disabled = await addFlow({ state: 'disabled' })
  const done = await addFlow({ nextRunAt: null })
  nowMs = NOON + 100 * HOUR
  expect(await tick()).toBe(0)
  expect([...(await runsOf(disabled)), ...(await runsOf(done))]).toEqual([])
})

test('a flow that runs once has no next time', async () => {
  const flow = await addFlow({ schedule: { frequency: 'once', interval: undefined, backfill: undefined } })
  expect(await tick()).toBe(1)
  expect((await runsOf(flow))[0]).toMatchObject({ window_start: null, window_end: null })
  expect(await nextRunAt(flow)).toBeNull()
})

test('a schedule that was moved to later is remembered, and makes no run yet', async () => {
  const flow = await addFlow({ schedule: { startTime: NOON + 9 * HOUR } })
  expect(await tick()).toBe(1)
  expect(await runsOf(flow)).toEqual([])
  expect(await nextRunAt(flow)).toBe(NOON + 9 * HOUR)
})

test('a schedule that can not be read holds up no other flow', async () => {
  const broken = await addFlow({ schedule: { frequency: 'fortnight' }, nextRunAt: NOON - HOUR })
  const sound = await addFlow()
  expect(await tick()).toBe(2)
  expect(await runsOf(broken)).toEqual([])
  expect(await nextRunAt(broken)).toBeNull()
  expect(await runsOf(sound)).toHaveLength(1)
})

test('a run that was asked for later starts when its time has come, once, and the tick of its flow waits', async () => {
  const flow = await addFlow({ nextRunAt: NOON + HOUR })
  const run = await transact(db, async (tx) => {
    const row = await tx.selectFrom('flow').selectAll().where('id', '=', flow).executeTakeFirstOrThrow()
    const window = { startMs: null, endMs: NOON + HOUR }
    return insertRun(tx, { flow: row, origin: 'request', scheduledFor: NOON + HOUR, window, nowMs })
  })
  expect([run?.state, await startWaitingRun(deps())]).toEqual(['scheduled', false])
  nowMs = NOON + HOUR
  for (let server = 0; server < 3; server++) startTicker()
  await vi.waitFor(async () => expect(await submitted()).toEqual([run?.id]), PATIENCE)
  await Promise.all(tickers.map((ticker) => ticker.stop()))
  expect(await runsOf(flow)).toMatchObject([{ id: run?.id, state: 'queued' }])
  await endRun((await runsOf(flow))[0] as Run)
  expect(await tick()).toBe(1)
})

test('a ticker that is stopped twice, or before its first round, just ends', async () => {
  const ticker = startTicker()
  await Promise.all([ticker.stop(), ticker.stop()])
  const never = new Ticker(deps())
  await never.stop()
})

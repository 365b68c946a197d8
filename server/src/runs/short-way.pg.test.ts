import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StepHandler, StepOutcome } from '#queue/step-queue.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { SeededFlow } from './testing/flow-seeder.ts'
import { RunWorld } from './testing/run-world.ts'

/*
 * A run of one small slice is done by its planner. Whatever interrupts or fails it, its rows land exactly once, and
 * the ledger says of it what it says of a run that went on from step to step.
 */

const SHORT = { shortRunBytes: 8 * 1024 * 1024 }
const ITEM = { id: { type: 'integer', 'meta:xdmType': 'long' }, label: { type: 'string' } }
let world: RunWorld

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query(
    "create table items as select i::bigint as id, 'item ' || i as label from generate_series(1, 100) i",
  )
})
afterAll(() => world[Symbol.asyncDispose]())

const items = (): Promise<SeededFlow> => world.addFlow({ relation: 'public.items', properties: ITEM })

async function expectLandedOnce(flow: SeededFlow, runs = 1): Promise<void> {
  const counted = await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')
  expect(counted).toEqual([[100 * runs, 100]])
  expect((await world.table(flow)).snapshots).toHaveLength(runs)
}

async function jobsOf({ id }: Pick<Run, 'id'>): Promise<string[]> {
  const { rows } = await world.metadata.query<{ name: string }>(
    "select name from queue.job where data ->> 'runId' = $1 order by created_on",
    [id],
  )
  return rows.map(({ name }) => name)
}

async function slicesOf({ id }: Pick<Run, 'id'>) {
  return world.db
    .selectFrom('run_slice')
    .select(['epoch', 'state', 'error_count', 'row_count'])
    .where('run_id', '=', id)
    .orderBy('epoch')
    .execute()
}

/** A planner whose first outcome is not written as it is. */
function firstTime(change: (outcome: StepOutcome) => StepOutcome): (handler: StepHandler) => StepHandler {
  let isFirst = true
  return (handler) => ({
    ...handler,
    run: async (attempt, signal) => {
      const outcome = await handler.run(attempt, signal)
      if (!isFirst) return outcome
      isFirst = false
      return change(outcome)
    },
  })
}

test('the planner lands the only slice of a run, without a step more', async () => {
  await using _ = await world.startWorker({}, SHORT)
  const flow = await items()
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'success', epoch: 1, error_count: 0 })
  expect(await jobsOf(run)).toEqual(['run.plan'])
  expect(await slicesOf(run)).toEqual([{ epoch: 1, state: 'done', error_count: 0, row_count: 100 }])
  expect(run.document['proof']).toMatchObject({ snapshotId: expect.any(String) })
  expect(await world.batch(run)).toMatchObject({ status: 'success' })
  await expectLandedOnce(flow)
  expect(await world.spooled()).toEqual([])
})

test('a planner that dies before it has written what landed is followed by one that starts a new epoch', async () => {
  const dying = firstTime(() => ({
    write: async () => {
      throw Object.assign(new Error('the database is away'), { code: '57P01' })
    },
  }))
  await using _ = await world.startWorker({ 'run.plan': dying }, SHORT)
  const flow = await items()
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'success', epoch: 2 })
  expect((await slicesOf(run)).map(({ state }) => state)).toEqual(['pending', 'done'])
  await expectLandedOnce(flow)
})

test('a planner that is stopped in the middle leaves its run to the next server', async () => {
  const flow = await items()
  const { promise: reached, resolve: atSlice } = Promise.withResolvers<void>()
  const engine = {
    extract: async (_task: unknown, { signal }: { readonly signal: AbortSignal }) => {
      atSlice()
      return new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      })
    },
  } as unknown as typeof world.deps.engine
  const stopped = await world.startWorker({}, { ...SHORT, engine })
  const run = await world.startRun(flow)
  await reached
  await stopped[Symbol.asyncDispose]()
  expect(await world.run(run)).toMatchObject({ state: 'inProgress', epoch: 1, error_count: 0 })
  await using _ = await world.startWorker({}, SHORT)
  expect(await world.untilEnded(run)).toMatchObject({ state: 'success', epoch: 2, error_count: 0 })
  await expectLandedOnce(flow)
})

test('a result that comes after a newer attempt has taken the step is refused', async () => {
  const late = firstTime((outcome) => ({
    ...outcome,
    write: async (tx) => {
      await outcome.write(tx)
      // As a queue does that has given the frozen attempt up.
      await world.metadata.query("update queue.job set retry_count = retry_count + 1 where name = 'run.plan'")
    },
  }))
  const flow = await items()
  const run = await (async () => {
    await using _ = await world.startWorker({ 'run.plan': late }, SHORT)
    const started = await world.startRun(flow)
    await world.until(started, ({ epoch }) => epoch === 1)
    await vi.waitUntil(() => world.log.some((line) => line.includes('a newer attempt owns run.plan')))
    return started
  })()
  expect(await world.run(run)).toMatchObject({ state: 'inProgress', epoch: 1 })
  expect((await world.table(flow)).snapshots).toEqual([])
  await world.metadata.query(
    "update queue.job set state = 'retry' where name = 'run.plan' and state = 'active'",
  )
  await using _ = await world.startWorker({}, SHORT)
  expect(await world.untilEnded(run)).toMatchObject({ state: 'success', epoch: 2 })
  await expectLandedOnce(flow)
})

test('a slice that fails is counted as the error of a slice, and read again by a step, in the same epoch', async () => {
  const { engine } = world.deps
  let isFirst = true
  const flaky = {
    extract: (...asked: Parameters<typeof engine.extract>) => {
      if (!isFirst) return engine.extract(...asked)
      isFirst = false
      return Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    },
  } as unknown as typeof engine
  await using _ = await world.startWorker({}, { ...SHORT, engine: flaky })
  const flow = await items()
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'success', epoch: 1, error_count: 0 })
  expect(await slicesOf(run)).toEqual([{ epoch: 1, state: 'done', error_count: 1, row_count: 100 }])
  expect(await jobsOf(run)).toEqual(['run.plan', 'run.extract', 'run.commit'])
  await expectLandedOnce(flow)
})

test('a pointer that somebody else has moved meanwhile leaves the commit to its step, which stages again', async () => {
  const flow = await items()
  await using other = await world.startWorker({}, SHORT)
  const first = await world.untilEnded(await world.startRun(flow))
  expect(first.state).toBe('success')
  const { metadataKey } = await world.table(flow)
  await other[Symbol.asyncDispose]()
  const moved = firstTime((outcome) => ({
    ...outcome,
    write: async (tx) => {
      const elsewhere = tx.updateTable('lake_table').where('dataset_id', '=', flow.datasetId)
      await elsewhere.set({ metadata_key: 'elsewhere' }).execute()
      await outcome.write(tx)
      await elsewhere.set({ metadata_key: metadataKey }).execute()
    },
  }))
  await using _ = await world.startWorker({ 'run.plan': moved }, SHORT)
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'success', epoch: 1, error_count: 0 })
  expect(await jobsOf(run)).toEqual(['run.plan', 'run.commit'])
  await expectLandedOnce(flow, 2)
})

test('rows beyond the threshold fail the run as its commit step words it', async () => {
  await world.source.query(
    "create table crooked as select i::bigint as id, nullif('item ' || i, 'item 7') as label from generate_series(1, 9) i",
  )
  const flow = await world.addFlow({ relation: 'public.crooked', properties: ITEM, required: ['label'] })
  await using _ = await world.startWorker({}, SHORT)
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'failed', epoch: 1 })
  expect(await jobsOf(run)).toEqual(['run.plan', 'run.commit'])
  expect((await world.table(flow)).snapshots).toEqual([])
})

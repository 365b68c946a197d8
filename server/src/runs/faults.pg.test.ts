import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { StepFencedError, type StepHandler } from '#queue/step-queue.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { deleteDataset } from '#services/catalog/dataset-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { transact } from '#store/database.ts'
import { commitStep } from './commit-step.ts'
import { deadStep } from './dead-step.ts'
import { extractStep } from './extract-step.ts'
import { planStep } from './plan-step.ts'
import type { SeededFlow } from './testing/flow-seeder.ts'
import { RunWorld } from './testing/run-world.ts'

/** What becomes of runs when things go wrong around them. */
let world: RunWorld

const ITEM = { id: { type: 'integer', 'meta:xdmType': 'long' }, label: { type: 'string' } }
const PATIENCE = { timeout: 10_000, interval: 10 }

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query(`
    create table items as select i::bigint as id, 'item ' || i as label from generate_series(1, 100) i;
    create function pass_gate() returns text language plpgsql as
      'begin perform pg_advisory_xact_lock_shared(7); return null; end';
    create view gated_items as select id, coalesce(pass_gate(), label) as label from items;
    create view endless_items as
      select a::bigint as id, b::text as label from generate_series(1, 100000) a, generate_series(1, 100000) b`)
})

afterAll(() => world[Symbol.asyncDispose]())

const items = (relation = 'items'): Promise<SeededFlow> =>
  world.addFlow({ relation: `public.${relation}`, properties: ITEM })
const closeGate = () => world.source.query('select pg_advisory_lock(7)')
const openGate = () => world.source.query('select pg_advisory_unlock_all()')

/** Sessions at work; those that rest between two runs are nobody's. */
const AT_WORK = "from pg_stat_activity where datname = current_database() and state <> 'idle'"

async function end(application: 'headwater-planner' | 'headwater-reader'): Promise<number> {
  const { rowCount } = await world.source.query(
    `select pg_terminate_backend(pid) ${AT_WORK} and application_name = $1`,
    [application],
  )
  return rowCount ?? 0
}

/** Waits until a reader of the run stands before the gate. */
async function untilAtGate(): Promise<void> {
  const waiting = "select from pg_locks where locktype = 'advisory' and not granted"
  await vi.waitUntil(async () => ((await world.source.query(waiting)).rowCount ?? 0) > 0, PATIENCE)
}

async function expectLandedOnce(flow: SeededFlow): Promise<void> {
  expect(await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')).toEqual([
    [100, 100],
  ])
  expect((await world.table(flow)).snapshots).toHaveLength(1)
}

function errorsOf(run: Run): unknown {
  return (run.document['metrics'] as { statusSummary: { errors: unknown } }).statusSummary.errors
}

async function sliceErrors({ id }: Run): Promise<number[]> {
  const rows = await world.db
    .selectFrom('run_slice')
    .select('error_count')
    .where('run_id', '=', id)
    .orderBy('epoch')
    .execute()
  return rows.map((row) => row.error_count)
}

test('a source that does not answer is asked again, and then the run fails with its address', async () => {
  await using _ = await world.startWorker()
  const flow = await world.addFlow({
    relation: 'public.items',
    properties: ITEM,
    connection: { server: '127.0.0.1', port: '1' },
  })
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'failed', error_count: 4, batch_id: null })
  expect(errorsOf(run)).toEqual([
    {
      code: 'CONNECTOR-1001-500',
      message: expect.stringContaining('Nothing accepts connections at 127.0.0.1:1.'),
    },
  ])
  expect(run.document['activities']).toMatchObject([{ statusSummary: { status: 'failed' } }])
  expect((await world.flowRow(flow)).document['lastRunDetails']).toMatchObject({
    id: run.id,
    state: 'failed',
  })
})

test('a source that takes no sessions for a while loses nothing', async () => {
  await using _ = await world.startWorker()
  await world.source.query("create role guest login password 'guest' connection limit 0")
  await world.source.query('grant select on items to guest')
  const connection = { username: 'guest', password: 'guest' }
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM, connection })
  const run = await world.startRun(flow)
  await world.until(run, ({ error_count }) => error_count >= 1)
  await world.source.query('alter role guest connection limit 10')
  expect(await world.untilEnded(run)).toMatchObject({ state: 'success' })
  await expectLandedOnce(flow)
})

test('a database that does not exist fails the run at once', async () => {
  await using _ = await world.startWorker()
  const connection = { database: 'not_there' }
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM, connection })
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run).toMatchObject({ state: 'failed', error_count: 0 })
  expect(errorsOf(run)).toMatchObject([{ message: expect.stringContaining('"not_there" does not exist') }])
})

test('a reader that loses its session reads its slice again, in the same epoch', async () => {
  await using _ = await world.startWorker()
  await closeGate()
  const flow = await items('gated_items')
  const run = await world.startRun(flow)
  await untilAtGate()
  expect(await end('headwater-reader')).toBe(1)
  await openGate()
  const ended = await world.untilEnded(run)
  expect(ended).toMatchObject({ state: 'success', epoch: 1, error_count: 0 })
  expect(await sliceErrors(run)).toEqual([1])
  await expectLandedOnce(flow)
})

test('a planner that loses the snapshot starts over in a new epoch, whose steps alone count', async () => {
  await using _ = await world.startWorker()
  await closeGate()
  const flow = await items('gated_items')
  const run = await world.startRun(flow)
  await untilAtGate()
  expect(await end('headwater-planner')).toBe(1)
  await world.until(run, ({ epoch }) => epoch === 2)
  await openGate()
  const ended = await world.untilEnded(run)
  expect(ended).toMatchObject({ state: 'success', epoch: 2, error_count: 1 })
  await expectLandedOnce(flow)
})

test('a copy that nobody waits for any more is given up, so that others get their turn', async () => {
  await using _ = await world.startWorker()
  const run = await world.startRun(await items('endless_items'))
  const readers = async () => {
    const { rowCount } = await world.source.query(
      `select ${AT_WORK} and application_name = 'headwater-reader'`,
    )
    return rowCount
  }
  await vi.waitUntil(async () => (await readers()) === 1, PATIENCE)
  await world.metadata.query("update flow_run set state = 'cancelled' where id = $1", [run.id])
  await vi.waitUntil(async () => (await readers()) === 0, PATIENCE)
  await vi.waitUntil(async () => (await world.spooled()).length === 0, PATIENCE)
  expect(await sliceErrors(run)).toEqual([0])
})

test('a run that restarts interrupt more often than errors are forgiven still lands', async () => {
  await closeGate()
  const flow = await items('gated_items')
  const run = await world.startRun(flow)
  for (let restart = 0; restart < 6; restart++) {
    await using _ = await world.startWorker()
    await untilAtGate()
  }
  await openGate()
  await using _ = await world.startWorker()
  const ended = await world.untilEnded(run)
  expect(ended).toMatchObject({ state: 'success', epoch: 7, error_count: 0 })
  expect(new Set(await sliceErrors(run))).toEqual(new Set([0]))
  await expectLandedOnce(flow)
})

test('a stop between the last slice and the commit does not extract anything again', async () => {
  const flow = await items()
  const run = await world.startRun(flow)
  {
    // The planner does not see the end of its slices: it is interrupted just before.
    const stuck = (handler: StepHandler): StepHandler => ({
      ...handler,
      run: async (attempt, signal) => {
        await handler.run(attempt, signal)
        // The commit is submitted before the planner has seen it, so that the stop may come first.
        signal.throwIfAborted()
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
      },
    })
    await using _ = await world.startWorker({ 'run.plan': stuck, 'run.commit': 'nobody' })
    await world.untilSubmitted('run.commit', run)
  }
  await using _ = await world.startWorker()
  expect(await world.untilEnded(run)).toMatchObject({ state: 'success', epoch: 1 })
  await expectLandedOnce(flow)
})

test('a planner whose claim was lost while it was frozen starts no epoch', async () => {
  const flow = await items()
  const run = await world.startRun(flow)
  const frozen = planStep(world.deps).run(
    {
      payload: { v: 1, runId: run.id },
      attempt: 0,
      assertOwned: async () => {
        throw new StepFencedError('a newer attempt owns it')
      },
    },
    new AbortController().signal,
  )
  await expect(frozen).rejects.toThrow(StepFencedError)
  expect(await world.run(run)).toMatchObject({ state: 'queued', epoch: 0 })
  await using _ = await world.startWorker()
  expect(await world.untilEnded(run)).toMatchObject({ state: 'success', epoch: 1 })
})

test('steps of an old epoch do nothing: not their work, not their errors, not their death', async () => {
  const flow = await items()
  const run = await world.startRun(flow)
  await using _ = await world.startWorker({ 'run.extract': 'nobody', 'run.commit': 'nobody' })
  const extract = await world.untilSubmitted('run.extract', run)
  const outcome = await world.attempt(extractStep(world.deps), extract)
  // What the old epoch has extracted comes too late.
  await world.metadata.query('update flow_run set epoch = epoch + 1 where id = $1', [run.id])
  const before = await world.run(run)
  await world.settle(outcome)
  await world.settle(await world.attempt(extractStep(world.deps), extract))
  await world.settle(await world.attempt(commitStep(world.deps), { v: 1, runId: run.id, epoch: 1 }))
  await world.settle(await world.attempt(deadStep(world.deps), extract))
  const attempt = { payload: extract, attempt: 0, assertOwned: async () => {} }
  const recovered = await extractStep(world.deps).recover?.(attempt, new Error('of old'))
  await world.settle(recovered ?? expect.fail())
  expect(await world.run(run)).toEqual(before)
  expect(await world.submitted('run.commit', run)).toEqual([])
  expect((await world.table(flow)).snapshots).toEqual([])
})

test('a step without attempts left fails its run', async () => {
  const flow = await items()
  const run = await world.startRun(flow)
  await world.settle(await world.attempt(deadStep(world.deps), { v: 1, runId: run.id }))
  const ended = await world.run(run)
  expect(ended.state).toBe('failed')
  expect(errorsOf(ended)).toMatchObject([
    { code: 'CONNECTOR-2001-500', message: expect.stringContaining('interrupted') },
  ])
})

test('a relation that is gone fails the run at once and names what is nearest', async () => {
  await using _ = await world.startWorker()
  const run = await world.untilEnded(await world.startRun(await items('itmes')))
  expect(run).toMatchObject({ state: 'failed', error_count: 0 })
  expect(errorsOf(run)).toEqual([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('Did you mean "public.items"?') },
  ])
})

test('a relation that is dropped between plan and extract, once the snapshot is lost', async () => {
  await world.source.query('create table dropped as table items')
  const flow = await items('dropped')
  const run = await world.startRun(flow)
  await using _ = await world.startWorker({ 'run.extract': 'nobody' })
  await world.untilSubmitted('run.extract', run)
  // As long as the snapshot is held, nobody can drop it.
  await expect(world.source.query("set lock_timeout = '50ms'; drop table dropped")).rejects.toThrow(
    'lock timeout',
  )
  await end('headwater-planner')
  await world.source.query("set lock_timeout = '5s'; drop table dropped")
  const ended = await world.untilEnded(run)
  expect(errorsOf(ended)).toMatchObject([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('dropped') },
  ])
  expect(await world.batch(ended)).toMatchObject({ status: 'failed' })
})

test('a table that is altered while the run waits for it is read as it is then', async () => {
  await world.source.query('create table altered as table items')
  const flow = await items('altered')
  await world.source.query('begin; alter table altered alter id type integer')
  const run = await world.startRun(flow)
  await using _ = await world.startWorker()
  await vi.waitUntil(async () => {
    const { rowCount } = await world.source.query('select from pg_locks where not granted')
    return (rowCount ?? 0) > 0
  }, PATIENCE)
  await world.source.query('commit')
  expect(await world.untilEnded(run)).toMatchObject({
    state: 'success',
    error_count: 1,
    plan: { columns: [{ type: { typeName: 'integer' } }, {}] },
  })
  // The first snapshot saw none of them.
  await expectLandedOnce(flow)
})

test('a flow and a dataset that are deleted in the middle end the run, without a trace of them', async () => {
  const flow = await items('gated_items')
  await closeGate()
  const run = await world.startRun(flow)
  await using _ = await world.startWorker()
  await untilAtGate()
  await world.metadata.query('delete from flow where id = $1', [flow.id])
  await transact(world.db, (tx) => deleteDataset(tx, flow.datasetId))
  await openGate()
  const ended = await world.untilEnded(run)
  expect(ended.state).toBe('failed')
  expect(errorsOf(ended)).toMatchObject([{ message: expect.stringContaining('has been deleted') }])
  expect(await world.batch(ended)).toBeUndefined()
})

test('a flow that is deleted before the commit lands nothing', async () => {
  const flow = await items()
  const run = await world.startRun(flow)
  {
    await using _ = await world.startWorker({ 'run.commit': 'nobody' })
    await world.untilSubmitted('run.commit', run)
  }
  await world.metadata.query('delete from flow where id = $1', [flow.id])
  await using _ = await world.startWorker()
  const ended = await world.untilEnded(run)
  expect(errorsOf(ended)).toEqual([
    { code: 'CONNECTOR-2001-500', message: `The flow ${flow.id} has been deleted.` },
  ])
  expect((await world.table(flow)).snapshots).toEqual([])
  expect(await world.batch(ended)).toMatchObject({ status: 'failed' })
})

test('a fault of the machine is tried again, counted for the slice, and told without paths', async () => {
  const file = join(world.deps.spoolDir, '..', 'no-folder')
  await writeFile(file, '')
  await using _ = await world.startWorker({}, { spoolDir: join(file, 'spool') })
  const run = await world.startRun(await items())
  const ended = await world.untilEnded(run)
  expect(ended).toMatchObject({ state: 'failed', error_count: 0 })
  expect(await sliceErrors(run)).toEqual([4])
  expect(errorsOf(ended)).toEqual([
    {
      code: 'CONNECTOR-2001-500',
      message: expect.stringMatching(/^An internal error \(Error, ENOTDIR\) stopped the run\./),
    },
  ])
  expect(JSON.stringify(ended.document)).not.toContain(file)
  expect(world.log.join('')).toContain(file)
})

test('credentials that this server can not open fail the run at once', async () => {
  const dataDir = join(world.deps.spoolDir, '..', 'other')
  await mkdir(dataDir)
  const keyring = openKeyring({ dataDir })
  await using _ = await world.startWorker({}, { keyring })
  const run = await world.untilEnded(await world.startRun(await items()))
  expect(run).toMatchObject({ state: 'failed', error_count: 0 })
  expect(errorsOf(run)).toMatchObject([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('master key') },
  ])
})

test('a mapping that does not fit any more is named by its problem', async () => {
  await using _ = await world.startWorker()
  const entries = [{ sourceType: 'ATTRIBUTE', source: 'no_such_column', destination: 'label' }] as const
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM, entries })
  const run = await world.untilEnded(await world.startRun(flow))
  expect(run.document).toMatchObject({
    metrics: {
      statusSummary: {
        errors: [{ code: 'CONNECTOR-2001-500', message: expect.stringContaining('no_such_column') }],
        extensions: { errors: [{ code: 'MAPPER-3700-400' }] },
      },
    },
  })
})

test('diagnostics of attempts that did not count are gone when the run has ended', async () => {
  await world.source.query(`
    create view gated_moments as
      select id, case when id <= 2 then timestamptz 'infinity' else now() end as at, pass_gate() as gate from items`)
  const flow = await world.addFlow({
    relation: 'public.gated_moments',
    properties: { id: ITEM.id, at: { type: 'string', format: 'date-time' }, gate: { type: 'string' } },
    options: { partialIngestionPercent: 50 },
  })
  const run = await world.startRun(flow)
  {
    await using _ = await world.startWorker({ 'run.extract': 'nobody' })
    const payload = await world.untilSubmitted('run.extract', run)
    // It delivers its files and dies before it can say so.
    await world.attempt(extractStep(world.deps), payload)
    expect(await world.diagnostics(flow, await world.run(run))).toHaveLength(2)
  }
  await using _ = await world.startWorker()
  const ended = await world.untilEnded(run)
  expect(ended.state).toBe('success')
  await vi.waitUntil(async () => (await world.diagnostics(flow, ended)).length === 2, PATIENCE)
  expect(await world.query(flow, 'select count(*)::int from t')).toEqual([[98]])
})

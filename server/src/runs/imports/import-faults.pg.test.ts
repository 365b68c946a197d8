import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Engine } from '#engine/engine.ts'
import { newBatchId } from '#kit/ids.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import type { SeededFlow } from '#runs/testing/flow-seeder.ts'
import { RunWorld } from '#runs/testing/run-world.ts'
import { createBatch, lockBatch, updateBatch } from '#services/catalog/batch-store.ts'
import { transact } from '#store/database.ts'
import { submitImport } from './submit-import.ts'

/** What becomes of imports when things go wrong around them, and the states that they go through. */
let world: RunWorld
let flow: SeededFlow

const PATIENCE = { timeout: 10_000, interval: 10 }

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query('create table items as select 1 as id')
  await world.metadata.query(`
    create table seen (at bigserial, batch_id text, status text);
    create function note() returns trigger language plpgsql as
      'begin insert into seen (batch_id, status) values (new.id, new.status); return new; end';
    create trigger note after update on batch for each row execute function note()`)
})

afterAll(() => world[Symbol.asyncDispose]())

beforeEach(async () => {
  flow = await world.addFlow({ relation: 'public.items', properties: { id: { type: 'integer' } } })
})

/** A batch with one file, handed over. */
async function handOver(text: string): Promise<string> {
  const { db, storage, queue } = world.deps
  const { org_id: orgId, sandbox_id: sandboxId } = await db
    .selectFrom('dataset')
    .select(['org_id', 'sandbox_id'])
    .where('id', '=', flow.datasetId)
    .executeTakeFirstOrThrow()
  const id = newBatchId(Date.now())
  const key = `prod/${flow.datasetId}/uploads/${id}/rows`
  await storage.put(key, Buffer.from(text))
  await transact(db, async (tx) => {
    const nowMs = Date.now()
    await createBatch(tx, {
      ...{ id, orgId, sandboxId, datasetId: flow.datasetId, clientId: 'c', userId: 'u', nowMs },
      properties: { inputFormat: { format: 'json' } },
    })
    await tx.insertInto('batch_import').values({ batch_id: id, plan: null, is_submitted: true }).execute()
    const input = { batch_id: id, path: 'rows', size_bytes: text.length }
    await tx
      .insertInto('batch_input')
      .values({ ...input, state: 'complete', updated_at: nowMs })
      .execute()
    await tx
      .insertInto('batch_input_part')
      .values({ ...input, key, first_byte: 0 })
      .execute()
    const batch = await lockBatch(tx, id)
    if (batch === undefined) throw new Error('no batch')
    await updateBatch(tx, batch, { document: { ...batch.document, status: 'loaded' }, nowMs })
    await submitImport(tx, queue, id)
  })
  return id
}

/** The states that a batch has been in, one after the other, when it has ended. */
async function statesOf(id: string): Promise<string[]> {
  await vi.waitUntil(async () => ['success', 'failed'].includes((await batch(id)).status), PATIENCE)
  const { rows } = await world.metadata.query<{ status: string }>(
    'select status from seen where batch_id = $1 order by at',
    [id],
  )
  return rows.map(({ status }) => status)
}

function batch(id: string) {
  return world.db
    .selectFrom('batch')
    .select(['status', 'document'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** An engine that fails some times before it does its work. */
function failing(times: number, error: Error): Engine {
  let left = times
  const extract: Engine['extract'] = (task, options) =>
    left-- > 0 ? Promise.reject(error) : world.deps.engine.extract(task, options)
  return { extract } as Engine
}

function work(overrides: Partial<RunDependencies> = {}) {
  return world.startWorker({}, { retryDelaysMs: [10, 10, 10, 10], ...overrides })
}

const FULL_DISK = Object.assign(new Error('write failed'), { code: 'ENOSPC' })
const ROWS = '{"id": 1}\n{"id": 2}\n'

test('an import goes through the documented states', async () => {
  await using _worker = await work()
  const id = await handOver(ROWS)
  expect(await statesOf(id)).toEqual(['loaded', 'queued', 'processing', 'staging', 'staged', 'success'])
  expect(await world.query(flow, 'select id from t order by 1')).toEqual([[1], [2]])
})

test('an error that passes is tried again, and each row is there once', async () => {
  await using _worker = await work({ engine: failing(2, FULL_DISK) })
  const id = await handOver(ROWS)
  const retrying = ['retrying', 'processing']
  expect(await statesOf(id)).toEqual([
    ...['loaded', 'queued', 'processing', ...retrying, ...retrying, 'staging', 'staged', 'success'],
  ])
  expect(await world.query(flow, 'select id from t order by 1')).toEqual([[1], [2]])
})

test('an error that lasts leaves the batch stalled, and then fails it with what to do', async () => {
  await using _worker = await work({ engine: failing(99, FULL_DISK) })
  const id = await handOver(ROWS)
  const states = await statesOf(id)
  expect(states.slice(-3)).toEqual(['stalled', 'processing', 'failed'])
  expect(states.filter((state) => state === 'retrying')).toHaveLength(3)
  const { document } = await batch(id)
  expect(document['errors']).toEqual([
    { code: 'CONNECTOR-2001-500', description: expect.stringContaining('no space left on the disk') },
  ])
})

test('imports of one dataset at a time all land', async () => {
  await using _worker = await work()
  const ids = await Promise.all(Array.from({ length: 8 }, (_, index) => handOver(`{"id": ${index}}\n`)))
  for (const id of ids) expect((await statesOf(id)).at(-1)).toBe('success')
  expect(await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')).toEqual([[8, 8]])
})

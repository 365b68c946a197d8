import { afterAll, beforeAll, expect, test } from 'vitest'
import { newBatchId } from '#kit/ids.ts'
import { RunWorld } from '#runs/testing/run-world.ts'
import { createBatch } from '#services/catalog/batch-store.ts'
import { transact } from '#store/database.ts'
import { sweepBatches } from './batch-sweeper.ts'

const DAY_MS = 24 * 3_600_000

let world: RunWorld
let datasetId: string

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query('create table items as select 1 as id')
  const flow = await world.addFlow({
    relation: 'public.items',
    properties: { id: { type: 'integer' } },
  })
  datasetId = flow.datasetId
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** A batch that waits for files, and the key of the one that it has. */
async function addBatch(fileAtMs: number): Promise<{ id: string; key: string }> {
  const { db, storage } = world.deps
  const { org_id: orgId, sandbox_id: sandboxId } = await db
    .selectFrom('dataset')
    .select(['org_id', 'sandbox_id'])
    .where('id', '=', datasetId)
    .executeTakeFirstOrThrow()
  const id = newBatchId(fileAtMs)
  const key = `prod/${datasetId}/uploads/${id}/rows`
  const batch = { id, orgId, sandboxId, datasetId, clientId: 'c', userId: 'u', nowMs: 0 }
  await storage.put(key, Buffer.from('{}'))
  await transact(db, async (tx) => {
    await createBatch(tx, batch)
    await tx.insertInto('batch_import').values({ batch_id: id, plan: null }).execute()
    const input = { batch_id: id, path: 'rows', size_bytes: 2 }
    await tx
      .insertInto('batch_input')
      .values({ ...input, state: 'complete', updated_at: fileAtMs })
      .execute()
    await tx
      .insertInto('batch_input_part')
      .values({ ...input, key, first_byte: 0 })
      .execute()
  })
  return { id, key }
}

test('a batch is abandoned a day after its last file has come, and its files are removed', async () => {
  const { db, storage } = world.deps
  const nowMs = 10 * DAY_MS
  const silent = await addBatch(nowMs - DAY_MS - 1)
  const alive = await addBatch(nowMs - DAY_MS + 1)
  const deps = { ...world.deps, now: () => nowMs }
  expect(await sweepBatches(deps)).toEqual([silent.id])
  const rows = await db.selectFrom('batch').select(['id', 'status']).orderBy('id').execute()
  expect(rows).toEqual([
    { id: silent.id, status: 'abandoned' },
    { id: alive.id, status: 'loading' },
  ])
  expect(await storage.stat(silent.key)).toBeUndefined()
  expect(await storage.stat(alive.key)).toEqual({ sizeBytes: 2 })
  expect(await sweepBatches(deps)).toEqual([])
})

test('what a server left behind that died after the end of a batch is removed', async () => {
  const { db, storage } = world.deps
  const { id, key } = await addBatch(Date.now())
  await db.updateTable('batch').set({ status: 'failed' }).where('id', '=', id).execute()
  expect(await sweepBatches(world.deps)).not.toContain(id)
  expect(await storage.stat(key)).toBeUndefined()
})

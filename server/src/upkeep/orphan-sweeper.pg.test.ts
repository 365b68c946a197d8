import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { sweepOrphans } from './orphan-sweeper.ts'

const DATASET = '5e8bddddd39ee018a5aa7fc1'
const FOLDER = `prod/${DATASET}`

let world: ServiceWorld
let lake: LakeWorld

beforeAll(async () => {
  world = await openServiceWorld(async () => {})
  lake = await LakeWorld.open(world.db)
  await lake.addDataset(DATASET, 'orders', 'orders')
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

function sweep(options = {}): Promise<readonly string[]> {
  const { db } = world
  return sweepOrphans({ db, storage: lake.storage, log: pino({ level: 'silent' }), now: Date.now }, options)
}

async function metadataKey(): Promise<string> {
  return (await lakeTableOf(world.db, DATASET))?.metadataKey ?? ''
}

test('what interrupted steps have left goes, what tables and steps refer to stays', async () => {
  const kept = [
    await lake.addBatch(DATASET, 'batch-1', [[1n, 'one', 1]]),
    await lake.addBatch(DATASET, 'batch-2', [[2n, 'two', 2]]),
  ]
  const [file] = await listDataFiles(lake.storage, await metadataKey())
  const before = await Array.fromAsync(lake.storage.list(''), ({ key }) => key)
  // A commit that came no further than its metadata files, and a part of a slice that nobody recorded.
  const abandoned = `${FOLDER}/data/abandoned.parquet`
  await lake.storage.put(abandoned, await lake.storage.get(file?.key ?? ''))
  await stageAppend(lake.storage, await metadataKey(), { files: [], summary: {}, nowMs: 3 })
  const delivered = `${FOLDER}/data/delivered.parquet`
  await lake.storage.put(delivered, Buffer.from('of an import that has not committed yet'))
  await lake.startBatch(DATASET, 'batch-3')
  await recordSlice('batch-3', delivered)

  expect(await sweep(), 'while they are young').toEqual([])
  const removed = await sweep({ minAgeMs: 0 })
  expect(removed).toContain(abandoned)
  expect(removed.filter((key) => key.includes('/metadata/'))).toHaveLength(2)
  const left = await Array.fromAsync(lake.storage.list(''), ({ key }) => key)
  expect(left).toEqual([...before, delivered].sort())
  expect((await listDataFiles(lake.storage, await metadataKey())).map(({ key }) => key)).toEqual(kept)
})

test('a part of a batch that was given up is nobody’s any more', async () => {
  await world.db.updateTable('batch').set({ status: 'failed' }).where('id', '=', 'batch-3').execute()
  expect(await sweep({ minAgeMs: 0 })).toEqual([`${FOLDER}/data/delivered.parquet`])
  expect(await sweep({ minAgeMs: 0 })).toEqual([])
})

async function recordSlice(batchId: string, key: string): Promise<void> {
  await world.db.insertInto('batch_import').values({ batch_id: batchId, plan: null }).execute()
  await world.db
    .insertInto('import_slice')
    .values({
      batch_id: batchId,
      epoch: 0,
      ordinal: 0,
      state: 'done',
      paths: [],
      result: JSON.stringify({ part: { key } }),
    })
    .execute()
}

import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import pino from 'pino'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { moveLakePointer } from '#services/catalog/lake-pointer.ts'
import { transact } from '#store/database.ts'
import { sweepOrphans } from '#upkeep/orphan-sweeper.ts'
import { expireTable } from './expire-table.ts'
import { removeExpired } from './remove-expired.ts'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

let world: ServiceWorld | undefined
let lake: LakeWorld
let dataset: string
let nowMs = 0
let count = 0

beforeEach(async () => {
  world ??= await openServiceWorld(async () => {})
  lake ??= await LakeWorld.open(world.db)
  dataset = `5e8bddddd39ee018a5aa7${(++count).toString(16).padStart(3, '0')}`
  await lake.addDataset(dataset, `orders ${count}`, `orders_${count}`)
  nowMs = 1_000 * DAY_MS
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const db = () => (world ?? unreachable()).db
const care = () => ({ db: db(), storage: lake.storage, now: () => nowMs })
const pointer = async () => (await lakeTableOf(db(), dataset)) ?? unreachable()
const snapshots = async () => (await readTable(lake.storage, (await pointer()).metadataKey)).snapshots
const lying = (folder: string) =>
  Array.fromAsync(lake.storage.list(`prod/${dataset}/${folder}/`), ({ key }) => key)

function unreachable(): never {
  throw new Error('there is no such thing')
}

/** One commit of a file that belongs to no batch. */
async function commit(key: string): Promise<void> {
  const table = await pointer()
  await lake.storage.put(key, Buffer.from(key))
  const columns = [{ fieldId: 1, valueCount: 1, nullCount: 0, sizeBytes: 8 }]
  const staged = await stageAppend(lake.storage, table.metadataKey, {
    files: [{ key, summary: { rowCount: 1, sizeBytes: key.length, splitOffsets: [4], columns } }],
    summary: {},
    retention: table.retention,
    nowMs,
  })
  expect(await transact(db(), (tx) => moveLakePointer(tx, table, { ...staged, nowMs }))).toBe(true)
}

async function commits(keys: readonly number[]): Promise<void> {
  for (const key of keys) {
    nowMs += HOUR_MS
    await commit(`prod/${dataset}/data/${key}.parquet`)
  }
}

async function setPolicy(policy: object): Promise<void> {
  await db()
    .updateTable('lake_table')
    .set({ policy: JSON.stringify(policy) })
    .where('dataset_id', '=', dataset)
    .execute()
}

test('a snapshot stays as long as the policy of its dataset says after another has taken its place', async () => {
  await setPolicy({ keepDays: 1 })
  await commits([1, 2, 3])
  nowMs += DAY_MS - HOUR_MS + 1
  expect(await expireTable(care(), dataset, { isDryRun: true })).toBe(1)
  expect(await expireTable(care(), dataset)).toBe(1)
  expect(await snapshots()).toHaveLength(2)
  nowMs += 100 * DAY_MS
  expect(await expireTable(care(), dataset)).toBe(1)
  expect(await expireTable(care(), dataset), 'the current one stays').toBe(0)
  expect(await listDataFiles(lake.storage, (await pointer()).metadataKey)).toHaveLength(3)
})

test('no more snapshots are kept than the policy allows, whoever commits', async () => {
  await setPolicy({ keepSnapshots: 3 })
  await commits([1, 2, 3, 4, 5])
  expect(await snapshots()).toHaveLength(3)
  expect(
    await db().selectFrom('lake_expired').where('dataset_id', '=', dataset).selectAll().execute(),
  ).toHaveLength(2)
})

test('what only expired snapshots hold goes when its readers have gone, and not before', async () => {
  await setPolicy({ keepSnapshots: 2 })
  await commits([1, 2, 3, 4])
  const before = await lying('metadata')
  expect(await removeExpired(care(), dataset)).toEqual({ fileCount: 0, snapshotCount: 0 })
  const log = pino({ level: 'silent' })
  const swept = await sweepOrphans({ ...care(), now: Date.now, log }, { minAgeMs: 0 })
  expect(swept, 'a sweep does not take them for orphans').toEqual([])
  expect(await lying('metadata')).toEqual(before)

  nowMs += DAY_MS
  expect(await removeExpired(care(), dataset, { isDryRun: true })).toEqual({ fileCount: 2, snapshotCount: 2 })
  expect(await removeExpired(care(), dataset)).toEqual({ fileCount: 2, snapshotCount: 2 })
  expect(await removeExpired(care(), dataset)).toEqual({ fileCount: 0, snapshotCount: 0 })
  expect(before).toHaveLength((await lying('metadata')).length + 2)
  expect(await lying('data')).toHaveLength(4)
  expect(await listDataFiles(lake.storage, (await pointer()).metadataKey)).toHaveLength(4)
})

test('two hundred commits leave as much metadata as one hundred', async () => {
  const size = async () => {
    let sum = 0
    for await (const { sizeBytes } of lake.storage.list(`prod/${dataset}/metadata/`)) sum += sizeBytes
    return sum
  }
  await setPolicy({ keepSnapshots: 10 })
  await commits(Array.from({ length: 110 }, (_, index) => index))
  nowMs += 2 * DAY_MS
  await removeExpired(care(), dataset)
  const early = await size()
  await commits(Array.from({ length: 100 }, (_, index) => 200 + index))
  nowMs += 2 * DAY_MS
  await removeExpired(care(), dataset)
  expect(await snapshots()).toHaveLength(10)
  expect(await listDataFiles(lake.storage, (await pointer()).metadataKey)).toHaveLength(210)
  expect(await size()).toBeLessThan(early * 2.5)
})

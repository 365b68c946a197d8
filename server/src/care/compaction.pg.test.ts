import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { openServiceWorld, SCOPE, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import pino from 'pino'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createCatalogLake } from '#boot/catalog-lake.ts'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { relationOf } from '#lake/query/sql-text.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { createLocalCopies } from '#lake/storage/local-copies.ts'
import type { StepHandler, TendPayload } from '#queue/step-queue.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { withdrawBatch } from '#services/catalog/withdraw-batch.ts'
import { sweepOrphans } from '#upkeep/orphan-sweeper.ts'
import { compactTable } from './compact-table.ts'
import { expireTable } from './expire-table.ts'
import { removeExpired } from './remove-expired.ts'
import { tendStep } from './tend-step.ts'

const DAY_MS = 24 * 3_600_000
const LIMITS = { smallBytes: 2 ** 20, targetBytes: 2 ** 23, minFiles: 2 }

let world: ServiceWorld | undefined
let lake: LakeWorld
let duck: DuckDb
let spoolDir: string
let dataset: string
let nowMs = 0
let count = 0

beforeEach(async () => {
  world ??= await openServiceWorld(async () => {})
  lake ??= await LakeWorld.open(world.db)
  duck ??= createDuckDb()
  spoolDir ??= await mkdtemp(join(tmpdir(), 'headwater-compaction-'))
  dataset = `5e8bddddd39ee018a5bb7${(++count).toString(16).padStart(3, '0')}`
  await lake.addDataset(dataset, `orders ${count}`, `orders_${count}`)
  nowMs = 1_000 * DAY_MS
})

afterAll(async () => {
  await duck?.[Symbol.asyncDispose]()
  await lake?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await rm(spoolDir, { recursive: true, force: true })
})

const db = () => (world ?? unreachable()).db
const care = () => ({ db: db(), storage: lake.storage, now: () => nowMs })
const tools = (storage: LakeStorage = lake.storage) => ({
  ...{ ...care(), storage, spoolDir },
  copies: createLocalCopies(storage, join(spoolDir, 'cache')),
})
const metadataKey = async () => (await lakeTableOf(db(), dataset))?.metadataKey ?? unreachable()
const files = async () => listDataFiles(lake.storage, await metadataKey())
const compact = (storage?: LakeStorage) => compactTable(tools(storage), dataset, { limits: LIMITS })

function unreachable(): never {
  throw new Error('there is no such thing')
}

/** The lake's storage, but for these. */
function storageWith(changes: Partial<LakeStorage>): LakeStorage {
  return new Proxy(lake.storage, {
    get(target, name: keyof LakeStorage) {
      const own: unknown = target[name]
      return changes[name] ?? (typeof own === 'function' ? own.bind(target) : own)
    },
  })
}

const idOf = (batch: number) => `01JA${String(count).padStart(4, '0')}${String(batch).padStart(18, '0')}`

/** Batch 3 has the rows 30 to 39. */
async function addBatches(...batches: readonly number[]): Promise<void> {
  for (const batch of batches) {
    const ids = Array.from({ length: 10 }, (_, index) => 10 * batch + index)
    const rows = ids.map((id) => [BigInt(id), id % 3 === 0 ? null : `name ${id}`, -0 * id] as const)
    await lake.addBatch(dataset, idOf(batch), rows)
  }
}

/** The numbers of the batches whose rows a snapshot has, each of them complete and once. */
async function batchesIn(snapshotId?: string): Promise<readonly number[]> {
  const key = await metadataKey()
  const { fields } = await readTable(lake.storage, key)
  const paths = (await listDataFiles(lake.storage, key, { snapshotId })).map(
    (file) => lake.storage.localPath(file.key) ?? unreachable(),
  )
  const rows = await duck.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `select id // 10, count(*), count(distinct id), count(person.name.firstName), count_if(signbit(amount))
       from (${relationOf(fields, paths)}) group by 1 order by 1`,
    )
    return reader.getRows().map((row) => row.map(Number))
  })
  for (const [batch = 0, ...counts] of rows) {
    const nulls = Array.from({ length: 10 }, (_, index) => 10 * batch + index).filter((id) => id % 3 === 0)
    expect(counts).toEqual([10, 10, 10 - nulls.length, 10])
  }
  return rows.map(([batch = 0]) => batch)
}

async function withdraw(batch: number, to: 'inactive' | 'deleted'): Promise<void> {
  const catalogLake = createCatalogLake(lake.storage, () => nowMs)
  const request = { scope: SCOPE, id: idOf(batch), isForGood: to === 'deleted' }
  await withdrawBatch({ db: db(), lake: catalogLake, now: () => nowMs }, request)
}

test('many small files become one that has the same rows, and the snapshots of before stay', async () => {
  await addBatches(1, 2, 3)
  const before = (await readTable(lake.storage, await metadataKey())).currentSnapshotId
  expect(await compactTable(tools(), dataset, { limits: LIMITS, isDryRun: true })).toMatchObject({
    replacedFiles: 3,
    newFiles: 1,
  })
  expect(await files()).toHaveLength(3)
  expect(await compact()).toEqual({ ...{ replacedFiles: 3, newFiles: 1 }, refusals: [] })
  expect(await files()).toMatchObject([{ rowCount: 30 }])
  expect(await batchesIn()).toEqual([1, 2, 3])
  expect(await batchesIn(before)).toEqual([1, 2, 3])
  const { snapshots } = await readTable(lake.storage, await metadataKey())
  expect(snapshots.at(-1)?.summary).toMatchObject({
    ...{ operation: 'replace', 'total-records': '30', 'total-data-files': '1' },
    ...{ 'added-records': '30', 'deleted-records': '30', 'deleted-data-files': '3' },
  })
  expect(await compact(), 'nothing is left to do').toEqual({
    ...{ replacedFiles: 0, newFiles: 0 },
    refusals: [],
  })
  expect(await readdir(spoolDir)).toEqual([])
})

test('what is committed while files are merged, and while that is committed, stays', async () => {
  await addBatches(1, 2)
  let staged = 0
  const storage = storageWith({
    putFile: async (...args: Parameters<LakeStorage['putFile']>) => {
      await addBatches(3)
      await lake.storage.putFile(...args)
    },
    putAll: async (...args: Parameters<LakeStorage['putAll']>) => {
      staged += 1
      if (staged <= 2) await addBatches(3 + staged)
      await lake.storage.putAll(...args)
    },
  })
  expect(await compact(storage)).toEqual({ ...{ replacedFiles: 2, newFiles: 1 }, refusals: [] })
  expect(staged, 'staged anew on top of each').toBe(3)
  expect(await files()).toHaveLength(4)
  expect(await batchesIn()).toEqual([1, 2, 3, 4, 5])
})

test('a batch that is taken back meanwhile does not come back', async () => {
  await addBatches(1, 2, 3)
  const storage = storageWith({
    putFile: async (...args: Parameters<LakeStorage['putFile']>) => {
      await withdraw(2, 'inactive')
      await lake.storage.putFile(...args)
    },
  })
  expect(await compact(storage)).toEqual({ ...{ replacedFiles: 0, newFiles: 0 }, refusals: [] })
  expect(await batchesIn()).toEqual([1, 3])
  const left = await Array.fromAsync(lake.storage.list(`prod/${dataset}/data/compacted-`))
  expect(left, 'what was merged in vain is gone').toEqual([])
})

test('of a file that was merged, and merged again, each batch can be taken back', async () => {
  await addBatches(1, 2, 3)
  await compact()
  await addBatches(4, 5)
  expect(await compact()).toEqual({ ...{ replacedFiles: 3, newFiles: 1 }, refusals: [] })
  await withdraw(2, 'inactive')
  expect(await batchesIn()).toEqual([1, 3, 4, 5])
  expect(await compact()).toEqual({ ...{ replacedFiles: 4, newFiles: 1 }, refusals: [] })
  await withdraw(5, 'deleted')
  expect(await batchesIn()).toEqual([1, 3, 4])
  const { snapshots } = await readTable(lake.storage, await metadataKey())
  for (const { id } of snapshots) expect(await batchesIn(id), 'no snapshot has it').not.toContain(5)
})

test('files of before stay with their batches when their snapshots expire; merged ones that are left go', async () => {
  await addBatches(1, 2)
  await compact()
  await withdraw(1, 'inactive')
  await addBatches(3)
  nowMs += 8 * DAY_MS
  await expireTable(care(), dataset)
  nowMs += 2 * DAY_MS
  await removeExpired(care(), dataset)
  expect(await batchesIn()).toEqual([2, 3])
  const names = await Array.fromAsync(lake.storage.list(`prod/${dataset}/data/`), ({ key }) => key)
  expect(names).toEqual([2, 3].map((batch) => `prod/${dataset}/data/${idOf(batch)}-00000.parquet`))
  const notes = await db()
    .selectFrom('lake_compaction')
    .where('dataset_id', '=', dataset)
    .selectAll()
    .execute()
  expect(notes).toEqual([])
})

test('the background merges from sixteen small files on, unless the dataset does not want it', async () => {
  const log = pino({ level: 'silent' })
  const tend = async () => {
    const attempt = { payload: { v: 1, datasetId: dataset } } as Parameters<
      StepHandler<TendPayload>['run']
    >[0]
    await tendStep({ ...tools(), log }).run(attempt, AbortSignal.timeout(30_000))
    return (await files()).length
  }
  const batches = Array.from({ length: 15 }, (_, index) => index + 1)
  await addBatches(...batches)
  expect(await tend()).toBe(15)
  await addBatches(16)
  const wish = (policy: object) =>
    db()
      .updateTable('lake_table')
      .set({ policy: JSON.stringify(policy) })
      .where('dataset_id', '=', dataset)
      .execute()
  await wish({ compact: false })
  expect(await tend()).toBe(16)
  await wish({})
  expect(await tend()).toBe(1)
  expect(await batchesIn()).toEqual([...batches, 16])
})

test('whoever is killed before the commit leaves a file that a sweep removes', async () => {
  await addBatches(1, 2)
  const storage = storageWith({
    putAll: () => Promise.reject(new Error('killed')),
  })
  await expect(compact(storage)).rejects.toThrow('killed')
  expect(await batchesIn()).toEqual([1, 2])
  const log = pino({ level: 'silent' })
  const swept = await sweepOrphans({ ...care(), now: Date.now, log }, { minAgeMs: 0 })
  expect(swept.filter((key) => key.includes('/data/'))).toEqual([expect.stringContaining('compacted-')])
  await compact()
  expect(await sweepOrphans({ ...care(), now: Date.now, log }, { minAgeMs: 0 })).toEqual([])
  expect(await batchesIn()).toEqual([1, 2])
})

test('a file that has other rows than the table says is left alone, with all the others', async () => {
  await addBatches(1, 2)
  const [first] = await files()
  const bytes = await lake.storage.get((first ?? unreachable()).key)
  await lake.storage.replace((first ?? unreachable()).key, bytes.subarray(0, bytes.length - 100))
  const { refusals, ...done } = await compact()
  expect(refusals).toEqual([expect.stringMatching(/^Files can't be made one, and stay as they are: /)])
  expect(done).toEqual({ replacedFiles: 0, newFiles: 0 })
  expect(await files()).toHaveLength(2)
})

describe.skipIf(!hasPyiceberg)(pyicebergTitle, () => {
  test('reads a table of merged files, and one to which a file came back', { timeout: 60_000 }, async () => {
    await addBatches(1, 2, 3)
    await compact()
    const path = async () => lake.storage.localPath(await metadataKey())
    const compacted = await readWithPyiceberg(await path())
    expect(compacted.columns['id']).toMatchObject({ values: 30, min: '10', max: '39' })
    expect(compacted.plannedFiles).toHaveLength(1)
    await withdraw(2, 'inactive')
    const left = await readWithPyiceberg(await path())
    expect(left.columns['id']).toMatchObject({ values: 20, sum: String(145 + 345) })
    expect(left.plannedFiles).toHaveLength(2)
  })
})

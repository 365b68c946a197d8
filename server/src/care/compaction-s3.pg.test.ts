import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import { openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { createDuckDb } from '#lake/query/duckdb.ts'
import { quotePath } from '#lake/query/sql-text.ts'
import { createLocalCopies } from '#lake/storage/local-copies.ts'
import { openS3Storage } from '#lake/storage/s3-storage.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { compactTable } from './compact-table.ts'

const DATASET = '5e8bddddd39ee018a5cc7001'

let world: ServiceWorld
let s3: TestS3
let lake: LakeWorld
let folder: string

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  world = await openServiceWorld(async () => {})
  s3 = await openTestS3()
  const place = { url: s3.url, endpoint: s3.endpoint, region: 'us-east-1', forcePathStyle: true }
  lake = await LakeWorld.open(world.db, openS3Storage(place))
  folder = await mkdtemp(join(tmpdir(), 'headwater-compaction-s3-'))
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  await s3?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

test(`small files of a lake in ${s3Title} become one, by way of copies`, async () => {
  const { storage } = lake
  await lake.addDataset(DATASET, 'orders', 'orders')
  for (const batch of [1, 2, 3]) {
    const rows = [0, 1].map((index) => [BigInt(10 * batch + index), 'a name', null] as const)
    await lake.addBatch(DATASET, `01JA00000000000000000000S${batch}`, rows)
  }
  const copies = createLocalCopies(storage, join(folder, 'cache'))
  const tools = { db: world.db, storage, now: () => 3, copies, spoolDir: join(folder, 'spool') }
  const limits = { smallBytes: 2 ** 20, targetBytes: 2 ** 23, minFiles: 2 }
  const done = await compactTable(tools, DATASET, { limits })
  expect(done).toEqual({ replacedFiles: 3, newFiles: 1, refusals: [] })

  const table = await lakeTableOf(world.db, DATASET)
  const [file, ...others] = await listDataFiles(storage, table?.metadataKey ?? '')
  expect([file?.rowCount, others]).toEqual([6, []])
  const path = await copies.pathOf(file?.key ?? '')
  await using duck = createDuckDb()
  const ids = await duck.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `select id from read_parquet(${quotePath(path)}) order by 1`,
    )
    return reader.getRows().map(([id]) => Number(id))
  })
  expect(ids).toEqual([10, 11, 20, 21, 30, 31])
  expect(await readdir(tools.spoolDir)).toEqual([])
})

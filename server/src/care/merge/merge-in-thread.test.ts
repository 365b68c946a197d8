import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADDED_FIELD, ALL_FIELDS, writeDataFile } from '#lake/iceberg/table.test-support.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { relationOf } from '#lake/query/sql-text.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { MergeRefusedError, mergeInThread } from './merge-in-thread.ts'

// Files of every type, the first from before a field was added.

const FIELDS = [...ALL_FIELDS, ADDED_FIELD]

let folder: string
let storage: LakeStorage
let duck: DuckDb
let paths: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-merge-'))
  storage = await openFolderStorage(folder)
  duck = createDuckDb()
  const keys = ['0.parquet', '1.parquet', '2.parquet']
  for (const [index, key] of keys.entries()) {
    const fields = index === 0 ? ALL_FIELDS : FIELDS
    await writeDataFile(duck, storage, { key, fields, firstId: 5_000 * index, rowCount: 5_000 })
  }
  paths = keys.map((key) => storage.localPath(key) ?? '')
})

afterAll(async () => {
  await duck?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test('every value of every type is in the new file, and nothing where a file had no such field', async () => {
  const targetPath = join(folder, 'merged.parquet')
  const summary = await mergeInThread({ paths, fields: FIELDS, targetPath, rowCount: 15_000 })
  const [before, after] = [relationOf(FIELDS, paths), relationOf(FIELDS, [targetPath])]
  const differing = await duck.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `select count(*) from ((${before}) except all (${after}) union all (${after}) except all (${before}))`,
    )
    return Number(reader.getRows()[0]?.[0])
  })
  expect(differing).toBe(0)
  const counts = new Map(summary.columns.map((column) => [column.fieldId, column]))
  expect(summary.rowCount).toBe(15_000)
  expect(counts.get(2)).toMatchObject({ valueCount: 15_000, nullCount: 3_000 })
  expect(counts.get(24), 'added to the second').toMatchObject({ valueCount: 15_000, nullCount: 5_000 })
})

test('fields that no file has are not in the new one either', async () => {
  const targetPath = join(folder, 'narrow.parquet')
  const summary = await mergeInThread({
    ...{ paths: paths.slice(0, 1), fields: FIELDS, targetPath, rowCount: 5_000 },
  })
  expect(summary.columns.map(({ fieldId }) => fieldId)).not.toContain(ADDED_FIELD.id)
})

test('another number of rows than the table says is refused', async () => {
  const task = { paths, fields: FIELDS, targetPath: join(folder, 'refused.parquet'), rowCount: 15_001 }
  await expect(mergeInThread(task)).rejects.toThrow(MergeRefusedError)
})

test('a merge that is not wanted any more ends', async () => {
  const stop = new AbortController()
  const task = { paths, fields: FIELDS, targetPath: join(folder, 'stopped.parquet'), rowCount: 15_000 }
  const merging = mergeInThread(task, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(merging).rejects.toThrow('stopped')
})

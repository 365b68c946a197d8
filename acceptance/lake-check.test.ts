import { copyFile, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CheckedTable, checkLake } from '@headwater/server/boot/check-lake.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { compactLake } from '@headwater/server/boot/tend-lake.ts'
import { decodeManifest, encodeManifest } from '@headwater/server/lake/iceberg/manifest.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Tables that are damaged in every way in which files can be, and what the check of the lake says of each. */
let source: TestDatabase
let server: TestServer
let landed: LandedTable
/** The files of the table, oldest first. */
let files: readonly string[]

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer({ env: { HEADWATER_SLICE_TARGET_BYTES: '1MiB' } })
  await source.query(`create table orders as
    select i as id, md5(i::text) as note, i * 1.5 as amount from generate_series(1, 60000) i`)
  landed = await landTable(server.client, await connectTo(server.client, source), {
    tableName: 'public.orders',
  })
  expect(landed.run.metrics.statusSummary.status).toBe('success')
  const folder = join(server.lakeDir, 'prod', landed.datasetId, 'data')
  const found = await readdir(folder, { recursive: true })
  files = found
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(folder, name))
    .sort()
  expect(files.length).toBeGreaterThan(2)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function check(level: 'files' | 'digest' = 'digest'): Promise<CheckedTable> {
  const settings = readSettings([], { HEADWATER_DATA_DIR: server.dataDir, DATABASE_URL: server.databaseUrl })
  for await (const table of checkLake(settings, { datasetIds: [landed.datasetId], level })) return table
  throw new Error('no table was checked')
}

const nameOf = (path: string): string => path.slice(server.lakeDir.length + 1)

/** Damages a file, looks, and mends it. */
async function withDamage(
  path: string,
  damage: (path: string) => Promise<void>,
  look: (faults: CheckedTable['faults']) => void,
): Promise<void> {
  await copyFile(path, `${path}.whole`)
  try {
    await damage(path)
    look((await check()).faults)
  } finally {
    await rename(`${path}.whole`, path)
  }
  expect((await check()).faults).toEqual([])
}

test('nothing is wrong with what has just landed', async () => {
  expect(await check()).toEqual({
    datasetId: landed.datasetId,
    name: expect.any(String),
    fileCount: files.length,
    rowCount: 60_000,
    comparedCount: files.length,
    faults: [],
  })
  expect((await check('files')).comparedCount).toBe(0)
})

test('one bit that flips in a data page is found, and its file named', async () => {
  const path = files[1] ?? ''
  const size = (await readFile(path)).length
  // Somewhere in the pages, not in the footer: whatever the bit does, it is either unreadable or another value.
  for (const share of [0.1, 0.3, 0.5, 0.7]) {
    await withDamage(
      path,
      async () => {
        const bytes = await readFile(path)
        const at = Math.floor(size * share)
        bytes[at] = (bytes[at] ?? 0) ^ 0b100
        await writeFile(path, bytes)
      },
      (faults) => {
        expect(faults.length).toBeGreaterThan(0)
        for (const { kind, key, field, message } of faults) {
          expect([['altered', 'unreadable'].includes(kind), key]).toEqual([true, nameOf(path)])
          if (kind === 'altered') {
            expect([field, message]).toEqual([
              expect.stringMatching(/^_headwater\./),
              expect.stringContaining('digest'),
            ])
          }
        }
      },
    )
  }
})

test('a file that is gone, cut off or longer is found', async () => {
  const [path = ''] = files
  await withDamage(path, rm, (faults) =>
    expect(faults).toEqual([expect.objectContaining({ kind: 'lost', key: nameOf(path) })]),
  )
  await withDamage(
    path,
    (each) => truncate(each, 1000),
    (faults) => expect(faults).toEqual([expect.objectContaining({ kind: 'size' })]),
  )
})

test('two files that were swapped are found', async () => {
  const [one = '', two = ''] = files
  await withDamage(
    one,
    async () => copyFile(two, one),
    (faults) => {
      expect(faults.length).toBeGreaterThan(0)
      expect(new Set(faults.map(({ key }) => key))).toEqual(new Set([nameOf(one)]))
    },
  )
})

/** The manifest of the table, which has a line for every file. */
async function manifestPath(): Promise<string> {
  const folder = join(server.lakeDir, 'prod', landed.datasetId, 'metadata')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.avro') && !name.startsWith('snap-'))
  expect(names).toHaveLength(1)
  return join(folder, names[0] ?? '')
}

async function rewrite(
  path: string,
  change: (entries: ReturnType<typeof decodeManifest>) => void,
): Promise<void> {
  const entries = decodeManifest(await readFile(path))
  change(entries)
  await writeFile(path, encodeManifest(entries, '{"type":"struct","schema-id":0,"fields":[]}', 0))
}

test('a file that a manifest drops, lists twice, or lists with other counts is found', async () => {
  const path = await manifestPath()
  const first = decodeManifest(await readFile(path))[0]?.data_file.file_path.replace(
    `file://${server.lakeDir}/`,
    '',
  )
  await withDamage(
    path,
    (each) => rewrite(each, (entries) => void entries.shift()),
    (faults) => expect(faults).toEqual([expect.objectContaining({ kind: 'missing', key: first })]),
  )
  await withDamage(
    path,
    (each) => rewrite(each, (entries) => void entries.push(entries[0] as (typeof entries)[0])),
    (faults) => expect(faults).toEqual([expect.objectContaining({ kind: 'doubled', key: first })]),
  )
  await withDamage(
    path,
    (each) =>
      rewrite(each, (entries) => {
        const entry = entries[0] as (typeof entries)[0]
        entries[0] = { ...entry, data_file: { ...entry.data_file, record_count: 1n } }
      }),
    (faults) => expect(faults).toEqual([expect.objectContaining({ kind: 'counts', key: first })]),
  )
})

test('rows that the source changes afterwards are no fault', async () => {
  await source.query('update orders set note = upper(note)')
  expect((await check()).faults).toEqual([])
})

test('small files that became one are compared with what they were made of', async () => {
  const settings = readSettings([], { HEADWATER_DATA_DIR: server.dataDir, DATABASE_URL: server.databaseUrl })
  const [compacted] = await Array.fromAsync(
    compactLake(settings, { datasetIds: [landed.datasetId], isDryRun: false }),
  )
  expect(compacted).toMatchObject({ replacedFiles: files.length, newFiles: 1, refusals: [] })
  expect(await check()).toMatchObject({
    ...{ fileCount: 1, rowCount: 60_000, comparedCount: files.length + 1, faults: [] },
  })
  const folder = join(server.lakeDir, 'prod', landed.datasetId, 'data')
  const name = (await readdir(folder)).find((one) => one.startsWith('compacted-')) ?? ''
  const path = join(folder, name)
  await withDamage(
    path,
    async () => {
      const bytes = await readFile(path)
      const at = Math.floor(bytes.length / 2)
      bytes[at] = (bytes[at] ?? 0) ^ 0b100
      await writeFile(path, bytes)
    },
    (faults) => expect(faults).toEqual([expect.objectContaining({ kind: 'altered', key: nameOf(path) })]),
  )
})

import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { icebergRead } from 'icebird'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import { ForeignUriError, type LakeStorage } from '#lake/storage/lake-storage.ts'
import { ADDED_FIELD, ALL_FIELDS, writeDataFile } from './table.test-support.ts'
import { createTable, listDataFiles, publishHint, readTable, stageAppend, stageRemoval } from './table.ts'

// Tables of this program as independent readers see them: icebird (JavaScript), pyiceberg (Python).

const LOCATION = 'prod/dataset'

let folder: string
let duck: DuckDb

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-readers-'))
  duck = createDuckDb()
})
afterAll(async () => {
  await duck[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/**
 * Three appends of one file each, the first from before the field `added`, and `moreAppends` of no rows' worth of
 * files; ids are 0 to 29.
 */
async function makeTable(storage: LakeStorage, moreAppends: number): Promise<string> {
  let { metadataKey } = await createTable(storage, {
    location: LOCATION,
    fields: ALL_FIELDS,
    nowMs: 1_700_000_000_000,
  })
  for (let index = 0; index < 3; index++) {
    const fields = index === 0 ? ALL_FIELDS : [...ALL_FIELDS, ADDED_FIELD]
    const key = `${LOCATION}/data/${index}.parquet`
    const file = await writeDataFile(duck, storage, { key, fields, firstId: index * 10, rowCount: 10 })
    ;({ metadataKey } = await stageAppend(storage, metadataKey, {
      files: [file],
      summary: { 'flow.run-id': `run-${index}` },
      fields,
      nowMs: 1_700_000_001_000 + index,
    }))
  }
  for (let index = 0; index < moreAppends; index++) {
    const key = `${LOCATION}/data/more-${index}.parquet`
    const file = await writeDataFile(duck, storage, {
      key,
      fields: ALL_FIELDS,
      firstId: 1000 + index,
      rowCount: 1,
    })
    ;({ metadataKey } = await stageAppend(storage, metadataKey, { files: [file], summary: {}, nowMs: 0 }))
  }
  await publishHint(storage, metadataKey)
  return metadataKey
}

describe.skipIf(!hasPyiceberg)(pyicebergTitle, () => {
  it('reads every type, across an added field', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'all'))
    const metadataKey = await makeTable(storage, 0)
    const table = await readWithPyiceberg(storage.localPath(metadataKey))
    expect(table.rows).toBe(30)
    expect(table.summary).toMatchObject({
      operation: 'append',
      'flow.run-id': 'run-2',
      'total-records': '30',
    })
    expect(table.snapshots).toEqual((await readTable(storage, metadataKey)).snapshots.map(({ id }) => id))
    const full = { values: 30, nulls: 0 }
    expect(table.columns).toMatchObject({
      id: { ...full, type: 'int64', min: '0', max: '29', sum: '435' },
      name: { values: 24, nulls: 6, min: 'name 1', max: 'name 9' },
      flag: { ...full, min: 'False', max: 'True' },
      n: { ...full, type: 'int32', sum: '1305' },
      f: { ...full, type: 'float', sum: '217.5' },
      d: { ...full, type: 'double', sum: '108.75' },
      short_dec: { ...full, type: 'decimal128(9, 2)', sum: '543.75' },
      long_dec: { ...full, type: 'decimal128(38, 9)', sum: '438.703703670' },
      day: { ...full, min: '2020-01-01', max: '2020-01-30' },
      clock: { ...full, type: 'time64[us]', max: '00:00:29' },
      wall: { ...full, type: 'timestamp[us]', max: '2020-01-01 00:00:29' },
      instant: { ...full, type: 'timestamp[us, tz=UTC]', max: '2020-01-01 00:00:29+00:00' },
      bytes: { ...full, distinct: 30 },
      key: { ...full, distinct: 30 },
      person: {
        values: 22,
        nulls: 8,
        fields: {
          first: { values: 22, max: 'first 9' },
          address: { fields: { city: { values: 22, min: 'city 0', max: 'city 2' } } },
        },
      },
      tags: { ...full, elements: { values: 60, max: 'b9' } },
      scores: { ...full, keys: { values: 60, min: 'x', max: 'y' }, items: { sum: '900' } },
      added: { values: 20, nulls: 10, min: 'new 10', max: 'new 29' },
    })
  })

  it('skips files by their bounds and null counts, and travels in time', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'bounds'))
    const metadataKey = await makeTable(storage, 0)
    const path = storage.localPath(metadataKey)
    const filtered = await readWithPyiceberg(path, '--filter', 'id >= 15')
    expect(filtered.rows).toBe(15)
    expect(filtered.plannedFiles).toEqual(
      [1, 2].map((index) => storage.uri(`${LOCATION}/data/${index}.parquet`)),
    )
    const [first] = (await readTable(storage, metadataKey)).snapshots
    const before = await readWithPyiceberg(path, '--snapshot', first?.id ?? '')
    expect(before.rows).toBe(10)
    expect(before.columns).not.toHaveProperty('added')
  })

  it('reads a table without the files that a snapshot removed', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'removed'))
    const before = await makeTable(storage, 0)
    const key = `${LOCATION}/data/1.parquet`
    const removal = { keys: [key], summary: { 'flow.removed-run-id': 'run-1' }, nowMs: 1_700_000_002_000 }
    const { metadataKey } = await stageRemoval(storage, before, removal)
    const table = await readWithPyiceberg(storage.localPath(metadataKey))
    expect(table.columns['id']).toMatchObject({ values: 20, sum: '290' })
    expect(table.summary).toMatchObject({
      operation: 'delete',
      'deleted-data-files': '1',
      'deleted-records': '10',
      'total-records': '20',
      'total-data-files': '2',
    })
    const [, , third] = (await readTable(storage, metadataKey)).snapshots
    const past = await readWithPyiceberg(storage.localPath(metadataKey), '--snapshot', third?.id ?? '')
    expect(past.rows).toBe(30)
    // Life goes on, and the manifest of what was removed is left behind.
    const next = await stageAppend(storage, metadataKey, { files: [], summary: {}, nowMs: 1_700_000_003_000 })
    expect((await readWithPyiceberg(storage.localPath(next.metadataKey))).rows).toBe(20)
  })

  it('reads a table that has forgotten a file for good', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'forgotten'))
    const before = await makeTable(storage, 0)
    const key = `${LOCATION}/data/1.parquet`
    const { metadataKey } = await stageRemoval(storage, before, {
      keys: [key],
      summary: { 'flow.removed-run-id': 'run-1' },
      isForGood: true,
      nowMs: 1_700_000_002_000,
    })
    await storage.remove([key])
    const { snapshots } = await readTable(storage, metadataKey)
    expect(snapshots.map(({ summary }) => summary['operation'])).toEqual(['append', 'delete'])
    const table = await readWithPyiceberg(storage.localPath(metadataKey))
    expect(table.columns['id']).toMatchObject({ values: 20, sum: '290' })
    for (const { id } of snapshots) {
      expect(
        (await readWithPyiceberg(storage.localPath(metadataKey), '--snapshot', id)).rows,
      ).toBeGreaterThan(0)
    }
  })

  it('reads an empty table', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'empty'))
    const { metadataKey } = await createTable(storage, { location: LOCATION, fields: ALL_FIELDS, nowMs: 1 })
    const table = await readWithPyiceberg(storage.localPath(metadataKey))
    expect(table).toMatchObject({ rows: 0, plannedFiles: [], snapshots: [], summary: null })
    const appended = await stageAppend(storage, metadataKey, { files: [], summary: {}, nowMs: 2 })
    const stillEmpty = await readWithPyiceberg(storage.localPath(appended.metadataKey))
    expect(stillEmpty).toMatchObject({ rows: 0, summary: { operation: 'append' } })
  })

  it('reads merged manifests', { timeout: 60_000 }, async () => {
    const storage = await openFolderStorage(join(folder, 'merged'))
    const metadataKey = await makeTable(storage, 117)
    const table = await readWithPyiceberg(storage.localPath(metadataKey))
    expect(table.rows).toBe(147)
    expect(table.plannedFiles).toEqual(
      (await listDataFiles(storage, metadataKey)).map(({ key }) => storage.uri(key)).sort(),
    )
    expect(table.columns['id']).toMatchObject({ min: '0', max: '1116' })
  })
})

describe('icebird', () => {
  let server: Server
  let rootUrl: string

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = join(folder, decodeURIComponent(request.url ?? ''))
      const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '')
      const part = range ? { start: Number(range[1]), ...(range[2] && { end: Number(range[2]) }) } : {}
      const file = createReadStream(path, part)
      file.on('error', () => response.writeHead(404).end())
      file.on('open', () => response.writeHead(range ? 206 : 200))
      file.pipe(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    rootUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** A folder whose tables record URLs: this reader knows no files. */
  async function openServedFolder(name: string): Promise<LakeStorage> {
    const root = `${rootUrl}/${name}/`
    const storage = await openFolderStorage(join(folder, name))
    return Object.assign(storage, {
      uri: (key: string) => root + key,
      keyOf: (uri: string) => {
        if (!uri.startsWith(root)) throw new ForeignUriError(uri, root)
        return uri.slice(root.length)
      },
    })
  }

  it('finds the table by its hint and reads its rows', async () => {
    const storage = await openServedFolder('served')
    await makeTable(storage, 0)
    const found = await icebergRead({ tableUrl: storage.uri(LOCATION) })
    const rows = found.toSorted((a, b) => Number(a['id'] - b['id']))
    expect(rows).toHaveLength(30)
    expect(rows[3]).toMatchObject({
      id: 3n,
      name: 'name 3',
      n: 9,
      person: { first: 'first 3', address: { city: 'city 0' } },
      tags: ['a', 'b3'],
      scores: { x: 3n, y: 4n },
    })
    expect(rows.map((row) => row['added'])).toEqual([
      ...Array.from({ length: 10 }, () => undefined),
      ...Array.from({ length: 20 }, (_, index) => `new ${index + 10}`),
    ])
  })

  it('reads merged manifests', { timeout: 30_000 }, async () => {
    const storage = await openServedFolder('served-merged')
    const metadataKey = await makeTable(storage, 117)
    expect(await readFile(storage.localPath(`${LOCATION}/metadata/version-hint.text`) ?? '', 'utf8')).toBe(
      '120',
    )
    const rows = await icebergRead({ tableUrl: storage.uri(LOCATION) })
    expect(new Set(rows.map((row) => row['id'])).size).toBe(147)
    expect(await listDataFiles(storage, metadataKey)).toHaveLength(120)
  })
})

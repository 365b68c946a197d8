import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LakeField } from '#columns/column-type.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { decodeAvroContainer } from './avro-container.ts'
import type { DataFile } from './data-file.ts'
import { listDataFiles, readManifestList, SnapshotNotFoundError } from './list-data-files.ts'
import { decodeManifest } from './manifest.ts'
import { currentSnapshotOf, readMetadata } from './metadata.ts'
import { expireMetadataFiles, publishHint } from './publish-hint.ts'
import { SchemaEvolutionError } from './schema-evolution.ts'
import { stageAppend } from './stage-append.ts'
import { ADDED_FIELD, ALL_FIELDS, writeDataFile } from './table.test-support.ts'
import { createTable, findSnapshot, readTable } from './table.ts'

let folder: string
let storage: LakeStorage
let duck: DuckDb

beforeAll(() => {
  duck = createDuckDb()
})
afterAll(async () => {
  await duck[Symbol.asyncDispose]()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-'))
  storage = await openFolderStorage(folder)
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const LOCATION = 'prod/dataset'
const create = (fields: readonly LakeField[] = ALL_FIELDS) =>
  createTable(storage, { location: LOCATION, fields, properties: { owner: 'test' }, nowMs: 1_000 })

/** A file that is only spoken of. */
const unwritten = (name: string, rowCount: number): DataFile => ({
  key: `${LOCATION}/data/${name}.parquet`,
  summary: { rowCount, sizeBytes: rowCount * 10, splitOffsets: [4], columns: [] },
})

async function append(metadataKey: string, files: readonly DataFile[], more = {}) {
  return stageAppend(storage, metadataKey, { files, summary: {}, nowMs: 2_000, ...more })
}

describe('createTable', () => {
  it('makes a table that reads back with all its types', async () => {
    const { metadataKey } = await create()
    const table = await readTable(storage, metadataKey)
    expect(metadataKey).toMatch(/^prod\/dataset\/metadata\/00000-[0-9a-f-]{36}\.metadata\.json$/)
    expect(table.fields).toEqual(ALL_FIELDS)
    expect(table.lastColumnId).toBe(23)
    expect(table.location).toBe(storage.uri(LOCATION))
    expect(table.properties).toEqual({ owner: 'test' })
    expect(table.snapshots).toEqual([])
    expect(table.currentSnapshotId).toBeUndefined()
    expect(await listDataFiles(storage, metadataKey)).toEqual([])
  })
})

describe('stageAppend', () => {
  it('adds files and keeps cumulative totals', async () => {
    let { metadataKey } = await create()
    for (const [index, rowCount] of [3, 5].entries()) {
      const files = [unwritten(`${index}a`, rowCount), unwritten(`${index}b`, 1)]
      ;({ metadataKey } = await append(metadataKey, files, { summary: { 'flow.run-id': `run-${index}` } }))
    }
    const table = await readTable(storage, metadataKey)
    expect(table.snapshots).toHaveLength(2)
    expect(table.snapshots[1]?.parentId).toBe(table.snapshots[0]?.id)
    expect(table.currentSnapshotId).toBe(table.snapshots[1]?.id)
    expect(table.snapshots[1]?.summary).toEqual({
      'flow.run-id': 'run-1',
      operation: 'append',
      'added-data-files': '2',
      'added-records': '6',
      'added-files-size': '60',
      'changed-partition-count': '1',
      'total-records': '10',
      'total-files-size': '100',
      'total-data-files': '4',
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
    })
    const files = await listDataFiles(storage, metadataKey)
    expect(files.map(({ key }) => key.replace(/.*\//, ''))).toEqual([
      '0a.parquet',
      '0b.parquet',
      '1a.parquet',
      '1b.parquet',
    ])
    expect(files[2]).toMatchObject({ rowCount: 5, sizeBytes: 50, snapshotId: table.currentSnapshotId })
    expect(await listDataFiles(storage, metadataKey, { snapshotId: table.snapshots[0]?.id })).toEqual(
      files.slice(0, 2),
    )
    await expect(listDataFiles(storage, metadataKey, { snapshotId: '1' })).rejects.toThrow(
      SnapshotNotFoundError,
    )
  })

  it('leaves the table it starts from as it is', async () => {
    const { metadataKey } = await create()
    const before = await storage.get(metadataKey)
    await append(metadataKey, [unwritten('abandoned', 1)])
    const kept = await append(metadataKey, [unwritten('kept', 1)])
    expect(await storage.get(metadataKey)).toEqual(before)
    expect((await listDataFiles(storage, kept.metadataKey)).map(({ key }) => key)).toEqual([
      `${LOCATION}/data/kept.parquet`,
    ])
  })

  it('makes a snapshot of no files', async () => {
    const first = await append((await create()).metadataKey, [unwritten('a', 2)])
    const { metadataKey, snapshotId } = await append(first.metadataKey, [], {
      summary: { note: 'nothing new' },
    })
    const table = await readTable(storage, metadataKey)
    expect(table.currentSnapshotId).toBe(snapshotId)
    expect(table.snapshots[1]?.summary).toMatchObject({
      'added-records': '0',
      'total-records': '2',
      note: 'nothing new',
    })
    expect(await listDataFiles(storage, metadataKey)).toHaveLength(1)
  })

  it('finds the snapshot that a run has written', async () => {
    const first = await append((await create()).metadataKey, [], { summary: { 'flow.run-id': 'a' } })
    const second = await append(first.metadataKey, [], { summary: { 'flow.run-id': 'b' } })
    const table = await readTable(storage, second.metadataKey)
    expect(findSnapshot(table, (summary) => summary['flow.run-id'] === 'a')?.id).toBe(first.snapshotId)
    expect(findSnapshot(table, (summary) => summary['flow.run-id'] === 'c')).toBeUndefined()
  })

  it('adds fields, and comes back to a schema it had', async () => {
    const base = await create()
    const wider = await append(base.metadataKey, [], { fields: [...ALL_FIELDS, ADDED_FIELD] })
    const again = await append(wider.metadataKey, [], { fields: [...ALL_FIELDS, ADDED_FIELD] })
    const narrow = await append(again.metadataKey, [], { fields: ALL_FIELDS })
    expect((await readTable(storage, again.metadataKey)).fields).toEqual([...ALL_FIELDS, ADDED_FIELD])
    expect((await readTable(storage, narrow.metadataKey)).lastColumnId).toBe(24)
    const metadata = await readMetadata(storage, narrow.metadataKey)
    expect(metadata.schemas.map((schema) => schema['schema-id'])).toEqual([0, 1])
    expect(metadata['current-schema-id']).toBe(0)
    expect(metadata.snapshots?.map((snapshot) => snapshot['schema-id'])).toEqual([1, 1, 0])
  })

  it.each<[string, LakeField, string]>([
    ['a new required field', { ...ADDED_FIELD, required: true }, "new field 'added' can't be required"],
    ['another type', { id: 4, name: 'n', required: false, type: { kind: 'string' } }, 'from int to string'],
    [
      'a field made required',
      { id: 4, name: 'n', required: true, type: { kind: 'int' } },
      "can't be required",
    ],
    [
      'fewer digits',
      { id: 8, name: 'long_dec', required: false, type: { kind: 'decimal', precision: 20, scale: 9 } },
      'from decimal(38,9) to decimal(20,9)',
    ],
  ])('refuses %s', async (_what, field, message) => {
    const { metadataKey } = await create()
    const fields = [...ALL_FIELDS.filter(({ id }) => id !== field.id), field]
    const staging = append(metadataKey, [], { fields })
    await expect(staging).rejects.toThrow(SchemaEvolutionError)
    await expect(staging).rejects.toThrow(message)
  })

  it('lets types become wider', async () => {
    const { metadataKey } = await create()
    const wider = ALL_FIELDS.map(
      (field): LakeField => (field.name === 'n' ? { ...field, type: { kind: 'long' } } : field),
    )
    const staged = await append(metadataKey, [], { fields: wider })
    expect((await readTable(storage, staged.metadataKey)).fields).toEqual(wider)
  })

  it('never goes back in time', async () => {
    const first = await append((await create()).metadataKey, [], { nowMs: 9_000 })
    const second = await append(first.metadataKey, [], { nowMs: 5_000 })
    const { snapshots } = await readTable(storage, second.metadataKey)
    expect(snapshots.map(({ timestampMs }) => timestampMs)).toEqual([9_000, 9_000])
  })

  it('keeps the 63-bit ids of another writer', async () => {
    const first = await append((await create()).metadataKey, [unwritten('a', 1)])
    const foreign = '9151314442816847872'
    const text = (await readFile(storage.localPath(first.metadataKey) ?? '', 'utf8')).replaceAll(
      first.snapshotId,
      foreign,
    )
    const metadataKey = `${LOCATION}/metadata/00001-foreign.metadata.json`
    // The manifest list keeps its name, in which the id stands too.
    await storage.put(metadataKey, Buffer.from(text.replace(`snap-${foreign}`, `snap-${first.snapshotId}`)))

    const staged = await append(metadataKey, [unwritten('b', 1)])
    const table = await readTable(storage, staged.metadataKey)
    expect(table.snapshots.map(({ id }) => id)).toEqual([foreign, staged.snapshotId])
    expect(table.snapshots[1]?.parentId).toBe(foreign)
    expect(await readFile(storage.localPath(staged.metadataKey) ?? '', 'utf8')).toContain(
      `"parent-snapshot-id":${foreign}`,
    )
    expect(await listDataFiles(storage, staged.metadataKey, { snapshotId: foreign })).toHaveLength(1)
  })

  it('writes manifests as the specification says', async () => {
    const file = await writeDataFile(duck, storage, {
      key: `${LOCATION}/data/1.parquet`,
      fields: ALL_FIELDS,
      firstId: 10,
      rowCount: 20,
    })
    const { metadataKey, snapshotId } = await append((await create()).metadataKey, [file])
    const snapshot = currentSnapshotOf(await readMetadata(storage, metadataKey))
    if (!snapshot) throw new Error('no snapshot')
    const list = decodeAvroContainer(await storage.get(storage.keyOf(snapshot['manifest-list'])))
    expect(list.metadata).toMatchObject({
      'format-version': '2',
      'snapshot-id': snapshotId,
      'sequence-number': '1',
    })
    const [manifest] = await readManifestList(storage, snapshot)
    expect(manifest).toMatchObject({ added_files_count: 1, added_rows_count: 20n, min_sequence_number: 1n })

    const bytes = await storage.get(storage.keyOf(manifest?.manifest_path ?? ''))
    expect(manifest?.manifest_length).toBe(BigInt(bytes.length))
    expect(Buffer.from(bytes).includes('"field-id":117')).toBe(true)
    expect(Buffer.from(bytes).includes('"element-id":133')).toBe(true)
    const { metadata } = decodeAvroContainer(bytes)
    expect(JSON.parse(metadata['schema'] ?? '')).toMatchObject({ type: 'struct', 'schema-id': 0 })
    expect(metadata).toMatchObject({
      'schema-id': '0',
      'partition-spec': '[]',
      'partition-spec-id': '0',
      'format-version': '2',
      content: 'data',
    })
    const [entry] = decodeManifest(bytes)
    expect(entry).toMatchObject({ status: 1, snapshot_id: BigInt(snapshotId), sequence_number: null })
    expect(entry?.data_file.record_count).toBe(20n)
    expect(entry?.data_file.split_offsets).toEqual([4n])
    expect(entry?.data_file.null_value_counts).toContainEqual({ key: 2, value: 4n })
    expect(entry?.data_file.nan_value_counts).toEqual([{ key: 6, value: 0n }])
    expect(entry?.data_file.lower_bounds?.[0]).toEqual({
      key: 1,
      value: Buffer.from([10, 0, 0, 0, 0, 0, 0, 0]),
    })
  })

  it('merges manifests beyond a hundred, with their own sequence numbers', async () => {
    let { metadataKey } = await create()
    const ids: string[] = []
    for (let index = 0; index < 120; index++) {
      const staged = await append(metadataKey, [unwritten(String(index).padStart(3, '0'), index)])
      metadataKey = staged.metadataKey
      ids.push(staged.snapshotId)
    }
    const snapshot = currentSnapshotOf(await readMetadata(storage, metadataKey))
    if (!snapshot) throw new Error('no snapshot')
    const manifests = await readManifestList(storage, snapshot)
    expect(manifests).toHaveLength(21)
    expect(manifests.at(-1)).toMatchObject({
      existing_files_count: 100,
      added_files_count: 0,
      existing_rows_count: 4950n,
      min_sequence_number: 1n,
      sequence_number: 101n,
    })
    const merged = decodeManifest(await storage.get(storage.keyOf(manifests.at(-1)?.manifest_path ?? '')))
    expect(merged.every(({ status }) => status === 0)).toBe(true)
    expect(merged.map(({ sequence_number }) => Number(sequence_number)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    )
    const files = await listDataFiles(storage, metadataKey)
    expect(files.map(({ snapshotId }) => snapshotId)).toEqual(ids)
    expect(files.map(({ rowCount }) => rowCount)).toEqual(Array.from({ length: 120 }, (_, index) => index))
    expect(snapshot.summary).toMatchObject({ 'total-records': '7140', 'total-data-files': '120' })
  })
})

describe('publishHint and expireMetadataFiles', () => {
  it('points readers by path at the committed version and never back', async () => {
    const first = await create()
    const second = await append(first.metadataKey, [])
    const third = await append(second.metadataKey, [])
    const hint = () => readFile(join(folder, LOCATION, 'metadata', 'version-hint.text'), 'utf8')
    expect(await hint()).toBe('0')
    await publishHint(storage, third.metadataKey)
    await publishHint(storage, third.metadataKey)
    await publishHint(storage, second.metadataKey)
    expect(await hint()).toBe('2')
    const linked = await readFile(join(folder, LOCATION, 'metadata', 'v2.metadata.json'))
    expect(linked.equals(await storage.get(third.metadataKey))).toBe(true)
  })

  it('keeps a hundred older metadata files', async () => {
    let { metadataKey } = await create()
    for (let index = 0; index < 105; index++) {
      ;({ metadataKey } = await append(metadataKey, []))
      await publishHint(storage, metadataKey)
      await expireMetadataFiles(storage, metadataKey)
    }
    const names = await readdir(join(folder, LOCATION, 'metadata'))
    expect(names.filter((name) => /^\d{5}-/.test(name))).toHaveLength(101)
    expect(names.filter((name) => /^v\d+\./.test(name))).toHaveLength(101)
    expect(names).not.toContain('v4.metadata.json')
    expect(names).toContain('v5.metadata.json')
    expect((await readTable(storage, metadataKey)).snapshots, 'and as many snapshots').toHaveLength(100)
  })
})

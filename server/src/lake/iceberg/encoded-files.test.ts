import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLeaf, type LakeField, type LakeLeaf, type LakeType } from '#columns/column-type.ts'
import { createDigester } from '#columns/nested-digest.ts'
import { createVector, type Vector, vectorKindOf } from '#columns/vector.ts'
import { Kernel } from '#kernel/kernel.ts'
import { ParquetWriter } from '#lake/parquet/parquet-writer.ts'
import { readBack } from '#lake/query/verify-file.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { DataFile } from './data-file.ts'
import { createTable, stageAppend } from './table.ts'

// Files of our own encoder, as an independent reader plans and reads them: are field ids, nesting and bounds right?

const field = (id: number, name: string, type: LakeType): LakeField => ({ id, name, required: false, type })

const FIELDS: readonly LakeField[] = [
  field(1, 'flag', { kind: 'boolean' }),
  field(2, 'n', { kind: 'int' }),
  field(3, 'id', { kind: 'long' }),
  field(4, 'f', { kind: 'float' }),
  field(5, 'd', { kind: 'double' }),
  field(6, 'dec9', { kind: 'decimal', precision: 9, scale: 2 }),
  field(7, 'dec18', { kind: 'decimal', precision: 18, scale: 3 }),
  field(8, 'dec38', { kind: 'decimal', precision: 38, scale: 9 }),
  field(9, 'day', { kind: 'date' }),
  field(10, 'clock', { kind: 'time' }),
  field(11, 'wall', { kind: 'timestamp' }),
  field(12, 'instant', { kind: 'timestamptz' }),
  field(13, 'key', { kind: 'uuid' }),
  field(14, 'bytes', { kind: 'binary' }),
  field(15, 'person', {
    kind: 'struct',
    fields: [
      field(16, 'name', { kind: 'string' }),
      field(17, 'address', { kind: 'struct', fields: [field(18, 'city', { kind: 'string' })] }),
    ],
  }),
]

const SECOND = 1_000_000
/** Numbers of three files by column, none of them in order across files, so that signs and byte orders matter. */
const NUMBERS: Readonly<Record<string, readonly [number, number, number]>> = {
  flag: [0, 0, 1],
  n: [-70_000, 5, 300],
  id: [-5_000_000_000, 0, 5_000_000_000],
  f: [-1.5, 0.25, 2.5],
  d: [-1.5, 0.25, 2.5],
  dec9: [-12_525, 100, 25_600],
  dec18: [-5_000_000_000_125, 1_000, 256_000],
  dec38: [-5_000_000_000_125, 1_000_000_000, 256_000_000_000],
  day: [-400, 0, 400],
  clock: [1 * SECOND, 300 * SECOND, 70_000 * SECOND],
  wall: [-SECOND, 0, 1_700_000_000 * SECOND],
  instant: [-SECOND, 0, 1_700_000_000 * SECOND],
}
const TEXTS: Readonly<Record<string, readonly [string, string, string]>> = {
  key: [
    '00000000-0000-0000-0000-000000000001',
    '7fffffff-0000-0000-0000-000000000000',
    'ff000000-0000-0000-0000-000000000000',
  ],
  bytes: ['a', 'm', 'z'],
  'person.name': ['Ada', 'é and much more than sixteen characters', 'zoë'],
  'person.address.city': ['Aachen', 'Łódź', '東京'],
}

/** Filters that only rows of the second file can satisfy. */
const FILTERS = [
  'n == 5',
  'id == 0',
  'f == 0.25',
  'd == 0.25',
  "dec9 == '1.00'",
  "dec18 == '1.000'",
  "dec38 == '1.000000000'",
  "day == '1970-01-01'",
  "clock == '00:05:00'",
  "wall == '1970-01-01T00:00:00'",
  "instant == '1970-01-01T00:00:00+00:00'",
  "key == '7fffffff-0000-0000-0000-000000000000'",
  "person.name == 'é and much more than sixteen characters'",
  "person.address.city == 'Łódź'",
]

let folder: string
let storage: LakeStorage

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encoded-'))
  storage = await openFolderStorage(join(folder, 'lake'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Four rows: the value twice, then two NULLs. */
function vectorOf(type: LakeLeaf['type'], name: string, file: number): Vector {
  const vector = createVector(vectorKindOf(type), 4)
  vector.validity.set([1, 1, 0, 0])
  vector.nullCount = 2
  const number = NUMBERS[name]?.[file] ?? 0
  const text = TEXTS[name]?.[file] ?? ''
  for (const row of [0, 1]) {
    if (vector.kind === 'bytes') {
      vector.heap = type.kind === 'uuid' ? Buffer.from(text.replaceAll('-', ''), 'hex') : Buffer.from(text)
      vector.lengths[row] = vector.heap.length
    } else if (vector.kind === 'int64' || vector.kind === 'int128') {
      const wordCount = vector.kind === 'int64' ? 2 : 4
      for (let word = 0; word < wordCount; word++) {
        vector.words[row * wordCount + word] = Number(BigInt.asIntN(32, BigInt(number) >> BigInt(32 * word)))
      }
    } else {
      vector.values[row] = number
    }
  }
  return vector
}

const kernel = new Kernel()

async function encodeFile(file: number): Promise<DataFile> {
  const path = join(folder, `${file}.parquet`)
  const descriptor = openSync(path, 'wx')
  const writer = new ParquetWriter({
    fields: FIELDS,
    sink: { write: (bytes) => void writeSync(descriptor, bytes) },
  })
  const columns = writer.columns.filter(isLeaf).map((leaf) => vectorOf(leaf.type, leaf.path.join('.'), file))
  writer.append(columns, 4)
  const summary = writer.finish()
  closeSync(descriptor)
  const sent = writer.columns.filter(isLeaf).map(({ type }, index) => {
    const digester = createDigester(type, kernel)
    digester.addVector(columns[index] as Vector, 4)
    return digester.result()
  })
  expect(await readBack(path, writer.columns)).toMatchObject({ rowCount: 4, columns: sent })
  const key = `prod/encoded/data/${file}.parquet`
  await storage.putFile(key, path)
  return { key, summary }
}

describe.skipIf(!hasPyiceberg)(`encoded files in ${pyicebergTitle}`, () => {
  it('are read whole and skipped by their bounds', { timeout: 60_000 }, async () => {
    const files = [await encodeFile(0), await encodeFile(1), await encodeFile(2)]
    const created = await createTable(storage, { location: 'prod/encoded', fields: FIELDS, nowMs: 1 })
    const { metadataKey } = await stageAppend(storage, created.metadataKey, { files, summary: {}, nowMs: 2 })
    const plans = FILTERS.flatMap((filter) => ['--plan', filter])
    const table = await readWithPyiceberg(storage.localPath(metadataKey), ...plans)
    expect(table.rows).toBe(12)
    expect(table.columns).toMatchObject({
      flag: { values: 6, nulls: 6, min: 'False', max: 'True' },
      id: { type: 'int64', min: '-5000000000', max: '5000000000', sum: '0' },
      dec9: { type: 'decimal128(9, 2)', min: '-125.25', max: '256.00' },
      dec18: { min: '-5000000000.125', max: '256.000' },
      dec38: { min: '-5000.000000125', max: '256.000000000' },
      day: { min: '1968-11-27', max: '1971-02-05' },
      clock: { min: '00:00:01', max: '19:26:40' },
      wall: { min: '1969-12-31 23:59:59', max: '2023-11-14 22:13:20' },
      instant: { type: 'timestamp[us, tz=UTC]', max: '2023-11-14 22:13:20+00:00' },
      key: { values: 6, distinct: expect.any(Number) },
      person: {
        fields: {
          name: { values: 6, min: 'Ada', max: 'é and much more than sixteen characters' },
          address: { fields: { city: { values: 6, max: '東京' } } },
        },
      },
    })
    const second = [storage.uri('prod/encoded/data/1.parquet')]
    expect(table.plans).toEqual(Object.fromEntries(FILTERS.map((filter) => [filter, second])))
  })
})

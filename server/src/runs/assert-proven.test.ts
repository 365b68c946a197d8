import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LakeField } from '#columns/column-type.ts'
import type { ColumnBatch } from '#columns/vector.ts'
import type { ExtractTask } from '#engine/task.ts'
import { SliceWriter } from '#engine/worker/slice-writer.ts'
import { ParquetWriter } from '#lake/parquet/parquet-writer.ts'
import { readBack } from '#lake/query/verify-file.ts'
import { identityMapping, planMapping } from '#mapping/plan-mapping.ts'
import { createVectorWriter } from '#mapping/write-vector.ts'
import { assertProven } from './assert-proven.ts'

const FIELDS: readonly LakeField[] = [
  { id: 1, name: 'id', required: false, type: { kind: 'long' } },
  { id: 2, name: 'label', required: false, type: { kind: 'string' } },
]
const COLUMNS = [
  { name: 'id', type: { kind: 'long' } },
  { name: 'label', type: { kind: 'string' } },
] as const
const NEVER = new AbortController().signal

type Row = readonly [bigint | null, string | null]
const ROWS: readonly Row[] = [
  [1n, 'one'],
  [2n, 'two'],
  [3n, null],
]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-proof-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function batchOf(rows: readonly Row[]): ColumnBatch {
  const columns = FIELDS.map(({ type }, column) => {
    const { vector, write } = createVectorWriter(type as (typeof COLUMNS)[number]['type'], rows.length)
    rows.forEach((row, index) => void write(index, row[column] ?? null))
    return vector
  })
  return { rowCount: rows.length, columns }
}

/** Writes `rows` as a slice; what lies on the disk when it is read back are the rows of `onDisk`. */
async function proofOf(name: string, rows: readonly Row[], onDisk: readonly Row[]) {
  const { plan } = planMapping({
    entries: identityMapping(COLUMNS, FIELDS),
    columns: COLUMNS,
    fields: FIELDS,
  })
  const partPath = join(folder, name)
  const task = { mapping: plan, fields: FIELDS, columns: [], partPath, keyValues: {}, nowMs: 0 }
  using writer = new SliceWriter(task as unknown as ExtractTask, {
    readBack: async (path, leaves, options) => {
      await writeFile(path, encode(onDisk))
      return readBack(path, leaves, options)
    },
  })
  writer.add(batchOf(rows))
  return (await writer.finish(NEVER)).proof
}

function encode(rows: readonly Row[]): Uint8Array {
  const parts: Uint8Array[] = []
  const writer = new ParquetWriter({
    fields: FIELDS,
    sink: { write: (bytes) => void parts.push(new Uint8Array(bytes)) },
  })
  writer.append(batchOf(rows).columns, rows.length)
  writer.finish()
  return Buffer.concat(parts)
}

test('a file with the rows that were written, in whatever order, is proven', async () => {
  assertProven(await proofOf('same.parquet', ROWS, ROWS.toReversed()))
})

test.each<[string, string, readonly Row[]]>([
  [
    'a value that differs by one',
    'id',
    [
      [1n, 'one'],
      [3n, 'two'],
      [3n, null],
    ],
  ],
  [
    'a text that differs in one letter',
    'label',
    [
      [1n, 'one'],
      [2n, 'twö'],
      [3n, null],
    ],
  ],
  [
    'a value that became NULL',
    'label',
    [
      [1n, 'one'],
      [2n, null],
      [3n, null],
    ],
  ],
  [
    'a NULL that became an empty text',
    'label',
    [
      [1n, 'one'],
      [2n, 'two'],
      [3n, ''],
    ],
  ],
  [
    'a row that is missing',
    'id',
    [
      [1n, 'one'],
      [2n, 'two'],
    ],
  ],
  ['a row that is there twice', 'id', [...ROWS, [3n, null]]],
])('%s is found', async (name, field, onDisk) => {
  const proof = await proofOf(`${name}.parquet`, ROWS, onDisk)
  expect(() => assertProven(proof)).toThrow(
    expect.objectContaining({
      name: 'RunFailedError',
      code: 'HW-DIGEST-MISMATCH',
      stage: 'promotion',
      message: expect.stringContaining(`written to field ${field}:`),
    }),
  )
})

const TAGS: readonly LakeField[] = [
  {
    id: 1,
    name: 'tags',
    required: false,
    type: { kind: 'list', elementId: 2, elementRequired: false, element: { kind: 'string' } },
  },
]

/** Writes JSON to a list as a slice; what lies on the disk when it is read back is the other. */
async function proofOfTags(name: string, sent: readonly string[], onDisk: readonly string[]) {
  const columns = [{ name: 'doc', type: { kind: 'string' } }] as const
  const entries = [{ sourceType: 'ATTRIBUTE', source: 'doc', destination: 'tags' }] as const
  const { plan } = planMapping({ entries, columns, fields: TAGS })
  const slice = (partPath: string, read: typeof readBack) =>
    new SliceWriter(
      {
        mapping: plan,
        fields: TAGS,
        columns: [],
        partPath,
        keyValues: {},
        nowMs: 0,
      } as unknown as ExtractTask,
      { readBack: read },
    )
  const batch = (documents: readonly string[]) => {
    const { vector, write } = createVectorWriter(columns[0].type, documents.length)
    documents.forEach((document, row) => void write(row, document))
    return { rowCount: documents.length, columns: [vector] }
  }
  const path = join(folder, `${name}-other.parquet`)
  using other = slice(path, readBack)
  other.add(batch(onDisk))
  await other.finish(NEVER)
  using writer = slice(join(folder, `${name}.parquet`), (_path, fields, options) =>
    readBack(path, fields, options),
  )
  writer.add(batch(sent))
  return (await writer.finish(NEVER)).proof
}

const SENT = ['["a","b"]', '[]', '[null]', 'null', '["c"]']

test('the items of lists are proven, too', async () => {
  assertProven(await proofOfTags('list-same', SENT, SENT.toReversed()))
})

test.each([
  ['an item that differs', ['["a","x"]', '[]', '[null]', 'null', '["c"]']],
  ['items in another order', ['["b","a"]', '[]', '[null]', 'null', '["c"]']],
  ['an item that moved to another row', ['["a"]', '["b"]', '[null]', 'null', '["c"]']],
  ['an empty list that became NULL', ['["a","b"]', 'null', '[null]', 'null', '["c"]']],
  ['a NULL in a list that went missing', ['["a","b"]', '[]', '[]', 'null', '["c"]']],
])('%s is found', async (name, onDisk) => {
  const proof = await proofOfTags(name, SENT, onDisk)
  expect(() => assertProven(proof)).toThrow('written to field tags:')
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import { parsePrinted, printValue } from '#mapping/printed-values.ts'
import { createColumnReader } from '#mapping/read-vector.ts'
import { createVectorWriter } from '#mapping/write-vector.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { DiagnosticsFile } from './diagnostics-file.ts'
import { HeldRowError, HeldRows } from './held-rows.ts'
import { ColumnRows } from './source-rows.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-held-'))
})
afterAll(() => rm(folder, { recursive: true }))

const TYPES = {
  text: 25,
  bigint: 20,
  boolean: 16,
  'double precision': 701,
  date: 1082,
  'timestamp with time zone': 1184,
  bytea: 17,
} as const

const columnOf = (name: string, typeName: keyof typeof TYPES): WireColumn => ({
  name,
  type: describePostgresType({ typeName, typeOid: TYPES[typeName], typmod: -1 }),
})

/** Names that mean something to lines and to objects are names of columns like any other. */
const COLUMNS: readonly WireColumn[] = [
  columnOf('plain', 'text'),
  columnOf('_errors', 'text'),
  columnOf('__proto__', 'text'),
  columnOf('constructor', 'bigint'),
  columnOf('at', 'timestamp with time zone'),
  columnOf('day', 'date'),
  columnOf('flag', 'boolean'),
  columnOf('ratio', 'double precision'),
  columnOf('_source', 'bytea'),
]

const ROWS: readonly (readonly (string | null)[])[] = [
  [
    'a\n"b" \\ 🚰',
    'own',
    'proto',
    '9223372036854775807',
    '0044-03-15 01:02:03.000004+00 BC',
    'infinity',
    't',
    'NaN',
    '\\x00ff',
  ],
  [null, null, null, null, null, null, null, null, null],
  ['', '', '', '-1', '-infinity', '2024-02-29', 'f', '-0', '\\x'],
]

function vectorOf(type: ColumnType, texts: readonly (string | null)[]): Vector {
  const writer = createVectorWriter(type, texts.length)
  texts.forEach((text, row) => {
    if (text !== null) writer.write(row, parsePrinted(text, type))
  })
  return writer.vector
}

function printed(vectors: readonly Vector[]): (string | null)[][] {
  return ROWS.map((_row, row) =>
    COLUMNS.map(({ type: { columnType } }, place) => {
      const reader = createColumnReader(columnType)
      reader.bind(vectors[place] as Vector)
      return printValue(reader.read(row), columnType)
    }),
  )
}

/** The lines that the rows leave, of whose columns the mapping reads the first few. */
async function linesOf(vectors: readonly Vector[], usedCount: number): Promise<string[]> {
  const rows = new ColumnRows(COLUMNS, { usedCount, origin: { relation: 'r', key: [3] } })
  rows.take({ rowCount: ROWS.length, columns: vectors })
  const path = join(folder, `${usedCount}-${vectors.length}-${Math.random()}.json`)
  using file = new DiagnosticsFile(path)
  file.add(ROWS.map((_row, row) => ({ row: rows.rowAt(row), errors: [], source: rows.sourceOf(row) })))
  file.finish()
  return (await readFile(path, 'utf8')).trimEnd().split('\n')
}

const batchOf = (lines: readonly string[]) => ({
  rowCount: lines.length,
  columns: [
    vectorOf({ kind: 'string' }, lines),
    vectorOf(
      { kind: 'boolean' },
      lines.map(() => 'f'),
    ),
  ],
})

test.each([1, 4, COLUMNS.length])(
  'rows of which %i columns are shown are the very rows again',
  async (usedCount) => {
    const vectors = COLUMNS.map(({ type }, place) =>
      vectorOf(
        type.columnType,
        ROWS.map((row) => row[place] ?? null),
      ),
    )
    const lines = await linesOf(vectors, usedCount)
    const held = new HeldRows(COLUMNS, usedCount)
    const { batch } = held.take(batchOf(lines))
    expect(printed(batch.columns)).toEqual(ROWS)
    expect(held.sourceOf(0)).toMatchObject({ relation: 'r', key: { constructor: '9223372036854775807' } })
  },
)

test('bytes of a text that are no UTF-8 stay the bytes that they are', async () => {
  const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x62])
  const vectors = COLUMNS.map(({ name, type }, place) =>
    name === 'plain'
      ? vectorOf({ kind: 'binary' }, [`\\x${bytes.toString('hex')}`, '\\x61', null])
      : vectorOf(
          type.columnType,
          ROWS.map((row) => row[place] ?? null),
        ),
  )
  const { batch } = new HeldRows(COLUMNS, 1).take(batchOf(await linesOf(vectors, 1)))
  const reader = createColumnReader({ kind: 'binary' })
  reader.bind(batch.columns[0] as Vector)
  expect([0, 1, 2].map((row) => reader.read(row))).toEqual([bytes.toString('base64'), 'YQ==', null])
})

test.each(['no line', '{"plain": "a"}', '{"_source": {"values": {"constructor": "many"}}}'])(
  'a line that somebody has changed is no row, and is not passed over: %s',
  (line) => {
    expect(() => new HeldRows(COLUMNS, 1).take(batchOf([line]))).toThrow(HeldRowError)
  },
)

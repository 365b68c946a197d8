import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ColumnType } from '#columns/column-type.ts'
import { parsePrinted, printValue } from './printed-values.ts'
import { createColumnReader } from './read-vector.ts'
import { createVectorWriter } from './write-vector.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

interface Printed {
  readonly type: string
  readonly as: ColumnType
  readonly values: readonly string[]
}

const NUMBERS = [
  '0',
  '1',
  '-1',
  '0.1',
  '-0.5',
  '1e-4',
  '9.5e-5',
  '123456',
  '1234567',
  '1e6',
  '1e15',
  '1e14',
  'NaN',
]
const MOMENTS = [
  '2024-02-29 01:02:03.5',
  '1999-12-31 23:59:59.999999',
  '0001-01-01 00:00:00',
  '0044-03-15 12:00:00.000001 BC',
  '4713-01-01 00:00:00 BC',
  '10000-01-01 00:00:00',
  '294246-12-31 23:59:59.999999',
  'infinity',
  '-infinity',
]

const CASES: readonly Printed[] = [
  { type: 'int8', as: { kind: 'long' }, values: ['0', '-9223372036854775808', '9223372036854775807'] },
  { type: 'int4', as: { kind: 'int' }, values: ['0', '-2147483648', '2147483647'] },
  {
    type: 'float8',
    as: { kind: 'double' },
    values: [...NUMBERS, '1e300', '-5e-324', 'Infinity', '-Infinity', '-0'],
  },
  {
    type: 'float4',
    as: { kind: 'float' },
    values: [...NUMBERS, '1e-45', '3.4028235e38', 'Infinity', '16777217'],
  },
  {
    type: 'numeric(10,2)',
    as: { kind: 'decimal', precision: 10, scale: 2 },
    values: ['0', '-0.05', '99999999.99', 'NaN'],
  },
  {
    type: 'numeric(38,9)',
    as: { kind: 'decimal', precision: 38, scale: 9 },
    values: ['0', '-1e28', '0.000000001', 'NaN'],
  },
  { type: 'date', as: { kind: 'date' }, values: MOMENTS },
  { type: 'timestamp', as: { kind: 'timestamp' }, values: MOMENTS },
  { type: 'timestamptz', as: { kind: 'timestamptz' }, values: MOMENTS },
  { type: 'bytea', as: { kind: 'binary' }, values: ['\\x', '\\x00ff10', 'text'] },
  { type: 'text', as: { kind: 'string' }, values: ['', 'a "quoted" \\ text', 'Zürich 🚰'] },
]

test.each(CASES)(
  '$type: what the server prints, a vector holds and prints again',
  async ({ type, as, values }) => {
    const texts = await printedBy(type, values)
    const writer = createVectorWriter(as, texts.length)
    for (const [row, text] of texts.entries()) writer.write(row, parsePrinted(text, as))
    const reader = createColumnReader(as)
    reader.bind(writer.vector)
    expect(texts.map((_text, row) => printValue(reader.read(row), as))).toEqual(texts)
  },
)

test('what no value prints as is refused', () => {
  expect(() => parsePrinted('yes', { kind: 'boolean' })).toThrow(RangeError)
  expect(() => parsePrinted('1.5', { kind: 'int' })).toThrow(RangeError)
  expect(() => parsePrinted('1.555', { kind: 'decimal', precision: 5, scale: 2 })).toThrow(RangeError)
  expect(() => parsePrinted('31.12.2024', { kind: 'date' })).toThrow(RangeError)
})

/** `concat` prints as the output function does, where a cast to text is something else. */
async function printedBy(type: string, values: readonly string[]): Promise<string[]> {
  await database.query("set timezone to 'UTC'; set datestyle to 'ISO'")
  const literals = values.map((value) => `'${value}'`).join(', ')
  const { rows } = await database.query(
    `select pg_catalog.concat(v::${type}) as text from unnest(array[${literals}]) with ordinality as it (v, place) order by place`,
  )
  return rows.map(({ text }) => String(text))
}

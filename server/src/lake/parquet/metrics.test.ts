import type { DuckDBValue } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ColumnType } from '#columns/column-type.ts'
import type { ColumnSummary } from './parquet-writer.ts'
import {
  decimal,
  field,
  RoundTripLab,
  readFooter,
  SeededRandom,
  signedBigEndian,
  type TestValue,
  type WrittenFile,
  writeFile,
} from './round-trip.test-support.ts'

let lab: RoundTripLab

beforeAll(async () => {
  lab = await RoundTripLab.open()
})

afterAll(() => lab.close())

async function query(file: WrittenFile, sql: string): Promise<DuckDBValue[][]> {
  const path = await lab.store(file.bytes)
  return (await lab.duckdb.runAndReadAll(sql.replaceAll('$file', `read_parquet('${path}')`))).getRows()
}

/** The summary of a file of one column, `v`. */
function summarize(type: ColumnType, values: readonly TestValue[], rowGroupRows?: number): ColumnSummary {
  const file = writeFile({ fields: [field(1, 'v', type)], rowGroupRows }, [values])
  return file.summary.columns[0] as ColumnSummary
}

/** A decimal of scale 2 as a SQL literal. */
function formatCents(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(3, '0')
  return `'${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}'`
}

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex')
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString()

describe('counts and bounds agree with aggregates by DuckDB', () => {
  const random = new SeededRandom(42)
  const values = (make: () => TestValue) =>
    Array.from({ length: 2500 }, () => (random.chance(0.2) ? null : make()))
  const readLong = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true)
  const readInt = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
  const readDouble = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)

  const cases: [string, ColumnType, TestValue[], (bytes: Uint8Array) => unknown, string][] = [
    ['int', { kind: 'int' }, values(() => random.bits() | 0), readInt, 'X'],
    ['long', { kind: 'long' }, values(() => random.bigint(64)), readLong, 'X'],
    ['few longs', { kind: 'long' }, values(() => BigInt(random.below(50)) - 20n), readLong, 'X'],
    ['double', { kind: 'double' }, values(() => random.bits() / 3 - 1e9), readDouble, 'X'],
    [
      'decimal(8)',
      decimal(8, 2),
      values(() => BigInt(random.below(1e8)) - 50_000_000n),
      signedBigEndian,
      '(X * 100)::bigint',
    ],
    ['decimal(15)', decimal(15, 2), values(() => random.bigint(48)), signedBigEndian, '(X * 100)::bigint'],
    ['decimal(36)', decimal(36, 2), values(() => random.bigint(100)), signedBigEndian, '(X * 100)::hugeint'],
    ['timestamptz', { kind: 'timestamptz' }, values(() => random.bigint(50)), readLong, 'epoch_us(X)'],
    [
      'string',
      { kind: 'string' },
      values(() => `${random.bits()}`),
      text as (bytes: Uint8Array) => unknown,
      'X',
    ],
  ]

  test.each(cases)('%s', async (_, type, column, read, sql) => {
    const file = writeFile({ fields: [field(5, 'v', type)], rowGroupRows: 600 }, [column])
    const aggregate = (name: string) => sql.replace('X', `${name}(v)`)
    const rows = await query(
      file,
      `select count(*), count(v), ${aggregate('min')}, ${aggregate('max')} from $file`,
    )
    const [summary] = file.summary.columns as [ColumnSummary]
    expect(summary.fieldId).toBe(5)
    expect([
      BigInt(Number(summary.valueCount)),
      BigInt(Number(summary.valueCount) - Number(summary.nullCount)),
      read(summary.lower as Uint8Array),
      read(summary.upper as Uint8Array),
    ]).toEqual(rows[0])
  })

  test('column sizes are those of the footer', () => {
    const fields = cases.map(([name, type], i) => field(i + 1, name, type))
    const file = writeFile(
      { fields, rowGroupRows: 1000 },
      cases.map(([, , column]) => column),
    )
    const groups = readFooter(file).row_groups
    const sizes = fields.map((_, i) =>
      groups.reduce((sum, group) => sum + Number(group.columns[i]?.meta_data?.total_compressed_size), 0),
    )
    expect(file.summary.columns.map((column) => column.sizeBytes)).toEqual(sizes)
    const firstPage = file.summary.splitOffsets[0] as number
    const footerBytes = readFooter(file).metadata_length + 8
    expect(firstPage + sizes.reduce((a, b) => a + b, 0) + footerBytes).toBe(file.summary.sizeBytes)
  })
})

describe('bounds in Iceberg form', () => {
  test.each<[string, ColumnType, TestValue[], string, string]>([
    ['boolean', { kind: 'boolean' }, [true, null, false], '00', '01'],
    ['only true', { kind: 'boolean' }, [true, true], '01', '01'],
    ['int', { kind: 'int' }, [34, -1], 'ffffffff', '22000000'],
    ['date', { kind: 'date' }, [1, 2], '01000000', '02000000'],
    ['long', { kind: 'long' }, [34n, -2n], 'feffffffffffffff', '2200000000000000'],
    ['float', { kind: 'float' }, [1, -2], '000000c0', '0000803f'],
    ['decimal in one byte', decimal(9, 2), [127n, -128n], '80', '7f'],
    ['decimal in two bytes', decimal(9, 2), [128n, -129n], 'ff7f', '0080'],
    ['decimal of 64 bits', decimal(18, 2), [1420n, 0n], '00', '058c'],
    [
      'decimal of 128 bits',
      decimal(38, 2),
      [2n ** 64n, -(2n ** 63n)],
      '8000000000000000',
      '010000000000000000',
    ],
    ['uuid', { kind: 'uuid' }, ['80'.repeat(16), '7f'.repeat(16)], '7f'.repeat(16), '80'.repeat(16)],
    ['binary of 16 bytes', { kind: 'binary' }, ['ff'.repeat(16)], 'ff'.repeat(16), 'ff'.repeat(16)],
    ['long binary', { kind: 'binary' }, [`01${'ff'.repeat(16)}`], `01${'ff'.repeat(15)}`, '02'],
  ])('%s', (_, type, values, lower, upper) => {
    const summary = summarize(type, values)
    expect([hex(summary.lower), hex(summary.upper)]).toEqual([lower, upper])
  })

  test('strings are cut after 16 code points and raised at the upper end', () => {
    const cut = (value: string) => {
      const { lower, upper } = summarize({ kind: 'string' }, [value])
      return [text(lower), text(upper)]
    }
    expect(cut('a'.repeat(16))).toEqual(['a'.repeat(16), 'a'.repeat(16)])
    expect(cut('a'.repeat(17))).toEqual(['a'.repeat(16), `${'a'.repeat(15)}b`])
    expect(cut('𝄞'.repeat(20))).toEqual(['𝄞'.repeat(16), `${'𝄞'.repeat(15)}𝄟`])
    expect(cut(`${'a'.repeat(15)}\u{10ffff}z`)).toEqual([`${'a'.repeat(15)}\u{10ffff}`, `${'a'.repeat(14)}b`])
    expect(cut(`${'a'.repeat(15)}\ud7ffz`)).toEqual([`${'a'.repeat(15)}\ud7ff`, `${'a'.repeat(15)}\ue000`])
  })

  test('there is no upper bound when nothing could be raised, in any row group', () => {
    const top = '\u{10ffff}'.repeat(20)
    expect(summarize({ kind: 'string' }, [top, 'b', 'c'], 1)).not.toHaveProperty('upper')
    expect(text(summarize({ kind: 'string' }, [top, 'b', 'c'], 1).lower)).toBe('b')
    expect(summarize({ kind: 'binary' }, ['ff'.repeat(17)])).not.toHaveProperty('upper')
  })

  test('only NULLs give no bounds', () => {
    expect(summarize({ kind: 'string' }, [null, null])).toMatchObject({ valueCount: 2, nullCount: 2 })
    expect(summarize({ kind: 'string' }, [null, null])).not.toHaveProperty('lower')
    expect(summarize({ kind: 'long' }, [null])).not.toHaveProperty('upper')
  })

  test('NaN is counted and left out of the bounds, infinity is no bound', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
    const double: ColumnType = { kind: 'double' }
    expect(summarize(double, [nan, null, nan])).toMatchObject({ nanCount: 2, nullCount: 1 })
    expect(summarize(double, [nan, null, nan])).not.toHaveProperty('lower')
    const mixed = summarize(double, [nan, 1, infinity, -2], 2)
    expect(mixed).toMatchObject({ nanCount: 1 })
    expect(hex(mixed.lower)).toBe('00000000000000c0')
    expect(mixed).not.toHaveProperty('upper')
    expect(summarize(double, [infinity, infinity])).not.toHaveProperty('lower')
    const repeated = summarize(
      { kind: 'float' },
      Array.from({ length: 999 }, (_, i) => (i % 3 === 0 ? nan : i % 3)),
    )
    expect(repeated).toMatchObject({ nanCount: 333 })
  })

  test('zero has both signs', () => {
    const { lower, upper } = summarize({ kind: 'double' }, [0, 0])
    expect([hex(lower), hex(upper)]).toEqual(['0000000000000080', '0000000000000000'])
  })
})

describe('statistics in the file', () => {
  const random = new SeededRandom(5)
  const word = () => random.bits().toString(16).padStart(8, '0')
  const columns: [string, ColumnType, () => TestValue, (value: TestValue) => string][] = [
    [
      'decimal',
      decimal(30, 2),
      () => random.bigint(90),
      (value) => `${formatCents(value as bigint)}::decimal(30,2)`,
    ],
    ['long', { kind: 'long' }, () => random.bigint(64), (value) => `'${value}'::bigint`],
    ['uuid', { kind: 'uuid' }, () => word().repeat(4), (value) => `'${value}'::uuid`],
    [
      'double',
      { kind: 'double' },
      () => (random.chance(0.1) ? NaN : random.bits() / 8),
      (value) => `'${value}'::double`,
    ],
    [
      'string',
      { kind: 'string' },
      () => random.pick(['', 'x'.repeat(80), '€'.repeat(70)]) + word(),
      (value) => `'${value}'`,
    ],
    [
      'binary',
      { kind: 'binary' },
      () => random.pick(['', 'ff'.repeat(70)]) + word(),
      (value) => `from_hex('${value}')`,
    ],
  ]

  test.each(columns)('readers that skip row groups by it find every %s', async (_, type, make, literal) => {
    const values = Array.from({ length: 60 }, make)
    const file = writeFile({ fields: [field(1, 'v', type)], rowGroupRows: 3 }, [values])
    const counts = values.map((value) => `(select count(*) > 0 from $file where v = ${literal(value)})`)
    const [found] = await query(file, `select ${counts.join(', ')}`)
    expect(values.filter((_, i) => found?.[i] !== true)).toEqual([])
  })

  test('long strings are cut and marked as inexact, short ones are exact', () => {
    const file = writeFile({ fields: [field(1, 'v', { kind: 'string' })] }, [['a', 'b'.repeat(65)]])
    const statistics = readFooter(file).row_groups[0]?.columns[0]?.meta_data?.statistics
    expect(statistics).toMatchObject({
      min_value: 'a',
      max_value: `${'b'.repeat(63)}c`,
      is_min_value_exact: true,
      is_max_value_exact: false,
      null_count: 0n,
    })
  })
})

import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ColumnType, LakeField, LakeType } from '#columns/column-type.ts'
import { ParquetWriter } from './parquet-writer.ts'
import {
  decimal,
  field,
  RoundTripLab,
  readFooter,
  readWithHyparquet,
  SeededRandom,
  type TestValue,
  vectorOf,
  type WrittenFile,
  writeFile,
} from './round-trip.test-support.ts'

let lab: RoundTripLab

beforeAll(async () => {
  lab = await RoundTripLab.open()
})

afterAll(() => lab.close())

const nines = (digits: number) => 10n ** BigInt(digits) - 1n
const MAX_LONG = 2n ** 63n - 1n
const MIN_LONG = -(2n ** 63n)

const EDGES: readonly (readonly [string, ColumnType, readonly Exclude<TestValue, null>[]])[] = [
  ['boolean', { kind: 'boolean' }, [true, false, false, true, true]],
  ['int', { kind: 'int' }, [0, 1, -1, 2147483647, -2147483648]],
  ['long', { kind: 'long' }, [0n, -1n, 4294967296n, MAX_LONG, MIN_LONG, -4294967297n]],
  ['float', { kind: 'float' }, [0, -0, 1.5, -3.25, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -149]],
  [
    'double',
    { kind: 'double' },
    [0, -0, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, 1.7976931348623157e308],
  ],
  ['decimal of 1 digit', decimal(1, 0), [0n, 9n, -9n]],
  ['decimal of 9 digits', decimal(9, 2), [0n, nines(9), -nines(9), 1n, -1n]],
  ['decimal of 10 digits', decimal(10, 2), [0n, nines(10), -nines(10), 2n ** 32n]],
  ['decimal of 18 digits', decimal(18, 6), [0n, nines(18), -nines(18), -(2n ** 32n)]],
  ['decimal of 19 digits', decimal(19, 4), [0n, nines(19), -nines(19), 2n ** 63n, -(2n ** 63n) - 1n]],
  ['decimal of 28 digits', decimal(28, 28), [0n, nines(28), -nines(28), 2n ** 64n, -(2n ** 64n)]],
  ['decimal of 38 digits', decimal(38, 9), [0n, -1n, nines(38), -nines(38), 2n ** 96n, -(2n ** 96n) - 1n]],
  ['date', { kind: 'date' }, [0, -1, 19999, -719162, 2932896]],
  ['time', { kind: 'time' }, [0n, 1n, 86399999999n, 43200000000n]],
  ['timestamp', { kind: 'timestamp' }, [0n, -1n, 1700000000123456n, -62135596800000000n]],
  ['timestamptz', { kind: 'timestamptz' }, [0n, -1n, 1700000000123456n, 253402300799999999n]],
  [
    'string',
    { kind: 'string' },
    ['', 'a', 'exactly8', 'nine char', 'añ€𝄞', '\u{10ffff}', 'null', 'abc', 'ab'],
  ],
  ['binary', { kind: 'binary' }, ['', '00', 'ff', '0000000000000000', 'ffffffffffffffffffff', '00ff']],
  ['uuid', { kind: 'uuid' }, ['0'.repeat(32), 'f'.repeat(32), '123e4567e89b12d3a456426614174000']],
]

/**
 * Every pattern of NULLs that could go wrong: none, all, at the ends, alternating, around a group of eight.
 */
function withNulls(values: readonly Exclude<TestValue, null>[]): TestValue[][] {
  const cycle = Array.from({ length: 70 }, (_, i) => values[i % values.length] as TestValue)
  return [
    cycle,
    cycle.map(() => null),
    cycle.map((value, i) => (i === 0 ? null : value)),
    cycle.map((value, i) => (i === cycle.length - 1 ? null : value)),
    cycle.map((value, i) => (i % 2 === 0 ? null : value)),
    cycle.map((value, i) => (i > 7 && i < 41 ? null : value)),
    cycle.map((value, i) => (i === 33 ? value : null)),
  ]
}

describe('types', () => {
  test.each(EDGES)(
    '%s keeps its edge values, with NULLs anywhere and as a required field',
    async (_, type, values) => {
      const columns = [...withNulls(values), withNulls(values)[0] as TestValue[]]
      const fields = columns.map((_, i) => field(i + 1, `c${i}`, type, i === columns.length - 1))
      await lab.check({ fields }, columns, 32)
    },
  )

  test.each(EDGES)('one row of %s', async (_, type, values) => {
    const fields = [field(1, 'value', type), field(2, 'nothing', type), field(3, 'needed', type, true)]
    await lab.check({ fields }, [[values[0] as TestValue], [null], [values[1] as TestValue]])
  })

  test('DuckDB sees the declared types', async () => {
    const fields = EDGES.map(([, type], i) => field(i + 1, `c${i}`, type))
    const path = await lab.store(
      writeFile(
        { fields },
        fields.map(() => []),
      ).bytes,
    )
    const described = await lab.duckdb.runAndReadAll(`describe select * from read_parquet('${path}')`)
    expect(described.getColumnsObject()['column_type']).toEqual([
      'BOOLEAN',
      'INTEGER',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'DECIMAL(1,0)',
      'DECIMAL(9,2)',
      'DECIMAL(10,2)',
      'DECIMAL(18,6)',
      'DECIMAL(19,4)',
      'DECIMAL(28,28)',
      'DECIMAL(38,9)',
      'DATE',
      'TIME',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'BLOB',
      'UUID',
    ])
  })

  test('the bits of doubles survive, also in a dictionary', async () => {
    const values = Array.from({ length: 3000 }, (_, i) => [0, -0, Number.NaN, 1e-310][i % 4] as number)
    const { file } = await lab.check({ fields: [field(1, 'd', { kind: 'double' })] }, [values])
    const [column] = await readWithHyparquet(file)
    expect(column?.every((value, i) => Object.is(value, values[i]))).toBe(true)
  })
})

describe('schema', () => {
  const fields = [
    field(7, 'id', { kind: 'uuid' }, true),
    field(8, 'at', { kind: 'timestamp' }),
    field(9, 'person', { kind: 'struct', fields: [field(3, 'name', { kind: 'string' }, true)] }),
    field(11, 'price', decimal(20, 3)),
  ]

  test('has field ids, annotations and repetition on every element', () => {
    const { schema } = readFooter(writeFile({ fields }, [[], [], [], []]))
    expect(schema.map(({ name, field_id, repetition_type }) => [name, field_id, repetition_type])).toEqual([
      ['table', undefined, undefined],
      ['id', 7, 'REQUIRED'],
      ['at', 8, 'OPTIONAL'],
      ['person', 9, 'OPTIONAL'],
      ['name', 3, 'REQUIRED'],
      ['price', 11, 'OPTIONAL'],
    ])
    expect(schema[1]).toMatchObject({
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      logical_type: { type: 'UUID' },
    })
    expect(schema[2]).toMatchObject({
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
    })
    expect(schema[4]).toMatchObject({ converted_type: 'UTF8', logical_type: { type: 'STRING' } })
    expect(schema[5]).toMatchObject({
      type_length: 9,
      converted_type: 'DECIMAL',
      logical_type: { type: 'DECIMAL', precision: 20, scale: 3 },
    })
  })

  test('key/value metadata and the name of the writer are in the footer', () => {
    const footer = readFooter(
      writeFile({ fields, keyValues: { 'iceberg.schema': '{}', empty: '' } }, [[], [], [], []]),
    )
    expect(footer.key_value_metadata).toEqual([
      { key: 'iceberg.schema', value: '{}' },
      { key: 'empty', value: '' },
    ])
    expect(footer.created_by).toBe('headwater version <0.1.0>')
  })
})

describe('structs', () => {
  const text: ColumnType = { kind: 'string' }
  const fields = [
    field(1, 'person', {
      kind: 'struct',
      fields: [
        field(2, 'age', { kind: 'int' }),
        field(3, 'name', {
          kind: 'struct',
          fields: [field(4, 'first', text), field(5, 'last', text, true)],
        }),
      ],
    }),
    field(
      6,
      'meta',
      { kind: 'struct', fields: [field(7, 'note', text), field(8, 'at', { kind: 'date' })] },
      true,
    ),
  ]

  test('a struct is NULL where all its leaves are, and only there', async () => {
    const columns: TestValue[][] = [
      [null, 30, 31, null, 33, null],
      [null, null, 'Ada', null, null, 'Bo'],
      [null, null, 'L', 'only', 'M', 'N'],
      [null, 'x', null, null, 'y', 'z'],
      [null, 1, 2, null, null, 3],
    ]
    const { path } = await lab.check({ fields }, columns, 4)
    const nulls = await lab.duckdb.runAndReadAll(
      `select person is null, person.name is null, meta is null from read_parquet('${path}')`,
    )
    expect(nulls.getColumns()).toEqual([
      [true, false, false, false, false, false],
      [true, true, false, false, false, false],
      [false, false, false, false, false, false],
    ])
  })

  test('a required field is refused without a value when its struct is there', () => {
    const columns: TestValue[][] = [[null], ['Ada'], [null], [null], [null]]
    expect(() => writeFile({ fields }, columns)).toThrow(/person\.name\.last is required, but row 0/)
  })

  test('a required field at the top is refused without a value', () => {
    const options = { fields: [field(1, 'id', { kind: 'long' }, true)] }
    expect(() => writeFile(options, [[1n, 2n, null]])).toThrow(/id is required, but row 2/)
  })

  test('seven levels of optional structs', async () => {
    let type: LakeType = { kind: 'int' }
    for (let level = 7; level > 0; level--)
      type = { kind: 'struct', fields: [field(level + 10, `l${level}`, type)] }
    const values = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? null : i))
    await lab.check({ fields: [field(1, 'top', type), field(2, 'flat', { kind: 'int' })] }, [values, values])
  })
})

describe('row groups, pages and encodings', () => {
  const long: LakeField = field(1, 'n', { kind: 'long' })
  const text: LakeField = field(2, 's', { kind: 'string' })

  const encodingsOf = (file: WrittenFile) =>
    readFooter(file).row_groups.map((group) =>
      group.columns.map((column) =>
        column.meta_data?.encodings.includes('RLE_DICTIONARY') ? 'dictionary' : 'plain',
      ),
    )

  test('a file without rows', async () => {
    const { file } = await lab.check({ fields: [long, text] }, [[], []])
    expect(file.summary).toMatchObject({ rowCount: 0, splitOffsets: [] })
    expect(file.summary.columns[0]).toEqual({ fieldId: 1, valueCount: 0, nullCount: 0, sizeBytes: 0 })
  })

  test('batches are cut at the row group, and buffers start afresh', async () => {
    const numbers = Array.from({ length: 1050 }, (_, i) => (i % 7 === 0 ? null : BigInt(i % 100)))
    const texts = Array.from({ length: 1050 }, (_, i) =>
      i % 5 === 0 ? null : `value ${i % (i < 400 ? 9 : 900)}`,
    )
    const { file } = await lab.check({ fields: [long, text], rowGroupRows: 400 }, [numbers, texts], 300)
    const groups = readFooter(file).row_groups
    expect(groups.map((group) => Number(group.num_rows))).toEqual([400, 400, 250])
    expect(groups.map((group) => Number(group.columns[0]?.meta_data?.dictionary_page_offset))).toEqual(
      file.summary.splitOffsets,
    )
    expect(encodingsOf(file)).toEqual([
      ['dictionary', 'dictionary'],
      ['dictionary', 'plain'],
      ['dictionary', 'plain'],
    ])
  })

  test('long values end a row group early', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(1000))
    const options = { fields: [text], rowGroupBytes: 10_000 }
    const { file } = await lab.check(options, [texts], 5)
    expect(file.summary.splitOffsets.length).toBeGreaterThan(3)
  })

  test('a dictionary that grows too fast is given up in the middle of a chunk', async () => {
    const random = new SeededRandom(3)
    const few = Array.from({ length: 2000 }, (_, i) => i % 10)
    const many = Array.from({ length: 12_000 }, () => random.below(1e9))
    const numbers = [...few, ...many]
    const columns = [
      numbers.map((n, i) => (i % 11 === 0 ? null : BigInt(n))),
      numbers.map((n, i) => (i % 13 === 0 ? null : `number ${n}`)),
      numbers.map((n) => (n % 2 === 0 ? `${n}`.repeat(n % 5) : null)),
    ]
    const { file } = await lab.check({ fields: [long, text, field(3, 't', { kind: 'string' })] }, columns)
    expect(encodingsOf(file)).toEqual([['plain', 'plain', 'plain']])
  })

  test('a dictionary above its size limit is given up', async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `${i % 600}`.padStart(2500, 'x'))
    const { file } = await lab.check({ fields: [text] }, [texts], 500)
    expect(encodingsOf(file)).toEqual([['plain']])
  })

  test('dictionaries of all kinds that grow their tables', async () => {
    const n = 30_000
    const make = (value: (i: number) => TestValue) =>
      Array.from({ length: n }, (_, i) => value((i * 7919) % 3511))
    const types: ColumnType[] = [
      { kind: 'int' },
      { kind: 'long' },
      { kind: 'double' },
      { kind: 'string' },
      { kind: 'string' },
      decimal(30, 2),
      { kind: 'uuid' },
    ]
    const columns = [
      make((i) => i * 65536),
      make((i) => BigInt(i) << 40n),
      make((i) => i / 8),
      make((i) => `${i}`),
      make((i) => `a longer text with ${i} in it`),
      make((i) => (BigInt(i) - 4000n) << 70n),
      make((i) => `${i}`.padStart(32, '0')),
    ]
    const { file } = await lab.check(
      { fields: types.map((type, i) => field(i + 1, `c${i}`, type)) },
      columns,
      2048,
    )
    expect(encodingsOf(file)).toEqual([types.map(() => 'dictionary')])
  })

  test('several pages a chunk, with runs and without', async () => {
    const random = new SeededRandom(11)
    const n = 50_000
    const numbers = Array.from({ length: n }, (_, i) => (i % 20_000 < 9000 ? 5n : BigInt(random.below(100))))
    const texts = Array.from({ length: n }, () => (random.chance(0.3) ? null : `text ${random.bits()}`))
    const gaps = Array.from({ length: n }, (_, i) => (Math.floor(i / 700) % 2 === 0 ? null : BigInt(i)))
    await lab.check({ fields: [long, text, field(3, 'g', { kind: 'long' })] }, [numbers, texts, gaps], 4096)
  })

  test('strings longer than a page, between NULLs', async () => {
    const texts: TestValue[] = [
      null,
      'a'.repeat(3_000_000),
      null,
      null,
      'short',
      'é'.repeat(700_000),
      '',
      null,
    ]
    const { file } = await lab.check({ fields: [text] }, [texts])
    expect(Number(readFooter(file).row_groups[0]?.columns[0]?.meta_data?.num_values)).toBe(8)
  })

  test('plain values leave the memory a page at a time, whatever NULLs and extremes the pages have', async () => {
    const fields = [
      field(1, 'late', { kind: 'string' }),
      field(2, 'all', { kind: 'string' }, true),
      field(3, 'bytes', { kind: 'binary' }),
      field(4, 'n', { kind: 'long' }),
    ]
    const rows = 30_000
    const text = (i: number) => `${(i * 7919) % 30_011} ${'x'.repeat(90)} ${i}`
    const columns = [
      // The first pages are made before anyone knows of a NULL.
      Array.from({ length: rows }, (_, i) => (i > 15_000 && i % 3 === 0 ? null : text(i))),
      Array.from({ length: rows }, (_, i) => (i === 17_000 ? '~'.repeat(2_500_000) : text(i))),
      Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : Buffer.from(text(i)).toString('hex'))),
      Array.from({ length: rows }, (_, i) => BigInt(i)),
    ]
    const { file } = await lab.check({ fields }, columns, 2048)
    const [group] = readFooter(file).row_groups
    const [late, all] = group?.columns ?? []
    expect(late?.meta_data?.statistics).toMatchObject({ null_count: 4999n })
    expect(all?.meta_data?.statistics?.max_value).toBe(`${'~'.repeat(63)}\x7f`)
    expect(Buffer.from(file.summary.columns[1]?.lower ?? []).toString()).toBe(text(0).slice(0, 16))
    expect(file.summary.splitOffsets).toHaveLength(1)
  })
})

describe('damage', () => {
  test.each([
    ['plain', (i: number) => BigInt(i) * 1_000_003n],
    ['dictionary', (i: number) => BigInt((i * i) % 101)],
  ])('a flipped bit in a %s page is noticed', async (_, value) => {
    const values = Array.from({ length: 5000 }, (_, i) => value(i))
    const { bytes, summary } = writeFile({ fields: [field(1, 'n', { kind: 'long' })] }, [values])
    const { sizeBytes } = summary.columns[0] as { sizeBytes: number }
    const at = 4 + Math.floor(sizeBytes * 0.7)
    bytes[at] = (bytes[at] as number) ^ 0x10
    const path = await lab.store(bytes)
    await expect(lab.duckdb.runAndReadAll(`select sum(n) from read_parquet('${path}')`)).rejects.toThrow()
  })
})

test('page headers carry the CRC-32 of the compressed page', () => {
  const values = Array.from({ length: 5000 }, (_, i) => BigInt(i) * 1_000_003n)
  const { bytes, summary } = writeFile({ fields: [field(1, 'n', { kind: 'long' })] }, [values])
  let at = 4
  const readI32 = () => {
    expect(bytes[at++]).toBe(0x15) // the next field, an i32
    let zigzag = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1)
    }
  }
  const [type, , compressedBytes, crc] = [readI32(), readI32(), readI32(), readI32()]
  expect(bytes[at++]).toBe(0x1c) // the next field, a struct
  const header = [readI32(), readI32(), readI32(), readI32()]
  expect([type, ...header, bytes[at++], bytes[at++]]).toEqual([0, 5000, 0, 3, 3, 0, 0])
  expect(at + compressedBytes - 4).toBe(summary.columns[0]?.sizeBytes)
  expect(crc32(bytes.subarray(at, at + compressedBytes)) | 0).toBe(crc)
})

describe('misuse is refused', () => {
  const open = (type: ColumnType) =>
    new ParquetWriter({ fields: [field(1, 'v', type)], sink: { write: () => {} } })

  test('a vector of another kind, or too few vectors', () => {
    const writer = open({ kind: 'long' })
    expect(() => writer.append([vectorOf({ kind: 'int' }, [1])], 1)).toThrow(
      /v takes a vector of int64, not of int32/,
    )
    expect(() => writer.append([], 1)).toThrow(/0 vectors for 1 columns/)
  })

  test('a UUID that is not 16 bytes long', () => {
    const short = vectorOf({ kind: 'binary' }, ['00'.repeat(16), null, '00'.repeat(15)])
    expect(() => open({ kind: 'uuid' }).append([short], 3)).toThrow(/row 2 of the batch has 15/)
  })

  test('anything after the end, and row groups without rows', () => {
    const writer = open({ kind: 'int' })
    writer.finish()
    expect(() => writer.append([vectorOf({ kind: 'int' }, [1])], 1)).toThrow(/is finished/)
    expect(() => writer.finish()).toThrow(/is finished/)
    expect(() => writeFile({ fields: [field(1, 'v', { kind: 'int' })], rowGroupRows: 0 }, [[]])).toThrow(
      RangeError,
    )
  })
})

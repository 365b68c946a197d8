import { describe, expect, it } from 'vitest'
import { type ColumnType, type LakeField, parseColumnType } from '#columns/column-type.ts'
import { type ColumnBatch, createVector, type Vector } from '#columns/vector.ts'
import { compileMapping } from './compile-mapping.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue } from './conversions.ts'
import { DateValue, INFINITY_MICROS, MINUS_INFINITY_MICROS } from './dates.ts'
import { Decimal, parseDecimal } from './decimal.ts'
import type { MappingEntry } from './mapping-plan.ts'
import { planMapping } from './plan-mapping.ts'
import { TEST_NOW_MS } from './testing/evaluate-text.ts'
import { createRandom } from './testing/random-expression.ts'
import { valuesOf } from './testing/read-values.ts'
import { textOf, type Value } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

interface TestColumn {
  readonly name: string
  readonly type: ColumnType
  readonly values: readonly Value[]
}

function type(text: string): ColumnType {
  return parseColumnType(text) ?? expect.fail(text)
}

function column(name: string, typeText: string, values: readonly Value[]): TestColumn {
  return { name, type: type(typeText), values }
}

function field(id: number, name: string, typeText: string, required = false): LakeField {
  return { id, name, required, type: type(typeText) }
}

function vectorOf({ type: columnType, values }: TestColumn): Vector {
  const writer = createVectorWriter(columnType, values.length)
  for (const [row, value] of values.entries()) writer.write(row, value)
  return writer.vector
}

function attribute(source: string, destination: string): MappingEntry {
  return { sourceType: 'ATTRIBUTE', source, destination }
}

function expression(source: string, destination: string): MappingEntry {
  return { sourceType: 'EXPRESSION', source, destination }
}

function run(
  columns: readonly TestColumn[],
  fields: readonly LakeField[],
  entries: readonly MappingEntry[],
  vectors = new Map(columns.map((each) => [each.name, vectorOf(each)])),
) {
  const { plan, problems } = planMapping({ entries, columns, fields })
  expect(problems.filter((problem) => problem.severity === 'error')).toEqual([])
  const batch: ColumnBatch = {
    rowCount: columns[0]?.values.length ?? 0,
    columns: plan.usedColumns.map((name) => vectors.get(name) ?? expect.fail(name)),
  }
  const mapped = compileMapping(plan, { nowMs: TEST_NOW_MS }).apply(batch)
  const texts = mapped.columns.map((vector, index) => {
    const values = valuesOf(plan.outputs[index]?.leaf.type ?? { kind: 'string' }, vector, mapped.rowCount)
    expect(vector.nullCount).toBe(values.filter((value) => value === null).length)
    return values.map((value) => (value === null ? null : textOf(value)))
  })
  return { ...mapped, texts, vectors }
}

describe('compileMapping', () => {
  it('hands vectors on that need no change', () => {
    const columns = [column('a', 'string', ['x', null]), column('t', 'timestamp', [new DateValue(5n), null])]
    const fields = [field(1, 'b', 'string'), field(2, 'c', 'timestamptz'), field(3, 'd', 'string')]
    const { columns: outputs, vectors } = run(columns, fields, [
      attribute('a', 'b'),
      attribute('t', 'c'),
      attribute('a', 'd'),
    ])
    expect(outputs[0]).toBe(vectors.get('a'))
    expect(outputs[1]).toBe(vectors.get('t'))
    expect(outputs[2]).toBe(vectors.get('a'))
  })

  it('rejects rows without a required value and closes the gaps', () => {
    const columns = [column('id', 'int', [1n, null, 3n, null]), column('s', 'string', ['a', 'b', null, 'd'])]
    const fields = [field(1, 'id', 'int', true), field(2, 's', 'string'), field(3, 'n', 'int')]
    const mapped = run(columns, fields, [attribute('id', 'id'), attribute('s', 's'), attribute('s', 'n')])
    expect(mapped.texts).toEqual([
      ['1', '3'],
      ['a', null],
      [null, null],
    ])
    expect(mapped.rowCount).toBe(2)
    expect(mapped.rejects).toEqual(
      [1, 3].map((row) => ({
        row,
        problems: [
          {
            path: 'id',
            column: 'id',
            code: 'INGEST-1555-400',
            rule: 'required',
            entry: 0,
            message: 'The required field id has no value',
          },
        ],
      })),
    )
    expect(mapped.warnings).toEqual([
      {
        path: 'n',
        code: 'MAPPER-3700-400',
        entry: 2,
        message: expect.stringMatching(
          /^Failed to write the value for destination path n\. The expected data type was: INTEGER, actual data type was: STRING\. .* sourceField: s destinationField: n$/,
        ) as string,
        count: 3,
        firstRow: 0,
      },
    ])
  })

  it('rejects a row for the value that could not become a required one', () => {
    const mapped = run(
      [column('s', 'string', ['1', 'x'])],
      [field(1, 'n', 'int', true)],
      [attribute('s', 'n')],
    )
    expect(mapped.texts).toEqual([['1']])
    expect(mapped.rejects.map(({ row, problems }) => [row, problems.map((problem) => problem.code)])).toEqual(
      [[1, ['MAPPER-3700-400', 'INGEST-1555-400']]],
    )
  })

  it('sets rows aside whose dates or numbers no table can hold', () => {
    const infinite = [
      new DateValue(1n),
      new DateValue(INFINITY_MICROS),
      new DateValue(MINUS_INFINITY_MICROS),
      null,
    ]
    const columns = [
      column('t', 'timestamptz', infinite),
      column('d', 'date', [new DateValue(0n, true), null, null, null]),
      column('m', 'decimal(18,2)', [null, null, null, null]),
      column('w', 'decimal(38,2)', [null, null, null, null]),
    ]
    const vectors = new Map(columns.map((each) => [each.name, vectorOf(each)]))
    setWord(vectors.get('d'), 3, [0x7fffffff])
    setWord(vectors.get('m'), 0, [0, -0x80000000])
    setWord(vectors.get('w'), 3, [0, 0, 0, -0x80000000])
    const codes = (source: string, target: string) => {
      const mapped = run(columns, [field(1, 'out', target)], [attribute(source, 'out')], vectors)
      return mapped.rejects.map(
        ({ row, problems }) => `${row} ${problems.map((problem) => problem.code).join()}`,
      )
    }
    expect(codes('t', 'timestamptz')).toEqual(['1 HW-TEMPORAL-INFINITY', '2 HW-TEMPORAL-INFINITY'])
    expect(codes('t', 'date')).toEqual(['1 HW-TEMPORAL-INFINITY', '2 HW-TEMPORAL-INFINITY'])
    expect(codes('d', 'date')).toEqual(['3 HW-TEMPORAL-INFINITY'])
    expect(codes('d', 'timestamp')).toEqual(['3 HW-TEMPORAL-INFINITY'])
    expect(codes('m', 'decimal(18,2)')).toEqual(['0 HW-NUMERIC-SPECIAL'])
    expect(codes('m', 'decimal(12,1)')).toEqual(['0 HW-NUMERIC-SPECIAL'])
    expect(codes('w', 'decimal(38,2)')).toEqual(['3 HW-NUMERIC-SPECIAL'])
    const texts = (source: string) =>
      run(columns, [field(1, 'out', 'string')], [attribute(source, 'out')], vectors).texts[0]
    expect(texts('t')).toEqual(['1970-01-01T00:00:00.000001Z', 'infinity', '-infinity', null])
    expect(texts('d')).toEqual(['1970-01-01', null, null, 'infinity'])
    expect(texts('m')).toEqual(['NaN', null, null, null])
    expect(texts('w')).toEqual([null, null, null, 'NaN'])
  })

  it('counts the rows whose expression has no value, and goes on', () => {
    const columns = [column('a', 'int', [1n, 0n, null]), column('b', 'int', [6n, 5n, 4n])]
    const mapped = run(
      columns,
      [field(1, 'q', 'int'), field(2, 'b', 'long')],
      [expression('b / a', 'q'), attribute('b', 'b')],
    )
    expect(mapped.texts).toEqual([
      ['6', null, null],
      ['6', '5', '4'],
    ])
    expect(mapped.warnings).toMatchObject([
      { path: 'q', code: 'MAPPER-3700-400', count: 2, firstRow: 1, message: /Division by zero/ },
    ])
  })

  it('leaves an attribute absent where nullify is chosen', () => {
    const mapped = run(
      [column('a', 'int', [1n, 2n])],
      [field(1, 'out', 'int')],
      [expression('iif(a > 1, nullify(), a)', 'out')],
    )
    expect(mapped.texts).toEqual([['1', null]])
    expect(mapped.warnings).toEqual([])
  })

  it('evaluates constants once and knows one moment', () => {
    const fields = [
      field(1, 'a', 'date'),
      field(2, 'b', 'string'),
      field(3, 'c', 'timestamptz'),
      field(4, 'd', 'double'),
      field(5, 'e', 'string'),
    ]
    const entries: MappingEntry[] = [
      { sourceType: 'STATIC', source: '2020-02-03', destination: 'a' },
      { sourceType: 'STATIC', source: 'ünchanged', destination: 'b' },
      expression('now()', 'c'),
      expression('1 / 0', 'd'),
      expression('uuid()', 'e'),
    ]
    const mapped = run([column('x', 'int', [1n, 2n, 3n])], fields, entries)
    expect(mapped.texts.slice(0, 4)).toEqual([
      Array(3).fill('2020-02-03'),
      Array(3).fill('ünchanged'),
      Array(3).fill('2021-10-26T10:10:24Z'),
      Array(3).fill(null),
    ])
    expect(mapped.warnings).toMatchObject([{ path: 'd', count: 3, firstRow: 0 }])
    expect(new Set(mapped.texts[4]).size).toBe(3)
    expect(mapped.columns[1]).toMatchObject({ heap: { length: 3 * 16 } })
  })

  it('reads JSON columns, keeps every digit, and copies objects', () => {
    const fields: LakeField[] = [
      {
        id: 1,
        name: 'p',
        required: false,
        type: {
          kind: 'struct',
          fields: [field(2, 'name', 'string'), field(3, 'n', 'long'), field(4, 'm', 'decimal(30,20)')],
        },
      },
    ]
    const values = [
      '{"name": "A", "n": 9007199254740993, "m": 0.12345678901234567891}',
      '{"n": "12"}',
      null,
      '[',
      '{"name": {"x": 1}}',
    ]
    const mapped = run([column('doc', 'string', values)], fields, [attribute('doc', 'p')])
    expect(mapped.texts).toEqual([
      ['A', null, null, null, null],
      ['9007199254740993', '12', null, null, null],
      ['0.12345678901234567891', null, null, null, null],
    ])
    expect(mapped.warnings.map(({ path, count }) => [path, count])).toEqual([
      ['p.name', 2],
      ['p.n', 1],
      ['p.m', 1],
    ])
  })

  it('lets a specific mapping override the copy of an object', () => {
    const struct: LakeField = {
      id: 1,
      name: 'p',
      required: false,
      type: { kind: 'struct', fields: [field(2, 'a', 'string'), field(3, 'b', 'string')] },
    }
    const columns = [
      column('doc', 'string', ['{"a": "from doc", "b": "from doc"}']),
      column('own', 'string', ['own']),
    ]
    const mapped = run(columns, [struct], [attribute('own', 'p.b'), attribute('doc', 'p')])
    expect(mapped.texts).toEqual([['from doc'], ['own']])
  })

  it('reads texts out of memory that threads share', () => {
    const bytes = new TextEncoder().encode('plain ünï')
    const heap = new Uint8Array(new SharedArrayBuffer(bytes.length + 3)).subarray(3)
    heap.set(bytes)
    const vector = createVector('bytes', 2)
    if (vector.kind !== 'bytes') throw new Error('no bytes')
    Object.assign(vector, { heap })
    vector.offsets.set([0, 6])
    vector.lengths.set([5, 5])
    vector.validity.fill(1)
    const columns = [column('s', 'string', ['', ''])]
    const mapped = run(
      columns,
      [field(1, 'out', 'string')],
      [expression('upper(s)', 'out')],
      new Map([['s', vector]]),
    )
    expect(mapped.texts).toEqual([['PLAIN', 'ÜNÏ']])
  })

  it('takes an empty batch', () => {
    const mapped = run(
      [column('s', 'string', [])],
      [field(1, 'a', 'int', true), field(2, 'b', 'string')],
      [attribute('s', 'a'), expression('concat("x", "y")', 'b')],
    )
    expect(mapped).toMatchObject({ rowCount: 0, texts: [[], []], rejects: [], warnings: [] })
  })

  it('writes binary, uuid and time as they were read', () => {
    const uuid = '9f0c2a52-9a4e-4b8b-9a54-0a1b2c3d4e5f'
    const columns = [
      column('u', 'uuid', [uuid]),
      column('x', 'binary', ['AP8Q']),
      column('c', 'time', [54_245_250_000n]),
    ]
    const fields = [
      field(1, 'u', 'string'),
      field(2, 'x', 'string'),
      field(3, 'c', 'string'),
      field(4, 'v', 'uuid'),
      field(5, 'y', 'binary'),
      field(6, 'd', 'time'),
    ]
    const entries = [
      attribute('u', 'u'),
      attribute('x', 'x'),
      attribute('c', 'c'),
      expression('coalesce(u, u)', 'v'),
      expression('coalesce(x)', 'y'),
      expression('coalesce(c)', 'd'),
    ]
    const expected = [[uuid], ['AP8Q'], ['15:04:05.250']]
    expect(run(columns, fields, entries).texts).toEqual([...expected, ...expected])
  })
})

describe('conversions of whole vectors', () => {
  const random = createRandom(42)
  const big = (bits: number) =>
    BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) << BigInt(Math.floor(random() * bits)))
  const some = (make: () => Value) => Array.from({ length: 500 }, () => (random() < 0.1 ? null : make()))
  const int = () => BigInt(Math.floor((random() - 0.5) * 2 ** 32))
  const cases: readonly [from: string, to: string, values: readonly Value[]][] = [
    ['int', 'long', [...some(int), 2147483647n, -2147483648n, -1n, 0n]],
    ['int', 'double', [...some(int), 2147483647n, -2147483648n]],
    [
      'long',
      'double',
      [
        ...some(() => big(11) * (random() < 0.5 ? 1n : -1n)),
        2n ** 53n,
        2n ** 53n + 1n,
        -(2n ** 53n) - 1n,
        -(2n ** 63n),
        2n ** 63n - 1n,
      ],
    ],
    ['float', 'double', some(() => Math.fround(random() * 1e10))],
    [
      'decimal(18,4)',
      'double',
      [
        ...some(() => new Decimal(big(7) % 10n ** 18n, 4)),
        new Decimal(1n, 4),
        new Decimal(-999999999999999999n, 4),
      ],
    ],
    ['decimal(38,10)', 'double', some(() => new Decimal(big(10) * big(10), 10))],
    [
      'date',
      'timestamp',
      [
        ...some(() => new DateValue((int() % 100_000_000n) * 86_400_000_000n, true)),
        new DateValue(104_250n * 86_400_000_000n, true),
        new DateValue(-104_250n * 86_400_000_000n, true),
      ],
    ],
    [
      'date',
      'timestamptz',
      [
        ...some(() => new DateValue((int() % 200_000n) * 86_400_000_000n, true)),
        new DateValue(2_000_000_000n * 86_400_000_000n, true),
      ],
    ],
  ]

  it.each(cases)('%s to %s is what it would be value by value', (from, to, values) => {
    const target = type(to)
    const mapped = run([column('a', from, values)], [field(1, 'out', to)], [attribute('a', 'out')])
    const tally = { inexactCount: 0 }
    const expected = values.map((value) => convertValue(value, target, tally))
    const problems = expected.filter((value) => value instanceof ConversionProblem)
    // What PostgreSQL can hold and the field can't sets its row aside.
    const isSetAside = (value: unknown) =>
      value instanceof ConversionProblem && value.substitutes !== undefined
    expect(mapped.texts[0]).toEqual(
      expected
        .filter((value) => !isSetAside(value))
        .map((value) =>
          value === null || value instanceof ConversionProblem ? null : textOf(asWritten(value)),
        ),
    )
    expect(mapped.rejects.map(({ row }) => row)).toEqual(
      expected.flatMap((value, row) => (isSetAside(value) ? [row] : [])),
    )
    expect(mapped.warnings.find(({ code }) => code === 'HW-NUMERIC-INEXACT')?.count ?? 0).toBe(
      tally.inexactCount,
    )
    expect(mapped.warnings.find(({ code }) => code === 'MAPPER-3700-400')?.count ?? 0).toBe(
      problems.filter((problem) => !isSetAside(problem)).length,
    )
  })

  it('knows a long of 54 bits from its neighbour', () => {
    const values = [9007199254740993n, 9007199254740994n]
    const mapped = run([column('a', 'long', values)], [field(1, 'out', 'double')], [attribute('a', 'out')])
    expect(mapped.warnings).toMatchObject([{ code: 'HW-NUMERIC-INEXACT', count: 1, firstRow: 0 }])
  })

  it('prints a float with its own digits', () => {
    const values = [0.1, 16777216, 3.4028234663852886e38, Number.NaN, -1.5e-13].map(Math.fround)
    const fields = [field(1, 'text', 'string'), field(2, 'exact', 'decimal(38,12)')]
    const mapped = run([column('f', 'float', values)], fields, [
      attribute('f', 'text'),
      attribute('f', 'exact'),
    ])
    expect(mapped.texts[0]).toEqual([
      '0.1',
      '16777216',
      '340282350000000000000000000000000000000',
      'NaN',
      '-0.00000000000015',
    ])
    // NaN is no decimal, but it has arrived as text: no reason to set the row aside.
    expect(mapped.texts[1]).toEqual(['0.100000000000', '16777216.000000000000', null, null, null])
    expect(mapped.rejects).toEqual([])
    expect(mapped.warnings).toContainEqual(
      expect.objectContaining({ code: 'HW-NUMERIC-SPECIAL', path: 'exact', count: 1, firstRow: 3 }),
    )
  })

  it('widens a decimal without touching it and rescales one that grows', () => {
    const columns = [column('m', 'decimal(10,2)', [parseDecimal('12.50') ?? null, null])]
    const fields = [
      field(1, 'same', 'decimal(14,2)'),
      field(2, 'finer', 'decimal(14,4)'),
      field(3, 'wider', 'decimal(30,2)'),
    ]
    const mapped = run(
      columns,
      fields,
      ['same', 'finer', 'wider'].map((name) => attribute('m', name)),
    )
    expect(mapped.texts).toEqual([
      ['12.50', null],
      ['12.5000', null],
      ['12.50', null],
    ])
    expect(mapped.columns[0]).toBe(mapped.vectors.get('m'))
  })
})

/** A day that became a moment is printed as one. */
function asWritten(value: Value): Value {
  return value instanceof DateValue ? new DateValue(value.micros) : value
}

function setWord(vector: Vector | undefined, row: number, words: readonly number[]): void {
  if (!vector) throw new Error('no vector')
  const values =
    vector.kind === 'int32'
      ? vector.values
      : vector.kind === 'int64' || vector.kind === 'int128'
        ? vector.words
        : undefined
  values?.set(words, row * words.length)
  vector.validity[row] = 1
  vector.nullCount--
}

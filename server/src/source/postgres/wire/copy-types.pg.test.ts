import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedValue } from '#source/postgres/testing/memory-ring.ts'
import { copyAll, createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
})
afterAll(() => source[Symbol.asyncDispose]())

const INT64_MAX = '9223372036854775807'
const INT64_MIN = '-9223372036854775808'
const MICROS = '(extract(epoch from v) * 1000000)::numeric(40,0)::text'

interface TypeCase {
  readonly type: string
  /** SQL expressions; each is cast to the type. A NULL is added before, between and after. */
  readonly values: readonly string[]
  /** What PostgreSQL is asked to print. */
  readonly printed: string
}

/** PostgreSQL prints, the decoder decodes, both must say the same. */
const cases: readonly TypeCase[] = [
  { type: 'boolean', values: ['true', 'false'], printed: 'v::text' },
  { type: 'int2', values: ['0', '1', '-1', '-32768', '32767'], printed: 'v::text' },
  { type: 'int4', values: ['0', '-1', '-2147483648', '2147483647'], printed: 'v::text' },
  {
    type: 'int8',
    values: [
      '0',
      '-1',
      '4294967295',
      '4294967296',
      '-4294967296',
      '-4294967297',
      `'${INT64_MAX}'`,
      `'${INT64_MIN}'`,
    ],
    printed: 'v::text',
  },
  {
    type: 'text',
    values: ["''", "'plain'", "'naïve ☃ 漢字 😀'", "repeat('x', 3000)", "E'tab\\tnew\\nline'"],
    printed: 'v',
  },
  { type: 'varchar(10)', values: ["''", "'abc'", "'äöü'"], printed: 'v' },
  { type: 'char(6)', values: ["''", "'ab'", "'abcdef'"], printed: "rpad(v::text, 6, ' ')" },
  { type: 'name', values: ["'a name'", "repeat('n', 63)"], printed: 'v::text' },
  {
    type: 'date',
    values: [
      "'1970-01-01'",
      "'2000-01-01'",
      "'1969-12-31'",
      "'4713-01-01 BC'",
      "'5874897-12-31'",
      "'2024-02-29'",
    ],
    printed: "(v - date '1970-01-01')::text",
  },
  {
    type: 'timestamp',
    values: [
      "'1970-01-01'",
      "'2000-01-01'",
      "'1999-12-31 23:59:59.999999'",
      "'2022-06-22 17:19:33.000001'",
      "'4713-11-24 00:00:00 BC'",
      "'294246-12-31 23:59:59.999999'",
      "'2001-09-09 01:46:40'",
    ],
    printed: MICROS,
  },
  {
    type: 'timestamptz',
    values: ["'1970-01-01+00'", "'2024-03-31 02:30:00.5+02'", "'1883-11-18 12:03:57-05'", "'0001-01-01 BC'"],
    printed: MICROS,
  },
  {
    type: 'uuid',
    values: [
      "'00000000-0000-0000-0000-000000000000'",
      "'f47ac10b-58cc-4372-a567-0e02b2c3d479'",
      "repeat('f', 32)",
    ],
    printed: 'v::text',
  },
  {
    type: 'json',
    values: [`'{"b": 1,  "a": [1e400, "\\u0000"]}'`, "'null'", "'12345678901234567890'"],
    printed: 'v::text',
  },
  { type: 'jsonb', values: [`'{"b": 1,  "a": [1, 2.50]}'`, "'null'", '\'"ü"\'', "'{}'"], printed: 'v::text' },
  {
    type: 'bytea',
    values: ["''", "'\\x00ff10'", "decode(repeat('ab', 500), 'hex')"],
    printed: "encode(v, 'hex')",
  },
  {
    type: 'numeric(9,2)',
    values: ['0', '12.5', '-12.5', '9999999.99', '-9999999.99', '0.01', '-0.01'],
    printed: 'v::text',
  },
  {
    type: 'numeric(15,2)',
    values: ['0', '104948.05', '9999999999999.99', '-9999999999999.99'],
    printed: 'v::text',
  },
  {
    type: 'numeric(18,0)',
    values: ['0', '999999999999999999', '-999999999999999999', '10000', '100000000'],
    printed: 'v::text',
  },
  {
    type: 'numeric(18,18)',
    values: ['0', '0.999999999999999999', '-0.000000000000000001'],
    printed: 'v::text',
  },
  {
    type: 'numeric(18,5)',
    values: ['0.00001', '1234567890123.12345', '-1.5', '10000.00001'],
    printed: 'v::text',
  },
  { type: 'numeric(19,4)', values: ['0', '-1', '999999999999999.9999', '-0.0001'], printed: 'v::text' },
  {
    type: 'numeric(38,0)',
    values: ["repeat('9', 38)", "'-' || repeat('9', 38)", '0', "'18446744073709551616'", "'4294967296'"],
    printed: 'v::text',
  },
  {
    type: 'numeric(38,38)',
    values: ["'0.' || repeat('9', 38)", "'-0.' || repeat('0', 37) || '1'", '0'],
    printed: 'v::text',
  },
  {
    type: 'numeric(38,10)',
    values: ["repeat('9', 28) || '.' || repeat('9', 10)", "'-' || repeat('1234567', 4) || '.5'", '1e-10'],
    printed: 'v::text',
  },
  {
    type: 'numeric',
    values: [
      '0',
      "'0.00'",
      "'-12.50'",
      "'NaN'",
      '1e-20',
      '1e100',
      "'-0.0001'",
      "'10000'",
      "'99999999.00010'",
      "repeat('123456789', 20) || '.' || repeat('987654321', 20)",
      '1e130000',
      '1e-16383',
    ],
    printed: 'v::text',
  },
  { type: 'numeric(1000,500)', values: ['1', "'-0.5'"], printed: 'v::text' },
  { type: 'citext_like', values: ["'small'", "'large'"], printed: 'v::text' },
  { type: 'positive_amount', values: ['1.5', '99999.999'], printed: 'v::text' },
  { type: 'amount_list', values: ["'{1.500,2}'"], printed: 'v::text' },
  { type: 'point_pair', values: ['\'(1,"a b")\''], printed: 'v::text' },
  { type: 'interval', values: ["'1 mon 2 days 03:04:05.6'", "'-1 day'"], printed: 'v::text' },
  { type: 'time', values: ["'24:00:00'", "'12:34:56.789'"], printed: 'v::text' },
  { type: 'timetz', values: ["'12:34:56+02'"], printed: 'v::text' },
  {
    type: 'inet',
    values: ["'10.0.0.0/8'", "'::1'"],
    printed: "case when v is not null then format('%s', v) end",
  },
  { type: 'int4[]', values: ["'{{1,2},{3,null}}'"], printed: 'v::text' },
  { type: 'tstzrange', values: ["'[2024-01-01 00:00+00, infinity)'"], printed: 'v::text' },
  { type: 'bit(3)', values: ["B'101'"], printed: 'v::text' },
  { type: 'money', values: ["'12.34'", "'-0.01'"], printed: 'v::numeric::text' },
  { type: '"char"', values: ["'x'"], printed: 'v::text' },
  { type: 'oid', values: ['4294967295'], printed: 'v::text' },
  { type: 'xml', values: ["'<a>b</a>'"], printed: 'v::text' },
]

beforeAll(async () => {
  await source.database.query(`
    create type citext_like as enum ('small', 'large');
    create domain amount as numeric(8,3);
    create domain positive_amount as amount check (value > 0);
    create domain amount_list as amount[];
    create type point_pair as (a int, b text);`)
})

describe('every type arrives as PostgreSQL prints it', () => {
  test.each(cases)('$type', async ({ type, values, printed }) => {
    const { database } = source
    await database.query('drop table if exists t')
    await database.query(`create table t (id int generated always as identity, v ${type})`)
    for (const value of [null, ...values, null]) {
      await database.query(
        `insert into t (v) values (${value === null ? 'null' : `(${value})::text::${type}`})`,
      )
    }
    await database.query("set timezone = 'UTC'")
    const { rows } = await database.query<{ expected: string | null }>(
      `select ${printed} as expected from t order by id`,
    )
    const { ring } = await copyAll(source, 'public.t')
    expect(ring.rows.map((row) => row[1])).toEqual(rows.map((row) => row.expected))
    expect(ring.rows).toHaveLength(values.length + 2)
  })
})

/** Values that have no text to compare with. */
const decoded: readonly { type: string; values: readonly string[]; expected: readonly DecodedValue[] }[] = [
  {
    type: 'float8',
    values: [
      '0',
      "'-0'",
      '1.5',
      "'NaN'",
      "'Infinity'",
      "'-Infinity'",
      '5e-324',
      '1.7976931348623157e308',
      '0.1',
    ],
    expected: [0, -0, 1.5, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1],
  },
  {
    type: 'float4',
    values: ['0.1', '16777217', "'NaN'", "'-Infinity'", '1e-45'],
    expected: [Math.fround(0.1), 16777216, NaN, -Infinity, Math.fround(1e-45)],
  },
  { type: 'date', values: ["'infinity'", "'-infinity'"], expected: ['2147483647', '-2147483648'] },
  { type: 'timestamp', values: ["'infinity'", "'-infinity'"], expected: [INT64_MAX, INT64_MIN] },
  { type: 'timestamptz', values: ["'infinity'", "'-infinity'"], expected: [INT64_MAX, INT64_MIN] },
  {
    type: 'timestamp',
    values: ["'294276-12-31 23:59:59.999999'", "'294247-01-11'"],
    expected: [INT64_MAX, INT64_MAX],
  },
  { type: 'numeric(10,2)', values: ["'NaN'"], expected: ['-92233720368547758.08'] },
  {
    type: 'numeric(30,0)',
    values: ["'NaN'"],
    expected: ['-170141183460469231731687303715884105728'],
  },
  { type: 'numeric', values: ["'Infinity'", "'-Infinity'"], expected: ['Infinity', '-Infinity'] },
  { type: 'numeric(3,-2)', values: ['12345', '-99900'], expected: ['12300', '-99900'] },
  { type: 'numeric(3,5)', values: ['0.00123', '-0.00999'], expected: ['0.00123', '-0.00999'] },
]

describe('extremes and values beyond the range', () => {
  test.each(decoded)('$type $values', async ({ type, values, expected }) => {
    const { database } = source
    const [version] = (
      await database.query<{ major: number }>(
        "select current_setting('server_version_num')::int / 10000 as major",
      )
    ).rows
    if (version && version.major < 15 && /-2\)|,5\)/.test(type)) return
    await database.query('drop table if exists t')
    await database.query(`create table t (id int generated always as identity, v ${type})`)
    for (const value of values) await database.query(`insert into t (v) values (${value})`)
    const { ring } = await copyAll(source, 't')
    expect(ring.rows.map((row) => row[1])).toEqual(expected)
  })
})

test('random numerics of every precision and scale equal their text', async () => {
  const { database } = source
  const specs = [
    [4, 0],
    [5, 1],
    [9, 3],
    [12, 4],
    [15, 7],
    [16, 2],
    [18, 9],
    [18, 17],
    [19, 0],
    [20, 19],
    [24, 6],
    [28, 13],
    [33, 31],
    [37, 5],
    [38, 19],
  ] as const
  const columns = specs.map(([p, s], index) => `c${index} numeric(${p},${s})`)
  await database.query(`create table randoms (id int, free numeric, ${columns.join(', ')})`)
  await database.query('select setseed(0.42)')
  const random = ([p, s]: readonly [number, number]): string => `
    (case when random() < 0.1 then null when random() < 0.05 then 0 else
       (case when random() < 0.5 then -1 else 1 end)
       * trunc((random()::numeric + random()::numeric / 1e15 + random()::numeric / 1e30)
               * power(10::numeric, floor(random() * (${p} + 0.999))::int), 0) * 1e-${s}
     end)`
  const clamped = specs.map(
    (spec) =>
      `greatest(least(${random(spec)}, ${'9'.repeat(spec[0])}e-${spec[1]}), -${'9'.repeat(spec[0])}e-${spec[1]})`,
  )
  await database.query(`
    insert into randoms
    select i, (random() - 0.5)::numeric * power(10::numeric, (random() * 60 - 30)::int), ${clamped.join(', ')}
      from generate_series(1, 3000) i`)
  const texts = ['free', ...specs.map((_, index) => `c${index}`)].map((name) => `${name}::text as ${name}`)
  const { rows } = await database.query<Record<string, string | null>>(
    `select ${texts.join(', ')} from randoms order by id`,
  )
  const { ring } = await copyAll(source, 'randoms', { slotRows: 500 })
  const expected = rows.map((row) => Object.values(row))
  const byId = ring.rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
  expect(byId.map((row) => row.slice(1))).toEqual(expected)
  // The data must be worth comparing: many values in the narrow layout as in the wide one.
  for (const column of [5, 8, 12, 15]) {
    expect(new Set(expected.map((row) => row[column])).size).toBeGreaterThan(1500)
  }
})

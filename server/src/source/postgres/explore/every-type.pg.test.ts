import { afterAll, describe, expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'
import { createTestSource } from '#source/postgres/testing/test-source.ts'
import { describeRelation } from './describe-relation.ts'
import { previewRelation } from './preview-relation.ts'
import type { PreviewValue } from './preview-value.ts'
import { TYPE_SAMPLES } from './testing/type-samples.ts'

const source = await createTestSource()
afterAll(() => source[Symbol.asyncDispose]())

const { rows: extensions } = await source.database.query<{ name: string }>(
  'select name from pg_available_extensions',
)
const available = new Set(extensions.map(({ name }) => name))

const INTEGER = { type: 'integer' } as const
const NUMBER = { type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' } as const
const TIME = {
  type: 'string',
  xdm: { type: 'string', format: 'date-time' },
  'meta:xdmType': 'date-time',
} as const
const STRING = { type: 'string', xdm: { type: 'string' } } as const

/** What the documented table says of types that are no text; all others are. */
const DOCUMENTED: ReadonlyMap<string, object> = new Map<string, object>([
  ['bool', { type: 'boolean', xdm: { type: 'boolean' } }],
  [
    'int2',
    { ...INTEGER, xdm: { type: 'integer', minimum: -32768, maximum: 32767 }, 'meta:xdmType': 'short' },
  ],
  [
    'int4',
    {
      ...INTEGER,
      xdm: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
      'meta:xdmType': 'int',
    },
  ],
  [
    'int8',
    {
      ...INTEGER,
      xdm: { type: 'integer', minimum: -(2 ** 53), maximum: 2 ** 53 - 1 },
      'meta:xdmType': 'long',
    },
  ],
  ['float4', NUMBER],
  ['float8', NUMBER],
  ['numeric', NUMBER],
  ['money', NUMBER],
  ['date', { type: 'string', xdm: { type: 'string', format: 'date' }, 'meta:xdmType': 'date' }],
  ['timestamp', TIME],
  ['timestamptz', TIME],
])

/** How the server prints a value of the type, where that isn't its cast to text. */
const PRINTED: Readonly<Record<string, (column: string) => string>> = {
  // The cast would strip the blanks that a run reads.
  bpchar: paddedOf,
  // Its text depends on the server's locale.
  money: (column) => `${column}::numeric::text`,
  bytea: (column) => `translate(encode(${column}, 'base64'), E'\\n', '')`,
  // Finite ones in ISO 8601, by the server's own hand.
  timestamp: (column) => isoOf(column, ''),
  timestamptz: (column) => isoOf(column, 'Z'),
}

function paddedOf(column: string): string {
  return `case when ${column} is not null then format('%s', ${column}) end`
}

/** `to_char` pads microseconds and counts years before Christ below zero; both are mended here. */
function isoOf(column: string, zone: string): string {
  const micros = `regexp_replace(to_char(${column}, '.US'), '\\.?0+$', '')`
  const year = `regexp_replace(lpad(abs(extract(year from ${column}))::int::text, 6, '0'), '^00', '')`
  return `case when isfinite(${column})
    then ${year} || to_char(${column}, '-MM-DD"T"HH24:MI:SS') || ${micros} || '${zone}'
         || case when extract(year from ${column}) < 0 then ' BC' else '' end
    else ${column}::text end`
}

interface Column {
  readonly name: string
  readonly type: string
  readonly samples: readonly string[]
  /** How the server prints it, as SQL. */
  readonly printed: string
  /** It is shown as a number where that is exact. */
  readonly number?: 'integer' | 'float' | undefined
}

/** Makes a table of one row a sample and compares its preview with what the server prints, cell by cell. */
async function expectExact(table: string, columns: readonly Column[]): Promise<void> {
  const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
  await source.database.query(`create table ${table} (row_number int, ${list.join(', ')})`)
  const height = Math.max(...columns.map(({ samples }) => samples.length))
  for (let row = 0; row < height; row++) {
    const values = columns.map(({ samples, type }) => {
      const sample = samples[row]
      return sample === undefined ? 'null' : `${quoteLiteral(sample)}::${type}`
    })
    await source.database.query(`insert into ${table} values (${row}, ${values.join(', ')})`)
  }
  const { rows } = await previewRelation(source.session, await describeRelation(source.session, table))
  const printed = columns.map(({ name, printed }) => `${printed} as ${quoteIdentifier(name)}`)
  const truth = await source.session.query<Record<string, string | null>>(
    `select ${printed.join(', ')} from ${table} order by row_number`,
  )
  expect(rows).toHaveLength(height)
  for (const column of columns) {
    const { name } = column
    const expected = truth.map((row) => asShown(row[name] ?? undefined, column))
    expect([name, rows.map((row) => asText(row[name]))]).toEqual([name, expected])
  }
}

/** A value of the answer as it stands in JSON, but for the quotes. */
function asText(value: PreviewValue | undefined): string | undefined {
  return typeof value === 'number' ? `number ${JSON.stringify(value)}` : value?.toString()
}

function asShown(text: string | undefined, { number }: Column): string | undefined {
  if (text === undefined || number === undefined) return text
  const value = Number(text)
  const isExact =
    number === 'integer'
      ? BigInt(text) <= 2n ** 53n - 1n && BigInt(text) > -(2n ** 53n)
      : Number.isFinite(value)
  return isExact && text !== '-0' ? `number ${JSON.stringify(value)}` : text
}

function columnOf(type: string, samples: readonly string[]): Column {
  const name = `a ${type}`
  const sqlType = type === 'char' ? '"char"' : type
  const cast = (column: string): string => `${column}::text`
  const number = /^int[248]$/.test(type) ? 'integer' : /^float[48]$/.test(type) ? 'float' : undefined
  return { name, type: sqlType, samples, number, printed: (PRINTED[type] ?? cast)(quoteIdentifier(name)) }
}

const { rows: types } = await source.database.query<{ name: string; array: string | null }>(`
  select t.typname as name, a.typname as array
    from pg_type t left join pg_type a on a.oid = t.typarray
   where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype in ('b', 'r', 'm')
     and (t.typcategory <> 'A' or t.typname in ('int2vector', 'oidvector'))
   order by t.typname`)

describe('every built-in type', () => {
  test('has samples', () => {
    expect(types.length).toBeGreaterThan(60)
    expect(types.map(({ name }) => name).filter((name) => TYPE_SAMPLES[name] === undefined)).toEqual([])
  })

  test('is described as documented, and shown exactly', async () => {
    const columns = types.map(({ name }) => columnOf(name, TYPE_SAMPLES[name] ?? []))
    await expectExact('every_type', columns)
    const shape = await describeRelation(source.session, 'every_type')
    for (const [index, { name }] of types.entries()) {
      const { meta: _, ...explored } = shape.columns[index + 1]?.type.explore ?? { meta: undefined }
      expect([name, explored]).toEqual([name, DOCUMENTED.get(name) ?? STRING])
    }
  })

  test('is shown exactly in arrays of one and two dimensions, with nulls and bounds of their own', async () => {
    const columns = types.flatMap(({ name, array }) => {
      const samples = TYPE_SAMPLES[name] ?? []
      return array === null || samples.length === 0 ? [] : [arrayOf(name, samples)]
    })
    expect(columns.length).toBeGreaterThan(50)
    await expectExact('every_array', columns)
    const shape = await describeRelation(source.session, 'every_array')
    const explored = shape.columns.slice(1).map(({ type }) => ({ ...type.explore, meta: undefined }))
    expect(explored).toEqual(columns.map(() => ({ ...STRING, meta: undefined })))
  })
})

/** Kinds of types that nobody can name in advance: the catalogue says which of them a server brings. */
async function typesOfKind(kind: 'e' | 'd' | 'c'): Promise<readonly string[]> {
  const { rows } = await source.database.query<{ name: string }>(
    `select n.nspname || '.' || quote_ident(t.typname) as name
      from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
     where n.nspname in ('pg_catalog', 'information_schema') and t.typtype = $1
       and (c.oid is null or c.relkind in ('r', 'v', 'c'))
       and not exists (
         select from pg_attribute a join pg_type p on p.oid = a.atttypid
          where a.attrelid = c.oid and a.attnum > 0 and p.typtype = 'p')
     order by 1`,
    [kind],
  )
  return rows.map(({ name }) => name)
}

describe('every built-in type of the other kinds', () => {
  test('enums: there is none', async () => {
    expect(await typesOfKind('e')).toEqual([])
  })

  test('domains have samples, and are shown exactly', async () => {
    const samples: Readonly<Record<string, readonly string[]>> = {
      'information_schema.cardinal_number': ['0', '2147483647'],
      'information_schema.character_data': ["it's", '', '漢字'],
      'information_schema.sql_identifier': ['a name', '"q"'],
      'information_schema.time_stamp': ['2026-02-28 12:34:56.78+02', 'infinity'],
      'information_schema.yes_or_no': ['YES', 'NO'],
    }
    expect(await typesOfKind('d')).toEqual(Object.keys(samples))
    const columns = Object.entries(samples).map(([type, texts]): Column => {
      const column = columnOf(type, texts)
      if (type.endsWith('cardinal_number')) return { ...column, number: 'integer' }
      if (type.endsWith('time_stamp')) return { ...column, printed: isoOf(quoteIdentifier(column.name), 'Z') }
      return column
    })
    await expectExact('every_domain', columns)
    const { columns: told } = await describeRelation(source.session, 'every_domain')
    expect(told.slice(1).map(({ type }) => type.explore['meta:xdmType'] ?? type.explore.type)).toEqual([
      'int',
      'string',
      'string',
      'date-time',
      'string',
    ])
  })

  test('row types of all relations of the catalogue are shown exactly', async () => {
    // It has rows of pg_statistic in it, whose values have no type of their own: no table can have that.
    const types = (await typesOfKind('c')).filter((name) => name !== 'pg_catalog.pg_statistic_ext_data')
    expect(types.length).toBeGreaterThan(150)
    const samples = new Map<string, readonly string[]>()
    for (const type of types) samples.set(type, await shortestRowOf(type))
    await expectExact(
      'every_row_type',
      types.map((type) => columnOf(type, samples.get(type) ?? [])),
    )
  })
})

/**
 * A row of a relation as a sample, and one of NULLs. Some relations have no rows or cannot be read on every machine, and
 * some types have no input.
 */
async function shortestRowOf(type: string): Promise<readonly string[]> {
  const row = await textOf(
    `select each::text as text from ${type} each order by length(each::text), 1 limit 1`,
  )
  const nulls = await textOf(
    `select '(' || repeat(',', count(*)::int - 1) || ')' as text from pg_attribute
      where attrelid = '${type}'::regclass and attnum > 0 and not attisdropped`,
  )
  const texts = [nulls, row].filter((text) => text !== undefined)
  const read = await Promise.all(texts.map((text) => textOf(`select $1::${type}::text as text`, [text])))
  return texts.filter((_, index) => read[index] !== undefined)
}

/** Undefined where there is none, or where the server refuses. */
async function textOf(sql: string, params: unknown[] = []): Promise<string | undefined> {
  const answer = await source.database.query<{ text: string }>(sql, params).catch(() => undefined)
  return answer?.rows[0]?.text
}

/** `[0:1]={…}` keeps bounds that don't start at 1. */
function arrayOf(type: string, samples: readonly string[]): Column {
  const items = samples.map((sample) => `"${sample.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
  const [first = 'NULL'] = items
  const separator = type === 'box' ? ';' : ','
  const join = (...parts: string[]): string => `{${parts.join(separator)}}`
  const arrays = [
    '{}',
    join(...items, 'NULL'),
    join(join(first, 'NULL'), join(first, first)),
    `[0:1]=${join(first, 'NULL')}`,
  ]
  const column = columnOf(type, arrays)
  return {
    ...column,
    type: `${column.type}[]`,
    number: undefined,
    // What depends on the server's locale is read as numbers.
    printed: `${quoteIdentifier(column.name)}${type === 'money' ? '::numeric[]' : ''}::text`,
  }
}

describe('types that users make', () => {
  test('enums, domains, composites, ranges, and what can be built of them', async () => {
    await source.database.query(`
      create type mood as enum ('sad', 'so "so"', 'it''s fine', '😀');
      create domain percent as int check (value between 0 and 100);
      create domain half as percent check (value <= 50);
      create domain tags as text[];
      create domain moods as mood;
      create domain moment as timestamptz;
      create domain digest as bytea;
      create domain code as char(4);
      create domain price as numeric(10, 2);
      create type place as (street text, number int);
      create type person as (name text, home place, moods mood[]);
      create type rate as range (subtype = numeric)`)
    const cast = (name: string): string => `${quoteIdentifier(name)}::text`
    const column = (type: string, samples: readonly string[], printed = cast(type)): Column => ({
      name: type,
      type,
      samples,
      printed,
    })
    await expectExact('made_types', [
      column('mood', ['sad', 'so "so"', "it's fine", '😀']),
      column('mood[]', ['{sad,"so \\"so\\"",NULL}']),
      { ...column('percent', ['0', '100']), number: 'integer' },
      { ...column('half', ['50']), number: 'integer' },
      column('half[]', ['{1,2}']),
      column('tags', ['{a,"b c"}', '{}']),
      column('moods', ['😀']),
      column('moment', ['2026-01-01 00:00:00.5+02', 'infinity'], isoOf('moment', 'Z')),
      column('digest', ['\\x00ff'], `encode(digest, 'base64')`),
      column('code', ['ab'], paddedOf('code')),
      column('price', ['12.50', '-0.01']),
      column('place', ['(,)', '("Main ""St"", 1",5)']),
      column('person', ['(Ann,"(""Main St"",5)","{sad}")', '(,,)']),
      column('person[]', ['{"(Ann,,)"}']),
      column('rate', ['[1.1,2.2]', 'empty']),
      column('rate_multirange', ['{[1.1,2.2]}']),
    ])
    const { columns } = await describeRelation(source.session, 'made_types')
    const told = Object.fromEntries(columns.map(({ name, type }) => [name, type.explore]))
    expect(told).toMatchObject({
      mood: STRING,
      percent: { type: 'integer', 'meta:xdmType': 'int', meta: { originalType: 'percent' } },
      half: { type: 'integer', 'meta:xdmType': 'int' },
      tags: STRING,
      moods: STRING,
      moment: TIME,
      digest: STRING,
      price: NUMBER,
      person: STRING,
      rate: STRING,
    })
  })
})

const EXTENSIONS: readonly (readonly [extension: string, type: string, samples: readonly string[]])[] = [
  ['hstore', 'hstore', ['', '"a"=>"1", "b c"=>NULL, "it\'s"=>"\\"q\\""']],
  ['citext', 'citext', ['Mixed Case', '']],
  ['ltree', 'ltree', ['Top.Science.Astronomy', '']],
  ['cube', 'cube', ['(1,2),(3,4)']],
  ['isn', 'isbn13', ['978-0-393-04002-9']],
  ['postgis', 'geometry', ['POINT(1 2)', 'SRID=4326;LINESTRING(0 0,1 1)']],
  ['vector', 'vector', ['[1,2.5,-3]']],
]

describe('types of extensions', () => {
  for (const [extension, type, samples] of EXTENSIONS) {
    const isMissing = !available.has(extension)
    const reason = isMissing ? ` (SKIPPED: this server does not have the extension ${extension})` : ''
    test.skipIf(isMissing)(`${type}${reason}`, async () => {
      await source.database.query(`create extension ${extension}`)
      await expectExact(`of_${extension}`, [columnOf(type, samples)])
      const { columns } = await describeRelation(source.session, `of_${extension}`)
      expect(columns[1]?.type.explore).toEqual({ ...STRING, meta: { originalType: type } })
    })
  }
})

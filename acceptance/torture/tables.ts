import { TYPE_SAMPLES } from '@headwater/server/source/postgres/explore/testing/type-samples.ts'

/** A table of one column of a type, beside the number of the row. */
export interface TortureTable {
  /** Of the test, and in the name of the table. */
  readonly name: string
  readonly type: string
  /** SQL literals without their cast. */
  readonly samples: readonly string[]
  /** How the server itself takes a value `v` apart, as JSON of texts; by its kind when absent. */
  readonly parts: Parts
}

/** What a value has in it: told by the server's own functions, and not by its text. */
export type Parts =
  | { readonly kind: 'none' }
  /** Its text depends on the locale of the server; its number does not. */
  | { readonly kind: 'money' }
  | { readonly kind: 'array'; readonly element: Parts }
  | { readonly kind: 'range' }
  | { readonly kind: 'multirange' }
  | { readonly kind: 'composite'; readonly attributes: Readonly<Record<string, Parts>> }
  | { readonly kind: 'hstore' }
  | { readonly kind: 'interval' }

const NONE: Parts = { kind: 'none' }
const RANGE: Parts = { kind: 'range' }
const INTERVAL: Parts = { kind: 'interval' }

function partsOf(type: string): Parts {
  if (type === 'interval') return INTERVAL
  if (type === 'money') return { kind: 'money' }
  if (type.endsWith('multirange')) return { kind: 'multirange' }
  return type.endsWith('range') ? RANGE : NONE
}

/** Edges on top of the samples that explore is tested with. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  date: ['0001-01-01', '9999-12-31', '10000-01-01', '0001-12-31 BC', '1969-12-31'],
  timestamp: [
    '9999-12-31 23:59:59.999999',
    '10000-01-01',
    '1969-12-31 23:59:59.999999',
    '0001-12-31 23:59:59 BC',
  ],
  timestamptz: ['9999-12-31 23:59:59.999999+00', '10000-01-01+00', '2024-06-30 23:59:60+00'],
  numeric: ['0.00000000000000000000000000000000000001', '99999999999999999999999999999999999999', '-1'],
  interval: ['-00:00:00.000001', '2147483647 days', '-13 mons 1 day -25:00:00', '15:30:00'],
  text: ['\ud83d\ude00'.repeat(3), '\\N', '\\.', 'a\rb', 'ﬀ', 'e\u0301', '{}', '(1,2)'],
  bytea: ['\\x5c4e', `\\x${'ab'.repeat(70_000)}`],
  jsonb: ['{}', '[]', '{"a":{"b":[null,true,1e3,"\\u20ac"]}}'],
  point: ['(0.1,-0)'],
}

function built(type: string): TortureTable {
  const samples = [...(TYPE_SAMPLES[type] ?? []), ...(MORE[type] ?? [])]
  return { name: type, type: type === 'char' ? '"char"' : type, samples, parts: partsOf(type) }
}

function quoteItem(sample: string): string {
  return `"${sample.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** One-dimensional ones land as lists; the last two cannot, and are told. */
function arrayOf(table: TortureTable): TortureTable {
  const separator = { box: ';', geometry: ':' }[table.type] ?? ','
  const items = table.samples.map(quoteItem)
  const [first = 'NULL'] = items
  return {
    name: `array of ${table.name}`,
    type: `${table.type}[]`,
    samples: [
      '{}',
      '{NULL}',
      `{${items.join(separator)}${separator}NULL}`,
      `{NULL${separator}${first}}`,
      `{{${first}${separator}NULL}${separator}{${first}${separator}${first}}}`,
      `[0:1]={${first}${separator}NULL}`,
    ],
    parts: { kind: 'array', element: table.parts },
  }
}

/** Types whose modifiers matter. */
const MODIFIED: readonly TortureTable[] = (
  [
    ['numeric(5,2)', ['0', '-999.99', '999.99', '0.01', 'NaN']],
    ['numeric(18,0)', ['999999999999999999', '-999999999999999999', '0']],
    ['numeric(19,9)', ['9999999999.999999999', '-0.000000001']],
    [
      'numeric(38,38)',
      ['0.99999999999999999999999999999999999999', '-0.00000000000000000000000000000000000001'],
    ],
    ['numeric(38,0)', ['99999999999999999999999999999999999999', '-99999999999999999999999999999999999999']],
    ['numeric(39,1)', ['99999999999999999999999999999999999999.9', '0.1']],
    ['numeric(1000,500)', [`${'9'.repeat(500)}.${'9'.repeat(500)}`, '0']],
    ['varchar(3)', ['', 'abc', '漢字😀']],
    ['char(5)', ['', 'ab', 'abcde']],
    ['bit(8)', ['10101010', '00000000']],
    ['varbit(8)', ['', '101']],
    ['timestamp(0)', ['2024-02-29 01:02:03']],
    ['timestamptz(3)', ['2024-02-29 01:02:03.456+00']],
    ['time(0)', ['01:02:03', '24:00:00']],
    ['interval day to second', ['1 day 02:03:04.5']],
  ] as const
).map(([type, samples]) => ({ name: type, type, samples, parts: partsOf(type.split(' ')[0] ?? '') }))

/** What users make. */
export const MADE_TYPES = `
  create type mood as enum ('sad', 'so "so"', 'it''s fine', '😀');
  create domain percent as int check (value between 0 and 100);
  create domain half as percent check (value <= 50);
  create domain tags as text[];
  create domain price as numeric(10, 2);
  create type place as (street text, number int, since date);
  create type person as (name text, home place, moods mood[]);
  create type rate as range (subtype = numeric)`

const PLACE: Parts = { kind: 'composite', attributes: { street: NONE, number: NONE, since: NONE } }
const PERSON: Parts = {
  kind: 'composite',
  attributes: { name: NONE, home: PLACE, moods: { kind: 'array', element: NONE } },
}

const MADE: readonly TortureTable[] = [
  { name: 'mood', type: 'mood', samples: ['sad', 'so "so"', "it's fine", '😀'], parts: NONE },
  { name: 'percent', type: 'percent', samples: ['0', '100'], parts: NONE },
  { name: 'half', type: 'half', samples: ['50'], parts: NONE },
  { name: 'tags', type: 'tags', samples: ['{a,"b c"}', '{}'], parts: { kind: 'array', element: NONE } },
  { name: 'price', type: 'price', samples: ['12.50', '-0.01'], parts: NONE },
  {
    name: 'place',
    type: 'place',
    samples: ['("Main ""St"", 1",5,2024-02-29)', '("",,)', '(" (a,b) \\\\ ",-1,)', '(,,0001-01-01)'],
    parts: PLACE,
  },
  {
    name: 'person',
    type: 'person',
    samples: ['(Ann,"(""Main St"",5,)","{sad,NULL}")', '(,,{})', '("",,"{""so \\\\""so\\\\""""}")'],
    parts: PERSON,
  },
  { name: 'rate', type: 'rate', samples: ['[1.1,2.2]', 'empty', '(,)'], parts: RANGE },
]

const HSTORE: Parts = { kind: 'hstore' }

export interface Extension {
  readonly extension: string
  readonly tables: readonly TortureTable[]
}

function ofExtension(
  extension: string,
  type: string,
  samples: readonly string[],
  parts: Parts = NONE,
): Extension {
  const table = { name: type, type, samples, parts }
  return { extension, tables: [table, arrayOf(table)] }
}

export const EXTENSIONS: readonly Extension[] = [
  ofExtension('hstore', 'hstore', ['', '"a"=>"1", "b c"=>NULL, "it\'s"=>"\\"q\\""'], HSTORE),
  ofExtension('citext', 'citext', ['Mixed Case', '']),
  ofExtension('ltree', 'ltree', ['Top.Science.Astronomy', '']),
  ofExtension('cube', 'cube', ['(1,2),(3,4)']),
  ofExtension('isn', 'isbn13', ['978-0-393-04002-9']),
  ofExtension('postgis', 'geometry', ['POINT(1 2)', 'SRID=4326;LINESTRING(0 0,1 1)', 'POLYGON EMPTY']),
  ofExtension('vector', 'vector', ['[1,2.5,-3]'], { kind: 'array', element: NONE }),
]

/** Types that some versions lack are left out there, by name. */
export function builtInTables(types: ReadonlySet<string>): readonly TortureTable[] {
  const plain = Object.keys(TYPE_SAMPLES)
    .filter((type) => types.has(type) && (TYPE_SAMPLES[type] ?? []).length > 0)
    .map(built)
  const isArrayable = ({ name }: TortureTable) => !['int2vector', 'oidvector'].includes(name)
  return [
    ...plain,
    ...MODIFIED,
    ...plain.filter(isArrayable).map(arrayOf),
    ...MADE,
    ...MADE.slice(0, 6)
      .filter(({ name }) => name !== 'tags')
      .map(arrayOf),
  ]
}

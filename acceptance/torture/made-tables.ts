import { arrayOf, FLOAT, NONE, type Parts, partsOf, RANGE, type TortureTable, tableOf } from './table.ts'

const NINES = '9'.repeat(38)

/** Types whose modifiers matter. */
export const MODIFIED: readonly TortureTable[] = (
  [
    ['numeric(5,2)', ['0', '-999.99', '999.99', '0.01', '-0.01', '1', '-0.5', '123.4', 'NaN']],
    [
      'numeric(18,0)',
      [
        '0',
        '1',
        '-1',
        '999999999999999999',
        '-999999999999999999',
        '2147483648',
        '-2147483649',
        '4294967296',
      ],
    ],
    [
      'numeric(19,9)',
      [
        '0',
        '9999999999.999999999',
        '-9999999999.999999999',
        '-0.000000001',
        '0.1',
        '1',
        '-1',
        '2147483648.5',
      ],
    ],
    [
      'numeric(38,38)',
      [
        `0.${NINES}`,
        `-0.${NINES}`,
        `-0.${'0'.repeat(37)}1`,
        `0.${'0'.repeat(37)}1`,
        '0',
        '0.5',
        '-0.5',
        '0.1',
      ],
    ],
    [
      'numeric(38,0)',
      [NINES, `-${NINES}`, '0', '1', '-1', '18446744073709551616', '-18446744073709551617', '42'],
    ],
    ['numeric(39,1)', [`${NINES}.9`, `-${NINES}.9`, '0.1', '-0.1', '0', '1', '-1', '12345678901234567890.5']],
    [
      'numeric(1000,500)',
      [`${'9'.repeat(500)}.${'9'.repeat(500)}`, '0', '1', '-1', '0.5', `-${NINES}`, `0.${NINES}`, '-0.1'],
    ],
    ['numeric(3,-2)', ['0', '99900', '-99900', '100', '-100', '150', '49', '12345']],
    ['numeric(2,5)', ['0', '0.00099', '-0.00099', '0.00001', '-0.00001', '0.0005', '0.000004', '0.000125']],
    ['varchar(3)', ['', 'abc', '漢字😀', ' ', 'a', "'", '"', '\\']],
    ['char(5)', ['', 'ab', 'abcde', ' a', '漢', '😀', '"', '\\']],
    [
      'bit(8)',
      ['10101010', '00000000', '11111111', '00000001', '10000000', '01111111', '11110000', '00001111'],
    ],
    ['varbit(8)', ['', '1', '0', '101', '11111111', '00000000', '0000000', '1000000']],
    [
      'timestamp(0)',
      [
        '2024-02-29 01:02:03',
        '1969-12-31 23:59:59',
        '1970-01-01',
        '0001-01-01',
        '9999-12-31',
        '2000-02-29',
        '1900-03-01',
        '2026-07-01 12:00:00.7',
      ],
    ],
    [
      'timestamptz(3)',
      [
        '2024-02-29 01:02:03.456+00',
        '1969-12-31 23:59:59.999+00',
        '1970-01-01+00',
        '0001-01-01+00',
        '9999-12-31+00',
        '2000-02-29+14',
        '2026-07-01 12:00:00.7-11',
        '2026-01-01 00:00:00.0005+00',
      ],
    ],
    [
      'time(0)',
      ['00:00:00', '01:02:03', '12:00:00', '23:59:59', '00:00:01', '11:59:59', '12:34:56.7', '24:00:00'],
    ],
    [
      'interval day to second',
      [
        '1 day 02:03:04.5',
        '0',
        '-1 day',
        '-00:00:00.000001',
        '100 days',
        '25:00:00',
        '-1 day 01:00:00',
        '00:00:01',
      ],
    ],
  ] as const
).map(([type, samples]) => tableOf(type, samples, partsOf(type.split(' ')[0] ?? '')))

/** What users make. */
export const MADE_TYPES = `
  create schema odd_a;
  create schema "Odd B";
  create schema "odd.c";
  create table "Odd B"."C d" ();
  create collation odd_a.plain from "C";
  create collation "Odd B"."C d" from "C";
  create collation "Odd B".x from "POSIX";
  create type mood as enum ('sad', 'so "so"', 'it''s fine', '😀', '', ' ', 'a,b', 'NULL');
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

export const MADE: readonly TortureTable[] = [
  tableOf('mood', ['sad', 'so "so"', "it's fine", '😀', '', ' ', 'a,b', 'NULL'], NONE),
  tableOf('percent', ['0', '1', '2', '50', '51', '98', '99', '100'], NONE),
  tableOf('half', ['0', '1', '2', '24', '25', '26', '49', '50'], NONE),
  tableOf(
    'tags',
    ['{a,"b c"}', '{}', '{NULL}', '{""}', '{"NULL",null}', '{"{}","[]"}', '{"a\\"b"}', '{漢字,😀}'],
    {
      kind: 'array',
      element: NONE,
    },
  ),
  tableOf('price', ['12.50', '-0.01', '0', '99999999.99', '-99999999.99', '0.01', '1', '-1'], NONE),
  tableOf(
    'place',
    [
      '("Main ""St"", 1",5,2024-02-29)',
      '("",,)',
      '(" (a,b) \\\\ ",-1,)',
      '(,,0001-01-01)',
      '(,-2147483648,)',
      '(NULL,0,1969-12-31)',
      '("two\nlines",2147483647,9999-12-31)',
      '(漢字😀,,)',
    ],
    PLACE,
  ),
  tableOf(
    'person',
    [
      '(Ann,"(""Main St"",5,)","{sad,NULL}")',
      '(,,{})',
      '("",,"{""so \\\\""so\\\\""""}")',
      '(Bob,,)',
      '(,"("""",,)",)',
      '(,"(,,2024-02-29)",{😀})',
      '("a ""b"" \\\\ (c)","(""d """e""" f"",1,)","{NULL,NULL}")',
      '(漢字,"(漢字,1,1969-12-31)","{sad,😀}")',
    ],
    PERSON,
  ),
  tableOf('rate', ['[1.1,2.2]', 'empty', '(,)', '[1,1]', '(,0.5)', '(0.5,)', '[-0.1,0.1)', '[NaN,]'], RANGE),
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
  const table = tableOf(type, samples, parts)
  return { extension, tables: [table, arrayOf(table)] }
}

export const EXTENSIONS: readonly Extension[] = [
  ofExtension(
    'hstore',
    'hstore',
    [
      '',
      '"a"=>"1", "b c"=>NULL, "it\'s"=>"\\"q\\""',
      '""=>""',
      '"a"=>NULL',
      '"NULL"=>"NULL"',
      '"é"=>"漢字"',
      '"a=>b"=>"c, d"',
      '"back\\\\slash"=>"\\\\"',
    ],
    HSTORE,
  ),
  ofExtension('citext', 'citext', ['Mixed Case', '', ' ', 'É', "it's", '"', '\\', 'NULL']),
  ofExtension('ltree', 'ltree', [
    'Top.Science.Astronomy',
    '',
    'a',
    'A.b',
    'a_b.c',
    '1.2.3',
    'x'.repeat(200),
    'a.a.a.a',
  ]),
  ofExtension('cube', 'cube', [
    '(1,2),(3,4)',
    '(0)',
    '(1)',
    '(-0.5)',
    '(1e300)',
    '(0.1,0.2,0.3)',
    '(1,2),(1,2)',
    '(-1,-2,-3),(1,2,3)',
  ]),
  ofExtension('isn', 'isbn13', [
    '978-0-393-04002-9',
    '978-0-306-40615-7',
    '978-3-16-148410-0',
    '978-1-86197-271-2',
    '978-0-13-110362-7',
    '978-0-262-03384-8',
    '978-1-4028-9462-6',
    '979-10-90636-07-1',
  ]),
  ofExtension('postgis', 'geometry', [
    'POINT(1 2)',
    'SRID=4326;LINESTRING(0 0,1 1)',
    'POLYGON EMPTY',
    'POINT EMPTY',
    'POINT Z(1 2 3)',
    'MULTIPOINT(0 0,1 1)',
    'POLYGON((0 0,1 0,1 1,0 0))',
    'GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,1 1))',
  ]),
  ofExtension(
    'vector',
    'vector',
    ['[1,2.5,-3]', '[0]', '[-0]', '[0.1]', '[1e10,1e-10]', '[3.4e38]', '[1,1]', '[16777217]'],
    {
      kind: 'array',
      element: FLOAT,
    },
  ),
]

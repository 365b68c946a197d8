import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { RowFilterError } from './row-filter-error.ts'
import { filteredIds } from './testing/filtered-ids.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(`
    create type mood as enum ('sad', 'fine', 'happy');
    create domain mood_domain as mood;
    create domain year as integer check (value > 0);
    create domain short_text as varchar(5);
    create type pair as (a int, b text)`)
})
afterAll(() => source[Symbol.asyncDispose]())

interface TypeCase {
  readonly type: string
  readonly values: readonly string[]
  readonly filters: Readonly<Record<string, readonly number[] | RegExp>>
}

/**
 * A type; values of it in SQL, whose ids are their places from 1 and which a null follows; filters of the column
 * `v` with the ids of their rows, or why they are refused.
 */
function of(type: string, values: TypeCase['values'], filters: TypeCase['filters']): TypeCase {
  return { type, values, filters }
}

const TYPES: readonly TypeCase[] = [
  of('boolean', ['true', 'false'], {
    'v = true': [1],
    'v != true': [2],
    'v < true': [2],
    'v = "TRUE"': [1],
    'v in [true, false]': [1, 2],
    'v like "t%"': [1],
    'v = "yes"': /"yes" can't be compared.*boolean\. Use true or false/,
    'v = 1': /1 can't be compared/,
  }),
  of('smallint', ['-32768', '0', '32767'], {
    'v <= 0': [1, 2],
    'v > 32767.5': [],
    'v < 99999999999999999999': [1, 2, 3],
    'v = -32768': [1],
    'v = "x"': /can't be compared/,
    'v = "NaN"': /can't be compared/,
    'v = true': /can't be compared/,
    'v like "%7"': [3],
  }),
  of('integer', ['-2147483648', '5', '2147483647'], {
    'v = 5.0': [2],
    'v = 5.5': [],
    'v = 5e0': [2],
    'v >= 2147483648': [],
    'v in [5, 2147483648, 0.5]': [2],
  }),
  of('bigint', ['-9223372036854775808', '9007199254740993', '9223372036854775807'], {
    'v = 9007199254740993': [2],
    'v = 9007199254740992': [],
    'v < -9223372036854775807': [1],
    'v = 9223372036854775808': [],
    'v <= 9223372036854775808': [1, 2, 3],
  }),
  of('year', ['1999', '2024'], { 'v > 2000': [2], 'v > -5': [1, 2] }),
  of('real', ['0.1', "'NaN'", "'Infinity'", "'-Infinity'", '1e30'], {
    'v = 0.1': [1],
    'v < 1': [1, 4],
    'v = "NaN"': [2],
    'v > 1e30': [2, 3],
    'v = "inf"': [3],
    'v = 1e39': /PostgreSQL refuses "1e\+?39" for column "v": .*out of range/,
  }),
  of('double precision', ['0.1', "'NaN'", "'Infinity'", "'-Infinity'", '1e300', '9007199254740992'], {
    'v = 0.1': [1],
    'v <= 0': [4],
    'v >= "Infinity"': [2, 3],
    'v != "NaN"': [1, 3, 4, 5, 6],
    'v = 1e300': [5],
    'v = 9007199254740992': [6],
    'v = 1e400': /refuses "1e400" for column "v"/,
  }),
  of('numeric', ['1.10', "'NaN'", '1e-20', '123456789012345678901234567890.5', "'Infinity'"], {
    'v = 1.1': [1],
    'v = 1.10': [1],
    'v < 0.00000000000000000002': [3],
    'v = 123456789012345678901234567890.5': [4],
    'v > 123456789012345678901234567890.4': [2, 4, 5],
    'v = "NaN"': [2],
    'v = "Infinity"': [5],
    'v = "1,5"': /can't be compared/,
    'v = ""': /can't be compared/,
  }),
  of('numeric(12,2)', ['12.35', '-0.01'], { 'v = 12.350': [1], 'v = 12.345': [], 'v < 0': [2] }),
  of('money', ['12.35', '-1'], {
    'v = 12.35': [1],
    'v = 12.345': [],
    'v < 0': [2],
    'v in [-1, 5]': [2],
    'v = "NaN"': /can't be compared/,
    'v = "$12"': /can't be compared/,
  }),
  of('text', ["'a'", "'A'", "''", "'10'", "'9'"], {
    'v = "a"': [1],
    'v = ""': [3],
    'v < "9"': [3, 4],
    'v = 10': [4],
    'v < 9': /text and has no order of numbers; write the literal in quotes/,
    '9.50 > v': /no order of numbers/,
  }),
  of('varchar(3)', ["'abc'", "'ab '"], { 'v = "abcd"': [], 'v = "ab"': [], 'v = "ab "': [2] }),
  of('short_text', ["'abc'", "'b'"], { 'v = "abcdefgh"': [], 'v >= "b"': [2] }),
  of('char(4)', ["'ab'", "'abcd'", "'ab%'"], {
    'v = "ab"': [1],
    'v = "ab   "': [1],
    'v like "ab"': [1],
    'v.endsWith("%")': [3],
    'v < 9': /no order of numbers/,
    'v = "abcde"': [],
    'v in ["ab", "x"]': [1],
  }),
  of('name', ["'abc'", "'abd'"], { 'v = "abc"': [1], 'v > "abc"': [2], 'v.startsWith("AB", false)': [1, 2] }),
  of('"char"', ["'a'", "'b'"], { 'v = "a"': [1], 'v = "abc"': [], 'v > "a"': /no order/ }),
  of('date', ["'2024-02-29'", "'infinity'", "'0044-03-15 BC'"], {
    'v = date(2024, 2, 29)': [1],
    'v = "2024-2-29"': [1],
    'v < "2024-02-29"': [3],
    'v < "2024-02-29T00:00:01"': [1, 3],
    'v >= "2024-02-29T00:00:01Z"': [2],
    'v = "infinity"': [2],
    'v = "0044-03-15 BC"': [3],
    'v = "2023-02-29"': /PostgreSQL refuses "2023-02-29" for column "v": date\/time field value out of range/,
    'v = "today"': /YYYY-MM-DD/,
    'v = "29.02.2024"': /YYYY-MM-DD/,
    'v = "2024-02-29Z"': /YYYY-MM-DD/,
    'v = "2024-02-29T00:00:00+02"': /no time zone/,
    'v = 20240229': /YYYY-MM-DD/,
  }),
  of('timestamp', ["'2024-02-29 10:00:00.000001'", "'infinity'", "'-infinity'"], {
    'v = "2024-02-29T10:00:00.000001"': [1],
    'v = "2024-02-29T10:00:00.000001000Z"': [1],
    'v = "2024-02-29 10:00:00.000001+00:00"': [1],
    'v > "2024-02-29"': [1, 2],
    'v = "-infinity"': [3],
    'v = "2024-02-29T10:00:00.0000014"': /microseconds/,
    'v = "2024-02-29T10:00:00.000001+02:00"': /no time zone/,
    'v = "2024-02-29T25:00:00"': /refuses "2024-02-29T25:00:00" for column "v"/,
    'v = "now"': /YYYY-MM-DD/,
    'v = "10:00 today"': /YYYY-MM-DD/,
  }),
  of('timestamptz', ["'2024-02-29 10:00:00+00'", "'2024-02-29 23:30:00-08'", "'0044-03-15 12:00:00+00 BC'"], {
    'v = "2024-02-29T10:00:00Z"': [1],
    'v = "2024-02-29T12:00:00+02:00"': [1],
    'v = "2024-02-29T12:00:00+0200"': [1],
    'v = "2024-02-29T10:00:00"': [1],
    'v >= "2024-03-01"': [2],
    'v = "0044-03-15T12:00:00Z BC"': [3],
    'v = "2024-02-29T10:00:00 Europe/Paris"': /YYYY-MM-DD/,
    'v = "2024-02-29T10:00:00+99:00"': /refuses .* for column "v": time zone displacement out of range/,
  }),
  of('time', ["'09:00'", "'10:00:00.5'"], {
    'v > "9:30"': [2],
    'v = "10:00:00.5"': [2],
    'v = "now"': /HH:MM:SS/,
    'v = "25:00"': /refuses "25:00" for column "v"/,
    'v = 9': /HH:MM:SS/,
  }),
  of('timetz', ["'09:00+00'", "'10:00+02'"], {
    'v < "09:00Z"': [2],
    'v = "09:00Z"': [1],
    'v = "11:00+02:00"': [],
  }),
  of('interval', ["'2 days'", "'10 hours'"], {
    'v > "1 day"': [1],
    'v = "PT10H"': [2],
    'v = "48 hours"': [1],
    'v = 7': /as a text/,
    'v = "soon"': /refuses "soon" for column "v"/,
  }),
  of('uuid', ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], {
    'v = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"': [1],
    'v = "{a0eebc999c0b4ef8bb6d6bb9bd380a11}"': [1],
    'v.startsWith("a0ee")': [1],
    'v = "x"': /can't be compared/,
  }),
  of('json', ['\'{"a":1}\'', '\'{"a": 1}\''], {
    'v = \'{"a":1}\'': [1],
    'v.contains(\'"a": 1\')': [2],
    "v < '{}'": /no order/,
  }),
  of('jsonb', ['\'{"a":1, "b":2}\'', "'null'"], {
    'v = \'{"b": 2, "a": 1}\'': [1],
    "v = 'null'": [2],
    "v = '{a}'": /refuses "\{a\}" for column "v": invalid input syntax for type json/,
  }),
  of('bytea', ["'\\x00ff'", "''"], {
    'v = "\\\\x00FF"': [1],
    'v > "\\\\x"': [1],
    'v = "AP8="': /hexadecimal/,
    'v = "\\\\x0"': /hexadecimal/,
  }),
  of('mood', ["'sad'", "'fine'", "'happy'"], {
    'v > "fine"': [3],
    'v in ["sad", "happy"]': [1, 3],
    'v notIn ["sad"]': [2, 3],
    'v like "%a%"': [1, 3],
    'v.equals("SAD", false)': [1],
    'v = "angry"':
      /^PostgreSQL refuses "angry" for column "v": invalid input value for enum mood: "angry"\.$/,
    'v in ["sad", "angry", "furious"]': /refuses "angry" for column "v"/,
  }),
  of('mood_domain', ["'sad'", "'happy'"], { 'v = "sad"': [1], 'v > "fine"': /no order/ }),
  of('integer[]', ["'{1,2}'", "'{10}'"], {
    'v = "{1, 2}"': [1],
    'v > "{2}"': [2],
    'v in ["{10}", "{3}"]': [2],
    'v like "{1%"': [1, 2],
    'v = "{a}"': /refuses "\{a\}" for column "v"/,
  }),
  of('text[]', ['\'{"a b",NULL}\'', "'{c}'"], { 'v = "{a b, null}"': [1], 'v < "{b}"': [1] }),
  of('json[]', ['array[\'{"a":1}\'::json]', "'{}'"], { 'v = "{}"': [2], 'v < "{}"': /no order/ }),
  of('mood[]', ["'{sad}'", "'{happy}'"], { 'v = "{sad}"': [1], 'v > "{fine}"': [2], 'v = "{angry}"': /"v"/ }),
  of('inet', ["'10.0.0.9'", "'10.0.0.10'"], {
    'v < "10.0.0.10"': [1],
    'v = "10.0.0.9/32"': [1],
    'v = "x"': /"x" for column "v"/,
  }),
  of('cidr', ["'10.0.0.0/8'", "'10.1.0.0/16'"], { 'v = "10.0.0.0/8"': [1], 'v > "10.0.0.0/8"': [2] }),
  of('macaddr', ["'08:00:2b:01:02:03'"], { 'v = "08002b010203"': [1] }),
  of('int4range', ["'[1,5)'", "'empty'"], { 'v = "[1,4]"': [1], 'v = "empty"': [2], 'v = "[5,1]"': /"v"/ }),
  of('tstzrange', ["'[2024-01-01,2024-02-01)'"], { 'v = "[2024-01-01T00:00Z, 2024-02-01)"': [1] }),
  of('bit(3)', ["B'101'", "B'110'"], { 'v = "101"': [1], 'v > "101"': [2], 'v = "1"': [], 'v = "2"': /"v"/ }),
  of('bit varying', ["B'1'", "B'10'"], { 'v = "10"': [2], 'v > "1"': [2] }),
  of('oid', ['5', '4000000000'], { 'v > 5': [2], 'v = "x"': /"v"/ }),
  of('xml', ["'<a/>'"], { 'v = "<a/>"': [1], 'v > "<a/>"': /no order/ }),
  of('point', ["'(1,2)'"], { 'v = "(1,2)"': [1], 'v < "(1,2)"': /no order/, 'v.startsWith("(1")': [1] }),
  of('pair', ["row(1, 'x')"], { 'v = "(1,x)"': [1], 'v > "(1,x)"': /no order/ }),
  of('tsvector', ["'a b'"], { 'v like "%\'b\'%"': [1] }),
]

describe('each type compares as PostgreSQL does, or says why not', () => {
  let tables = 0
  test.each(TYPES)('$type', async ({ type, values, filters }) => {
    const table = `typed_${++tables}`
    const rows = [...values, 'null'].map((value, index) => `(${index + 1}, ${value})`)
    await source.database.query(
      `create table ${table} (id int, v ${type}); insert into ${table} values ${rows.join(', ')}`,
    )
    for (const [filter, expected] of Object.entries(filters)) {
      const found = await filteredIds(source, table, filter).catch(refusalOf)
      if (expected instanceof RegExp) expect(found, filter).toMatch(expected)
      else expect(found, filter).toEqual(expected)
    }
    const present = values.map((_, index) => index + 1)
    expect(await filteredIds(source, table, 'isNull(v)')).toEqual([present.length + 1])
    expect(await filteredIds(source, table, 'v notIn []')).toEqual(present)
  })
})

function refusalOf(error: unknown): string {
  if (error instanceof RowFilterError) return error.message
  throw error
}

test('citext compares and matches without case, wherever it is installed', async ({ skip }) => {
  const { database } = source
  const { rowCount } = await database.query("select from pg_available_extensions where name = 'citext'")
  skip(rowCount === 0, 'the server has no extension citext')
  await database.query(`
    create extension citext;
    create domain email as citext;
    create table people (id int, v citext, e email);
    insert into people values (1, 'Ann', 'ANN@x.org'), (2, 'bob', 'bob@x.org'), (3, null, null)`)
  onTestFinished(
    async () => void (await database.query('drop table people; drop domain email; drop extension citext')),
  )
  const ids = (filter: string): Promise<number[]> => filteredIds(source, 'people', filter)
  expect(await ids('v = "ANN"')).toEqual([1])
  expect(await ids('v in ["ANN", "BOB"]')).toEqual([1, 2])
  expect(await ids('v > "B"')).toEqual([2])
  expect(await ids('v.startsWith("a")')).toEqual([1])
  expect(await ids('e = "ann@X.org"')).toEqual([1])
  expect(await ids('e like "bob@%"')).toEqual([2])
})

test('a refusal names the right one of many literals, past characters that count twice', async () => {
  await source.database.query('create table "𝒯able" (id int, "😀" text, m mood)')
  const refused = (filter: string) => expect(filteredIds(source, '"𝒯able"', filter)).rejects
  await refused('`😀` = "😀😀😀" and m = "happy" and (m = "😡" or m = "sad")').toThrow(
    /refuses "😡" for column "m"/,
  )
  await refused('`😀` = "😀" or m in ["happy", "glad"]').toThrow(
    expect.objectContaining({ name: 'RowFilterError', code: 'refused' }),
  )
})

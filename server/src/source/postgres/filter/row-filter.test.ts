import { describe, expect, test } from 'vitest'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { compileRowFilter } from './row-filter.ts'
import { RowFilterError } from './row-filter-error.ts'

const column = (name: string, typeOid: number, typeName = name) => ({
  name,
  type: describePostgresType({ typeName, typeOid, typmod: -1 }),
})
const columns = [
  column('id', 23, 'integer'),
  column('city', 25, 'text'),
  column('Odd "name"', 1043, 'character varying'),
  column('ok', 16, 'boolean'),
  column('doc', 114, 'json'),
  column('at', 1114, 'timestamp without time zone'),
  column('key', 2950, 'uuid'),
  column('day', 1082, 'date'),
  column('amount', 1700, 'numeric'),
]
const field = (fieldName: string) => ({ nodeType: 'fieldLookup', fieldName })
const literal = (value: unknown) => ({ nodeType: 'literal', value })
const apply = (fnName: string, ...params: unknown[]) => ({ nodeType: 'fnApply', fnName, params })
const compare = (fnName: string, name: string, value: unknown, more = {}) =>
  apply(fnName, { ...field(name), ...more }, literal(value))

describe('compiled', () => {
  test.each([
    [compare('=', 'id', 7), '"id" = $1::bigint', ['7'], `"id" = '7'::bigint`],
    [compare('==', 'id', '7'), '"id" = $1::bigint', ['7'], `"id" = '7'::bigint`],
    [compare('<', 'id', 7.5), '"id" < $1::numeric', ['7.5'], `"id" < '7.5'::numeric`],
    [compare('LIKE', 'city', 'Los%'), '"city" like $1::text', ['Los%'], `"city" like 'Los%'::text`],
    [compare('like', 'id', '1%'), '"id"::text like $1::text', ['1%'], `"id"::text like '1%'::text`],
    [
      compare('In', 'city', ['a', 'b']),
      '"city" in ($1::text, $2::text)',
      ['a', 'b'],
      `"city" in ('a'::text, 'b'::text)`,
    ],
    [compare('in', 'city', []), 'false', [], 'false'],
    [
      compare('notin', 'id', [1, 2.5]),
      '"id" is not null and "id" not in ($1::bigint, $2::numeric)',
      ['1', '2.5'],
      `"id" is not null and "id" not in ('1'::bigint, '2.5'::numeric)`,
    ],
    [compare('notIn', 'city', []), '"city" is not null', [], '"city" is not null'],
    [apply('isNotNull', field('city')), '"city" is not null', [], '"city" is not null'],
    [apply('<=', literal(5), field('id')), '"id" >= $1::bigint', ['5'], `"id" >= '5'::bigint`],
    [apply('!=', literal(5), field('id')), '"id" != $1::bigint', ['5'], `"id" != '5'::bigint`],
    [
      apply('StartsWith', field('city'), literal('50%_\\')),
      '"city" like $1::text',
      ['50\\%\\_\\\\%'],
      ` "city" like  E'50\\\\%\\\\_\\\\\\\\%'::text`.trim(),
    ],
    [
      apply('doesNotContain', field('id'), literal('7'), literal(false)),
      '"id"::text not ilike $1::text',
      ['%7%'],
      `"id"::text not ilike '%7%'::text`,
    ],
    [apply('equals', field('id'), literal(7)), '"id" = $1::bigint', ['7'], `"id" = '7'::bigint`],
    [
      apply('equals', field('city'), literal('Oslo'), literal(true)),
      '"city" = $1::text',
      ['Oslo'],
      `"city" = 'Oslo'::text`,
    ],
    [
      apply('notEqualTo', field('city'), literal('o_o'), literal(false)),
      '"city" not ilike $1::text',
      ['o\\_o'],
      `"city" not ilike  E'o\\\\_o'::text`,
    ],
    [
      compare('=', 'at', '2024-01-01T10:00Z'),
      '"at" = $1::timestamp',
      ['2024-01-01T10:00Z'],
      `"at" = '2024-01-01T10:00Z'::timestamp`,
    ],
    [
      compare('<', 'day', '2024-01-01T10:00'),
      '"day" < $1::timestamp',
      ['2024-01-01T10:00'],
      `"day" < '2024-01-01T10:00'::timestamp`,
    ],
    [apply('ISNULL', field('city')), '"city" is null', [], '"city" is null'],
    [
      apply('NOT', compare('=', 'ok', true)),
      'not ("ok" = $1::boolean)',
      ['true'],
      `not ("ok" = 'true'::boolean)`,
    ],
    [compare('=', 'doc', '{}'), '"doc"::text = $1::text', ['{}'], `"doc"::text = '{}'::text`],
    [
      compare('>=', 'at', '2024-01-01'),
      '"at" >= $1::timestamp',
      ['2024-01-01'],
      `"at" >= '2024-01-01'::timestamp`,
    ],
    [
      compare('=', 'Odd "name"', "it's"),
      '"Odd ""name""" = $1::text',
      ["it's"],
      `"Odd ""name""" = 'it''s'::text`,
    ],
    [
      apply('and', compare('=', 'id', 1), apply('or', compare('=', 'id', 2), compare('=', 'id', 3))),
      '("id" = $1::bigint) and (("id" = $2::bigint) or ("id" = $3::bigint))',
      ['1', '2', '3'],
      `("id" = '1'::bigint) and (("id" = '2'::bigint) or ("id" = '3'::bigint))`,
    ],
  ])('%j', (node, sql, values, literalSql) => {
    expect(compileRowFilter(node, columns)).toMatchObject({ sql, values, literalSql })
    expect(compileRowFilter({ type: 'PQL', format: 'pql/json', value: node }, columns).sql).toBe(sql)
  })
})

describe('refused', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? compare('=', 'id', 1) : apply('not', nested(depth - 1))
  test.each([
    ['an unknown column', compare('=', 'citi', 'x'), /no column "citi".*"city"/],
    ['an unknown function', compare('between', 'id', 1), /"between" is not known/],
    ['too few parameters', apply('=', field('id')), /takes 2 parameters, 1 are given/],
    ['too many', apply('isNull', field('id'), literal(1)), /takes 1/],
    ['none', apply('and'), /at least one/],
    ['a text for an integer', compare('=', 'id', 'seven'), /"seven" can't be compared/],
    ['SQL for an integer', compare('=', 'id', '1; drop table x'), /can't be compared/],
    ['NaN for an integer', compare('=', 'id', 'NaN'), /can't be compared/],
    ['an integer for a boolean', compare('=', 'ok', 1), /can't be compared/],
    ['a number for a time', compare('=', 'at', 20240101), /can't be compared/],
    ['a day that moves', compare('=', 'at', 'today'), /can't be compared/],
    ['no uuid', compare('=', 'key', 'x'), /can't be compared/],
    ['null', compare('=', 'city', null), /can't be compared/],
    ['a list for =', compare('=', 'city', ['a']), /can't be compared/],
    ['a text for in', compare('in', 'city', 'a'), /must be a list/],
    ['a null in a list', compare('in', 'city', [null]), /can't be compared/],
    ['a number for like', compare('like', 'city', 1), /must be a string/],
    ['a NUL', compare('=', 'city', 'a\0b'), /NUL/],
    ['two literals', apply('=', literal(1), literal(1)), /fieldLookup/],
    ['two columns', apply('=', field('id'), field('id')), /literal/],
    ['a function without a name', { nodeType: 'fnApply', params: [] }, /fnName/],
    ['params that are no list', { nodeType: 'fnApply', fnName: '=', params: {} }, /list of params/],
    ['a list', [], /object/],
    ['a column alone', field('ok'), /fnApply/],
    ['a column of a column', compare('=', 'id', 1, { object: field('t') }), /no paths/],
    ['a lone backslash at the end of a pattern', compare('like', 'city', 'a\\\\\\'), /lone backslash/],
    ['half a character', compare('=', 'city', 'a\ud800'), /half of a character/],
    ['digits that JSON lost', compare('=', 'amount', 2 ** 53), /in quotes/],
    ['an order of numbers on text', compare('<', 'city', 7), /text and has no order of numbers/],
    ['an order on json', compare('<', 'doc', '{}'), /no order/],
    ['a pattern that is a number', apply('contains', field('city'), literal(7)), /must be a string/],
    ['a flag that is a text', apply('contains', field('city'), literal('a'), literal('no')), /true or false/],
    [
      'too many flags',
      apply('equals', field('city'), literal('a'), literal(true), literal(true)),
      /takes 2 or 3/,
    ],
    ['an offset without a time zone', compare('=', 'at', '2024-01-01T00:00:00+02:00'), /no time zone/],
    ['a date of this country or that', compare('=', 'at', '06/07/2024'), /YYYY-MM-DD/],
    ['a time of day that moves', compare('=', 'at', '12:00 tomorrow'), /YYYY-MM-DD/],
    ['nanoseconds', compare('=', 'at', '2024-01-01T00:00:00.0000001'), /microseconds/],
    ['an abyss', nested(100), /nested deeper/],
  ])('%s', (_, node, problem) => {
    expect(() => compileRowFilter(node, columns)).toThrow(RowFilterError)
    expect(() => compileRowFilter(node, columns)).toThrow(problem)
  })
})

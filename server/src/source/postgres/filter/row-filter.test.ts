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
  column('amount', 1700, 'numeric'),
]
const field = (fieldName: string) => ({ nodeType: 'fieldLookup', fieldName })
const literal = (value: unknown) => ({ nodeType: 'literal', value })
const apply = (fnName: string, ...params: unknown[]) => ({ nodeType: 'fnApply', fnName, params })
const compare = (fnName: string, name: string, value: unknown) => apply(fnName, field(name), literal(value))

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
    expect(compileRowFilter(node, columns)).toEqual({ sql, values, literalSql })
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
    ['a literal first', apply('=', literal(1), field('id')), /fieldLookup/],
    ['two columns', apply('=', field('id'), field('id')), /literal/],
    ['a function without a name', { nodeType: 'fnApply', params: [] }, /fnName/],
    ['params that are no list', { nodeType: 'fnApply', fnName: '=', params: {} }, /list of params/],
    ['something else', 'id = 1', /fnApply/],
    ['an abyss', nested(100), /nested deeper/],
  ])('%s', (_, node, problem) => {
    expect(() => compileRowFilter(node, columns)).toThrow(RowFilterError)
    expect(() => compileRowFilter(node, columns)).toThrow(problem)
  })
})

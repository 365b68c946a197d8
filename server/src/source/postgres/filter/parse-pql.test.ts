import { describe, expect, test } from 'vitest'
import { type FilterNode, type FilterValue, fieldLookup, filterValue, fnApply } from './filter-tree.ts'
import { parsePql } from './parse-pql.ts'
import type { RowFilterError } from './row-filter-error.ts'

const compare = (sign: string, column: string, value: FilterValue['value']) =>
  fnApply(sign, fieldLookup(column), filterValue(value))
const a = compare('=', 'a', 1)
const b = compare('=', 'b', 2)
const c = compare('=', 'c', 3)

describe('read', () => {
  test.each<[string, FilterNode]>([
    ['homeAddress.country = "US"', compare('=', 'homeAddress.country', 'US')],
    ['a == 1', compare('==', 'a', 1)],
    ['a!=1', compare('!=', 'a', 1)],
    ['a<-1.5', compare('<', 'a', -1.5)],
    ['a<=true', compare('<=', 'a', true)],
    ['a > FALSE', compare('>', 'a', false)],
    ['a >= "x"', compare('>=', 'a', 'x')],
    ['5 < a', fnApply('<', filterValue(5), fieldLookup('a'))],
    ['"US" = `a`', fnApply('=', filterValue('US'), fieldLookup('a'))],
    ['day >= date(2020, 3, 14)', compare('>=', 'day', '2020-03-14')],
    ['date(800,1,2)<day', fnApply('<', filterValue('0800-01-02'), fieldLookup('day'))],
    ['date = "2020-03-14"', compare('=', 'date', '2020-03-14')],
    ['city like "%es%"', compare('like', 'city', '%es%')],
    ['city not like "a"', fnApply('not', compare('like', 'city', 'a'))],
    ['city in ["US", \'CA\']', compare('in', 'city', ['US', 'CA'])],
    ['n IN (3, 6.5, true, date(2020,1,1))', compare('in', 'n', [3, 6.5, true, '2020-01-01'])],
    ['n in []', compare('in', 'n', [])],
    ['n notIn [1]', compare('notIn', 'n', [1])],
    ['n NOT IN [1]', compare('notIn', 'n', [1])],
    ['isNull(a)', fnApply('isNull', fieldLookup('a'))],
    ['ISNOTNULL ( `a b` )', fnApply('isNotNull', fieldLookup('a b'))],
    ['a.isNull()', fnApply('isNull', fieldLookup('a'))],
    ['x.y.isNotNull()', fnApply('isNotNull', fieldLookup('x.y'))],
    ['a is null', fnApply('isNull', fieldLookup('a'))],
    ['a IS NOT NULL', fnApply('isNotNull', fieldLookup('a'))],
    ['isNull = 1', compare('=', 'isNull', 1)],
    ['name.startsWith("Joe")', compare('startsWith', 'name', 'Joe')],
    [
      'name.equals("Joe", false)',
      fnApply('equals', fieldLookup('name'), filterValue('Joe'), filterValue(false)),
    ],
    ['name.DOESNOTCONTAIN("x")', compare('doesNotContain', 'name', 'x')],
    ['(a = 1)', a],
    ['a = 1 and b = 2 or c = 3', fnApply('or', fnApply('and', a, b), c)],
    ['a = 1 or b = 2 and c = 3', fnApply('or', a, fnApply('and', b, c))],
    ['(a = 1 or b = 2) and c = 3', fnApply('and', fnApply('or', a, b), c)],
    ['a = 1 and b = 2 and c = 3', fnApply('and', a, b, c)],
    ['(a = 1 and b = 2) and c = 3', fnApply('and', fnApply('and', a, b), c)],
    ['not a = 1 and b = 2', fnApply('and', fnApply('not', a), b)],
    ['NOT (a = 1 and b = 2)', fnApply('not', fnApply('and', a, b))],
    ['!(a = 1) Or !b = 2', fnApply('or', fnApply('not', a), fnApply('not', b))],
    ['not not a = 1', fnApply('not', fnApply('not', a))],
    [' \n\ta\r\n=\u00a01 ', a],
  ])('%s', (text, tree) => {
    expect(parsePql(text).node).toEqual(tree)
  })
})

test.each([
  ['`a b`', 'a b'],
  ['`say "hi"`', 'say "hi"'],
  ['`tick``tick`', 'tick`tick'],
  ['`a.b`', 'a.b'],
  ['`back\\slash`', 'back\\slash'],
  ['`and`', 'and'],
  ['`true`', 'true'],
  ['`isNull`', 'isNull'],
  ['``', ''],
  ['ÜBER', 'ÜBER'],
  ['名前', '名前'],
  ['_x$1', '_x$1'],
  ['person.`next`.name', 'person.next.name'],
])('the name %s is %s', (text, name) => {
  expect(parsePql(`${text} = 1`).node).toEqual(compare('=', name, 1))
})

test.each([
  ['"it\'s"', "it's"],
  ['\'say "hi"\'', 'say "hi"'],
  ['"a""b"', 'a"b'],
  ["'O''Neill'", "O'Neill"],
  ['""', ''],
  ['""""', '"'],
  [String.raw`"\"\'\\\/\b\f\n\r\t\u00e4\ud83d\ude00"`, '"\'\\/\b\f\n\r\tä😀'],
  ['"line\nbreak"', 'line\nbreak'],
  ['"-- ; /* $1 $$"', '-- ; /* $1 $$'],
  ['"`"', '`'],
])('the text %s is %j', (text, value) => {
  expect(parsePql(`a = ${text}`).node).toEqual(compare('=', 'a', value))
})

test.each([
  ['0', 0],
  ['-201', -201],
  ['0.6942058', 0.6942058],
  ['9007199254740991', 9007199254740991],
])('the number %s is a number', (text, value) => {
  expect(parsePql(`a = ${text}`).node).toEqual(compare('=', 'a', value))
})

test.each<[string, 'Integer' | 'Double']>([
  ['9007199254740993', 'Integer'],
  ['9007199254740992', 'Integer'],
  ['-0', 'Integer'],
  ['+5', 'Integer'],
  ['12345678901234567890.123456789', 'Double'],
  ['0.1000000000000000055511151231257827', 'Double'],
  ['1.50', 'Double'],
  ['1e400', 'Double'],
  ['1E2', 'Double'],
])('the number %s keeps its digits', (text, literalType) => {
  const value = { nodeType: 'literal', literalType, value: text } as const
  expect(parsePql(`a = ${text}`).node).toEqual(fnApply('=', fieldLookup('a'), value))
  expect(parsePql(`a in [${text}]`).node).toEqual(compare('in', 'a', [text]))
})

/** Text, code, offset, token, and what the message says. */
describe('refused', () => {
  test.each<[string, string, number, string, RegExp]>([
    ['', 'syntax', 0, '', /Expected a column, found the end/],
    ['   ', 'syntax', 3, '', /Expected a column/],
    ['a', 'syntax', 1, '', /Expected a comparison, found the end.*true or false/],
    ['a =', 'syntax', 3, '', /Expected a literal/],
    ['a = 1 b', 'syntax', 6, 'b', /Expected "and", "or" or the end, found "b"/],
    ['a = 1 and', 'syntax', 9, '', /Expected a column/],
    ['(a = 1', 'syntax', 6, '', /"and", "or" or "\)"/],
    ['a = 1)', 'syntax', 5, ')', /the end, found "\)"/],
    ['a = b', 'syntax', 4, 'b', /literals only; texts go in quotes/],
    ['a = `b`', 'syntax', 4, '`b`', /literals only/],
    ['a = null', 'syntax', 4, 'null', /isNull or isNotNull/],
    ['"a" = "b"', 'syntax', 6, '"b"', /Expected a column.*backticks/],
    ['1 a', 'syntax', 2, 'a', /Expected a comparison/],
    ['a = = 1', 'syntax', 4, '=', /Expected a literal/],
    ['a <> 1', 'syntax', 3, '>', /Expected a literal/],
    ['a && b', 'syntax', 2, '&', /character "&" can't stand here/],
    ['a = “US”', 'syntax', 4, '“', /straight quotes/],
    ['$1.a = 1', 'syntax', 0, '$', /can't stand here/],
    ['first-name = 1', 'syntax', 5, '-', /in backticks/],
    ['a = 1; drop table x', 'syntax', 5, ';', /can't stand here/],
    ['a = 1 -- x', 'syntax', 6, '-', /can't stand here/],
    ['a = "x', 'syntax', 4, '"x', /never closed/],
    ['`a = 1', 'syntax', 0, '`a = 1', /never closed/],
    ['a = "\\w"', 'syntax', 5, '\\w', /escape \\w is not known/],
    ['a = "\\u12"', 'syntax', 5, '\\u', /not known/],
    ['a = "x\\', 'syntax', 6, '\\', /not known/],
    ['and = 1', 'syntax', 0, 'and', /is a word of PQL/],
    ['a = 1 or like like "x"', 'syntax', 9, 'like', /is a word of PQL/],
    ['a.= 1', 'syntax', 2, '=', /name after the dot/],
    ['a in 1', 'syntax', 5, '1', /Expected a list/],
    ['a in [1, ]', 'syntax', 9, ']', /Expected a literal/],
    ['a in [1 2]', 'syntax', 8, '2', /"," or "]"/],
    ['a in [1)', 'syntax', 7, ')', /"," or "]"/],
    ['a in [null]', 'syntax', 6, 'null', /isNull/],
    ['a in [[1]]', 'syntax', 6, '[', /Expected a literal/],
    ['a like 7', 'syntax', 7, '7', /a text in quotes/],
    ['a not = 1', 'syntax', 6, '=', /"in" or "like" after "not"/],
    ['a not notIn [1]', 'syntax', 6, 'notIn', /"in" or "like" after "not"/],
    ['a is 1', 'syntax', 5, '1', /"null" or "not null"/],
    ['isNull(a', 'syntax', 8, '', /"\)"/],
    ['isNull()', 'syntax', 7, ')', /Expected a column/],
    ['startsWith(a, "x")', 'syntax', 10, '(', /column\.startsWith/],
    ['day = date(2020, 3)', 'syntax', 18, ')', /","/],
    ['day = date("2020", 3, 1)', 'syntax', 11, '"2020"', /whole number/],
    ['day = date(2020, 3, 1.5)', 'syntax', 20, '1.5', /whole number/],
    ['a between 1 and 2', 'unknown-function', 2, 'between', /"between" is not known\. Filters know =, !=/],
    ['day occurs before today', 'unknown-function', 4, 'occurs', /"occurs" is not known/],
    ['full.name.matches("x")', 'unknown-function', 10, 'matches', /"matches" is not known/],
    ['name.startWith("x")', 'unknown-function', 5, 'startWith', /Did you mean startsWith\?/],
    ['name.and("x")', 'unknown-function', 5, 'and', /"and" is not known/],
    ['if(a = 1, b = 2, c = 3)', 'unknown-function', 0, 'if', /"if" is not known/],
    ['pg_sleep(10) = 1', 'unknown-function', 0, 'pg_sleep', /"pg_sleep" is not known/],
  ])('%s', (text, code, position, token, message) => {
    const refusal = refusalOf(text)
    expect(refusal).toMatchObject({ name: 'RowFilterError', code, position, token })
    expect(refusal?.message).toMatch(message)
    expect(refusal?.message).toContain(`offset ${position}`)
  })
})

function refusalOf(text: string): RowFilterError | undefined {
  try {
    parsePql(text)
    return undefined
  } catch (error) {
    return error as RowFilterError
  }
}

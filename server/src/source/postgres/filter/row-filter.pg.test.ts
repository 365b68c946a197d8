import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS } from './filter-limits.ts'
import { type FilterValue, fieldLookup, filterValue, fnApply } from './filter-tree.ts'
import { filteredIds } from './testing/filtered-ids.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(`
    create table orders (
      id int, number int8, customer text not null, amount numeric(12,2), placed timestamptz, day date, paid boolean);
    insert into orders values
      (1, 7, 'Ann', 12.50, '2022-06-22 17:19:33.000001+02', '2022-06-22', true),
      (2, 9007199254740993, 'O''Neill; --', null, 'infinity', null, false),
      (3, -3, 'back\\slash', 0.00, '1883-11-18 12:03:57-05', '1999-12-31', null)`)
})
afterAll(() => source[Symbol.asyncDispose]())

const compare = (fnName: string, column: string, value: FilterValue['value']) =>
  fnApply(fnName, fieldLookup(column), filterValue(value))

/** Tree, text, ids. Each compiles to the same SQL in both notations. */
describe('every function gives its rows', () => {
  test.each<[unknown, string, number[]]>([
    [compare('=', 'number', 7), 'number = 7', [1]],
    [compare('==', 'number', 7), 'number == 7', [1]],
    [compare('=', 'number', '9007199254740993'), 'number = 9007199254740993', [2]],
    [compare('!=', 'customer', 'Ann'), 'customer != "Ann"', [2, 3]],
    [compare('<', 'number', 7.5), 'number < 7.5', [1, 3]],
    [compare('<=', 'amount', 12.5), 'amount <= 12.5', [1, 3]],
    [compare('>', 'placed', '2000-01-01T00:00:00Z'), 'placed > "2000-01-01T00:00:00Z"', [1, 2]],
    [compare('>=', 'day', '2022-06-22'), 'day >= date(2022, 6, 22)', [1]],
    [fnApply('>', filterValue(0), fieldLookup('number')), '0 > number', [3]],
    [compare('=', 'paid', true), 'paid = true', [1]],
    [compare('like', 'customer', '%n%'), 'customer like "%n%"', [1]],
    [compare('LIKE', 'amount', '%.50'), "amount LIKE '%.50'", [1]],
    [compare('in', 'number', [7, '-3', 8]), 'number in [7, "-3", 8]', [1, 3]],
    [compare('IN', 'number', []), 'number in ()', []],
    [compare('notIn', 'amount', [12.5, 1]), 'amount notIn [12.5, 1]', [3]],
    [compare('notin', 'amount', []), 'amount not in []', [1, 3]],
    [fnApply('isNull', fieldLookup('amount')), 'isNull(amount)', [2]],
    [fnApply('ISNULL', fieldLookup('amount')), 'amount.isNull()', [2]],
    [fnApply('isNotNull', fieldLookup('amount')), 'amount is not null', [1, 3]],
    [compare('startsWith', 'customer', 'A'), 'customer.startsWith("A")', [1]],
    [compare('doesNotStartWith', 'customer', 'A'), 'customer.doesNotStartWith("A")', [2, 3]],
    [compare('endsWith', 'customer', '--'), 'customer.endsWith("--")', [2]],
    [compare('doesNotEndWith', 'customer', '--'), 'customer.doesNotEndWith("--", true)', [1, 3]],
    [compare('contains', 'customer', 'k\\s'), 'customer.contains("k\\\\s")', [3]],
    [compare('doesNotContain', 'customer', 'n'), 'customer.doesNotContain("n")', [2, 3]],
    [
      fnApply('contains', fieldLookup('customer'), filterValue('N'), filterValue(false)),
      'customer.contains("N", false)',
      [1, 2],
    ],
    [compare('equals', 'customer', 'ANN'), 'customer.equals("ANN")', []],
    [
      fnApply('equals', fieldLookup('customer'), filterValue('ANN'), filterValue(false)),
      'customer.equals("ANN", false)',
      [1],
    ],
    [compare('notEqualTo', 'customer', 'Ann'), 'customer.notEqualTo("Ann")', [2, 3]],
    [
      fnApply('notEqualTo', fieldLookup('customer'), filterValue('ann'), filterValue(false)),
      'customer.notEqualTo("ann", false)',
      [2, 3],
    ],
    [fnApply('and', compare('>', 'number', 0), compare('<', 'number', 8)), 'number > 0 and number < 8', [1]],
    [fnApply('OR', compare('=', 'number', 7), compare('<', 'number', 0)), 'number = 7 or number < 0', [1, 3]],
    [fnApply('NOT', fnApply('isNull', fieldLookup('amount'))), 'not (isNull(amount))', [1, 3]],
    [fnApply('and', compare('=', 'number', 7)), '(number = 7)', [1]],
    [
      fnApply(
        'and',
        fnApply(
          'not',
          fnApply(
            'or',
            compare('=', 'id', 1),
            fnApply('and', compare('=', 'id', 2), compare('=', 'number', 0)),
          ),
        ),
        compare('>', 'id', 1),
      ),
      'not (id = 1 or id = 2 and number = 0) and id > 1',
      [2, 3],
    ],
    [compare('=', 'customer', "O'Neill; --"), 'customer = "O\'Neill; --"', [2]],
    [compare('=', 'customer', 'back\\slash'), 'customer = "back\\\\slash"', [3]],
  ])('%j as %s', async (tree, text, ids) => {
    expect(await filteredIds(source, 'orders', { type: 'PQL', format: 'pql/json', value: tree })).toEqual(ids)
    expect(await filteredIds(source, 'orders', { type: 'PQL', format: 'pql/text', value: text })).toEqual(ids)
  })
})

/** A comparison with a null is unknown, and so is its negation; null functions and notIn always know. */
test.each<[string, number[]]>([
  ['amount = 12.5', [1]],
  ['amount != 12.5', [3]],
  ['not (amount = 12.5)', [3]],
  ['not (amount in [12.5])', [3]],
  ['amount notIn [12.5]', [3]],
  ['not (amount notIn [12.5])', [1, 2]],
  ['amount = 0 or id = 2', [2, 3]],
  ['amount = 0 and id = 2', []],
  ['not (amount = 0 and id = 2)', [1, 3]],
  ['paid = false or not (paid = false)', [1, 2]],
])('nulls: %s', async (text, ids) => {
  expect(await filteredIds(source, 'orders', text)).toEqual(ids)
})

/** What the limits let through, PostgreSQL has to take. */
test.each<[string, string, number[]]>([
  ['a long list', `id in [${Array.from({ length: MAX_ITEMS - 1 }, (_, index) => index + 2).join()}]`, [2, 3]],
  [
    'many conditions',
    Array.from({ length: MAX_ITEMS / 2 - 1 }, (_, index) => `id = ${index + 3}`).join(' or '),
    [3],
  ],
  ['many groups', `${'(id > 0 and '.repeat(MAX_DEPTH / 2)}id = 2${')'.repeat(MAX_DEPTH / 2)}`, [2]],
  ['many nots', `${'not ('.repeat(MAX_DEPTH)}id = 2${')'.repeat(MAX_DEPTH)}`, [2]],
  ['a long text', `customer != "${'x'.repeat(MAX_CHARACTERS - 20)}"`, [1, 2, 3]],
])('%s', async (_, text, ids) => {
  expect(await filteredIds(source, 'orders', text)).toEqual(ids)
})

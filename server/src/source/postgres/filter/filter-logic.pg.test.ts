import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeRelation, type RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { parsePql } from './parse-pql.ts'
import { compileRowFilter } from './row-filter.ts'
import { printPql } from './testing/print-pql.ts'
import { type RandomColumn, RandomFilters, seededRandom } from './testing/random-filter.ts'
import { holds, type ReferenceRow } from './testing/reference-filter.ts'

const COLUMNS: readonly RandomColumn[] = [
  { name: 'n', literals: [-1, 0, 1, 2, 1.5, '2', '9007199254740993'] },
  { name: 'x', literals: [-0.25, 0, 0.5, 12.75, '0.50', 7] },
  { name: 'flag', literals: [true, false, 'true'] },
  { name: 'the "day"', literals: ['1999-12-31', '2024-02-29', '2024-03-01'] },
  { name: 't`x', literals: ['', 'a', 'A', 'ab', 'b', 'a%', '\\', 'c"\'d'], isText: true },
]

let source: TestSource
let shape: RelationShape
let rows: readonly ReferenceRow[]

/** Every value of a column, and null, meets many of the others. */
beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(
    'create table random (id int, n int8, x numeric(8,2), flag boolean, "the ""day""" date, "t`x" text collate "C")',
  )
  const random = seededRandom(7)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  rows = Array.from({ length: 60 }, (_, id) => ({
    id,
    n: pick([-1, 0, 1, 2, null]),
    x: pick([-0.25, 0, 0.5, 12.75, null]),
    flag: pick([true, false, null]),
    'the "day"': pick(['1999-12-31', '2024-02-29', null]),
    't`x': pick(['', 'a', 'A', 'ab', 'b', 'a%', '\\', 'c"\'d', null]),
  }))
  for (const row of rows) {
    await source.database.query('insert into random values ($1, $2, $3, $4, $5, $6)', Object.values(row))
  }
  shape = await describeRelation(source.session, 'random')
})
afterAll(() => source[Symbol.asyncDispose]())

test('a filter means what its words mean, in both notations and both statements', async () => {
  const filters = new RandomFilters(seededRandom(42), COLUMNS)
  let selective = 0
  for (let index = 0; index < 600; index++) {
    const tree = filters.next(index % 5)
    const text = printPql(tree)
    expect(parsePql(text).node).toEqual(tree)
    const expected = rows.filter((row) => holds(tree, row) === true).map((row) => row['id'])
    const filter = compileRowFilter(tree, shape.columns)
    expect(compileRowFilter(text, shape.columns)).toEqual(filter)
    const bound = await idsOf(filter.sql, filter.values)
    expect(bound, text).toEqual(expected)
    expect(await idsOf(filter.literalSql), text).toEqual(expected)
    if (expected.length > 0 && expected.length < rows.length) selective++
  }
  // Filters that take all rows or none would prove little.
  expect(selective).toBeGreaterThan(400)
}, 60_000)

async function idsOf(condition: string, values: readonly string[] = []): Promise<unknown[]> {
  const found = await source.session.query(`select id from random where ${condition} order by id`, values)
  return found.map(({ id }) => id)
}

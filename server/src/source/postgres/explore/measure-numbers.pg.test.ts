import { afterAll, expect, test } from 'vitest'
import { createTestSource } from '#source/postgres/testing/test-source.ts'
import { measureNumbers } from './measure-numbers.ts'

const source = await createTestSource()
afterAll(() => source[Symbol.asyncDispose]())

test('numbers are counted by their digits before and after the point', async () => {
  const nines = '9'.repeat(38)
  await source.database.query(`
    create table measured (n numeric, m money, none numeric);
    insert into measured values (0, 1.5, null), (0.001, -20, null), (-0.5, 0, null), (100, null, null),
      (-1234.50, null, null), (99.25, null, null), (${nines}, null, null), ('NaN', null, 'NaN')`)
  const relation = { schema: 'public', name: 'measured' }
  const widths = await measureNumbers(source.session, relation, ['n', 'm', 'none'])
  const told = (name: string) =>
    widths.get(name)?.map(({ wholeDigits, scale, count }) => `${wholeDigits}.${scale} ${count}`)
  expect(told('n')?.sort()).toEqual(['0.0 1', '0.1 1', '0.3 1', '2.2 1', '3.0 1', '38.0 1', '4.1 1'])
  expect(told('m')?.sort()).toEqual(['0.0 1', '1.1 1', '2.0 1'])
  expect(told('none')).toEqual([])
})

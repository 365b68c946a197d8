import { expect, test } from 'vitest'
import { firstFreeName, isTableName, tableNameOf } from './table-name.ts'

test.each([
  ['Loyalty Members (EU)', 'loyalty_members_eu'],
  ['customerOrders', 'customer_orders'],
  ['Überblick – Käufe', 'uberblick_kaufe'],
  ['2026 sales', 't_2026_sales'],
  ['__x__', 'x'],
  ['売上', 'dataset'],
  ['', 'dataset'],
])('%j becomes %s', (name, table) => {
  expect(tableNameOf(name)).toBe(table)
  expect(isTableName(table)).toBe(true)
})

test('a long name leaves room for a number', () => {
  const name = tableNameOf('a'.repeat(200))
  expect(isTableName(firstFreeName(name, new Set([name])))).toBe(true)
})

test('the first free number is taken', () => {
  expect(firstFreeName('a', new Set())).toBe('a')
  expect(firstFreeName('a', new Set(['a', 'a_2', 'a_4']))).toBe('a_3')
})

import { expect, test } from 'vitest'
import { formatCounts, formatFacts, formatTable, formatTime } from './print.ts'

test('columns are as wide as their widest cell; numbers stand to the right', () => {
  const rows = [
    ['a', 1200, undefined],
    ['längere', 7, 'x'],
  ]
  expect(formatTable(['NAME', 'READ', 'NOTE'], rows)).toBe(
    ['NAME     READ  NOTE', 'a        1200', 'längere     7  x', ''].join('\n'),
  )
})

test('an empty list shows its titles', () => {
  expect(formatTable(['ID', 'NAME'], [])).toBe('ID  NAME\n')
})

test('facts stand below their head; what is not known is left out', () => {
  expect(formatFacts('Orders', { id: '1', description: undefined, state: 'enabled', note: '' })).toBe(
    'Orders\n  id     1\n  state  enabled\n',
  )
})

test('counts are grouped, times are in UTC', () => {
  expect(formatCounts({ read: 1234567, landed: 0, 'set aside': undefined })).toBe('1,234,567 read, 0 landed')
  expect([formatTime(1760000000999), formatTime(undefined)]).toEqual(['2025-10-09T08:53:20Z', ''])
})

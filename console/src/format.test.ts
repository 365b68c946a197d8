import { expect, test } from 'vitest'
import { formatAgo, formatAmount, formatBytes, formatDuration } from './format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [24_812_345, '24.8 MB'],
])('%d bytes are %s', (value, text) => expect(formatBytes(value)).toBe(text))

test.each([
  [420, '0.42 s'],
  [9_996, '10.0 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 00 s'],
  [3_599_400, '59 min 59 s'],
  [3_599_600, '1 h 00 min'],
  [7_800_000, '2 h 10 min'],
  [-5, '< 0.01 s'],
  [4, '< 0.01 s'],
])('%d ms last %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

test.each([
  [0, 'just now'],
  [12_000, '12 s ago'],
  [3_599_000, '59 min ago'],
  [-90_000, 'in 1 min'],
  [5 * 86_400_000, '5 d ago'],
])('%d ms away is %s', (ms, text) => expect(formatAgo(1e12 - ms, 1e12)).toBe(text))

test('one is singular', () => {
  expect([formatAmount(1, 'row'), formatAmount(1200, 'row')]).toEqual(['1 row', '1,200 rows'])
})

import { expect, test } from 'vitest'
import { exceedsThreshold } from './threshold.ts'

test('five of a hundred pass at five percent, six do not', () => {
  expect(exceedsThreshold({ rowsRead: 100, rowsRejected: 5 }, 5)).toBe(false)
  expect(exceedsThreshold({ rowsRead: 100, rowsRejected: 6 }, 5)).toBe(true)
})

test('without partial ingestion a single bad row is too many, and no row at all is fine', () => {
  expect(exceedsThreshold({ rowsRead: 1_000_000, rowsRejected: 1 }, undefined)).toBe(true)
  expect(exceedsThreshold({ rowsRead: 0, rowsRejected: 0 }, undefined)).toBe(false)
})

test('a fraction of a percent is taken as it is', () => {
  expect(exceedsThreshold({ rowsRead: 10_000_000, rowsRejected: 100 }, 0.001)).toBe(false)
  expect(exceedsThreshold({ rowsRead: 10_000_000, rowsRejected: 101 }, 0.001)).toBe(true)
})

import { expect, test } from 'vitest'
import { shareOut } from './connection-budget.ts'

test('no budget is exceeded, however slices and planners meet, and each kind always has a place', () => {
  for (let budget = 3; budget <= 1_000; budget++) {
    const { extractsPerConnection: slices, plansPerConnection: plans } = shareOut(budget)
    expect(Math.min(slices, plans)).toBeGreaterThan(0)
    expect(slices + 2 * plans).toBeLessThanOrEqual(budget)
    expect(slices + 2 * plans).toBeGreaterThanOrEqual(budget - 1)
  }
})

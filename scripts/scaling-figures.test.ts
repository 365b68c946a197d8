import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withScalingFigures } from './scaling-figures.ts'

test('the figures of docs/scaling.md are those that were measured', () => {
  const page = readFileSync(new URL('../docs/scaling.md', import.meta.url), 'utf8')
  expect(withScalingFigures(page)).toBe(page)
})

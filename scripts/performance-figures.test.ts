import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { charts } from './performance-charts.ts'
import { withFigures } from './performance-figures.ts'

const DOCS = join(import.meta.dirname, '../docs')

test('the page about performance says what the result files say (else: node scripts/write-performance.ts)', () => {
  const page = readFileSync(join(DOCS, 'performance.md'), 'utf8')
  expect(page).toMatch(/<!-- lineitem -->\n6,000,000 rows/)
  expect(withFigures(page)).toBe(page)
})

test('its charts are drawn from the result files', () => {
  const drawn = charts()
  expect(drawn.size).toBeGreaterThan(0)
  for (const [name, drawing] of drawn)
    expect(readFileSync(join(DOCS, 'performance', name), 'utf8'), name).toBe(drawing)
})

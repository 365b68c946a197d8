import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFigures } from './protection-table.ts'

test('the page about sparing the source has the figures that were measured (else: node scripts/write-protection.ts)', () => {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8')
  const page = read('docs/source-protection.md')
  expect(page).toMatch(/\| headwater \(/)
  expect(withFigures(page, JSON.parse(read('bench/results/protection.json')))).toBe(page)
})

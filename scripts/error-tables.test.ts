import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withErrorTables } from './error-tables.ts'

test('the page about errors has every code (else: node scripts/write-error-page.ts)', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8')
  expect(page).toMatch(/\| 1100-400 \|[\s\S]*\| 1416-400 \|/)
  expect(withErrorTables(page)).toBe(page)
})

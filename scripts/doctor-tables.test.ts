import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withTables } from './doctor-tables.ts'

test('the page about the connection doctor has every code (else: node scripts/write-doctor-page.ts)', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/connection-doctor.md'), 'utf8')
  expect(page).toMatch(/`PASSWORD_REFUSED`[\s\S]*`SELECT_MISSING`/)
  expect(withTables(page)).toBe(page)
})

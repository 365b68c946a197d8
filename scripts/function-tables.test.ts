import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFunctionTables } from './function-tables.ts'

test('the page about mappings has every function (else: node scripts/write-mapping-page.ts)', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/mapping.md'), 'utf8')
  expect(page).toMatch(/\| `concat\([\s\S]*\| `aa_get_event_id\([\s\S]*\| `ua_os_name` \|/)
  expect(withFunctionTables(page)).toBe(page)
})

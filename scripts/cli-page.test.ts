import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliPage } from './cli-page.ts'

test('the page about the command line is what the commands say (else: node scripts/write-cli-page.ts)', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/cli.md'), 'utf8')
  expect(page).toMatch(/## headwater ingest[\s\S]*--incremental <column>[\s\S]*### headwater runs watch/)
  expect(cliPage()).toBe(page)
})

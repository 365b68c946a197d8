import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SHAPE_CHANGES } from '@headwater/server/source/postgres/shape/shape-change.ts'
import { expect, test } from 'vitest'
import { withTables } from './drift-page.ts'
import { KINDS } from './kinds.ts'
import { POLICY_KINDS } from './policy-kinds.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/drift.md'), 'utf8')

test('the tables of docs/drift.md are those of the scenarios (write them with node scripts/write-drift.ts)', () => {
  expect(PAGE).toBe(withTables(PAGE))
})

test('every code of the catalogue is met in a scenario', () => {
  const met = [...KINDS, ...POLICY_KINDS].flatMap(({ between, during }) =>
    [between, during].flatMap(({ drift = {} }) => Object.keys(drift)),
  )
  expect(Object.keys(SHAPE_CHANGES).filter((code) => !met.includes(code))).toEqual([])
})

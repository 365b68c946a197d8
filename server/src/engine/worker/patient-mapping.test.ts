import { expect, test } from 'vitest'
import { parseColumnType } from '#columns/column-type.ts'
import type { ColumnBatch } from '#columns/vector.ts'
import { compileMapping } from '#mapping/compile-mapping.ts'
import type { FieldRules } from '#mapping/field-rules.ts'
import { planMapping } from '#mapping/plan-mapping.ts'
import { createVectorWriter } from '#mapping/write-vector.ts'
import { patientMapping, SlowExpressionError } from './patient-mapping.ts'

const TEXT = parseColumnType('string') ?? expect.fail()
const BOOLEAN = parseColumnType('boolean') ?? expect.fail()

function batchOf(value: string): ColumnBatch {
  const writer = createVectorWriter(TEXT, 1)
  writer.write(0, value)
  return { rowCount: 1, columns: [writer.vector] }
}

function mappingOf(source: string, rules?: FieldRules) {
  const isColumn = source === 'a'
  const { plan, problems } = planMapping({
    columns: [{ name: 'a', type: TEXT }],
    fields: [{ id: 1, name: 'to', required: false, type: isColumn ? TEXT : BOOLEAN }],
    entries: [{ sourceType: isColumn ? 'ATTRIBUTE' : 'EXPRESSION', source, destination: 'to' }],
    rules,
  })
  expect(problems).toEqual([])
  return patientMapping(compileMapping(plan, { nowMs: 0 }), plan, 50)
}

const ENDLESS = `${'a'.repeat(60)}b`

test.each<[string, FieldRules?]>([
  ['matches_regex(a, "(a+)+")'],
  ['iif(true, matches_regex(a, "(a+)+$"), false)'],
  ['a', { fields: { to: { pattern: '^(a+)+$' } } }],
])('%s is ended by the value that it never ends on', (source, rules) => {
  const mapping = mappingOf(source, rules)
  expect(mapping.apply(batchOf('aaa')).rowCount).toBe(1)
  expect(() => mapping.apply(batchOf(ENDLESS))).toThrow(SlowExpressionError)
  expect(mapping.apply(batchOf('aaa')).rowCount).toBe(1)
})

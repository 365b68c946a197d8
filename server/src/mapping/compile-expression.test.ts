import { describe, expect, it } from 'vitest'
import type { ColumnType, LakeField } from '#columns/column-type.ts'
import { compileMapping } from './compile-mapping.ts'
import { DateValue } from './dates.ts'
import { Decimal } from './decimal.ts'
import { parseExpression } from './parse-expression.ts'
import { planMapping } from './plan-mapping.ts'
import { TEST_NOW_MS } from './testing/evaluate-text.ts'
import { createRandom, randomExpression } from './testing/random-expression.ts'
import { valuesOf } from './testing/read-values.ts'
import { evaluateByWalking, NO_VALUE } from './testing/reference.ts'
import { isArray, isMap, textOf, type Value } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

const COLUMNS: readonly { name: string; type: ColumnType; values: readonly Value[] }[] = [
  { name: 'i', type: { kind: 'int' }, values: [1n, -5n, 0n, null, 2147483647n, 12n, 3n, null] },
  {
    name: 'l',
    type: { kind: 'long' },
    values: [9007199254740993n, 0n, null, -1n, 7n, 10n, -(2n ** 63n), 4n],
  },
  { name: 'd', type: { kind: 'double' }, values: [0.5, -0.1, null, 1e20, Number.NaN, 0, 2, -3.75] },
  {
    name: 'm',
    type: { kind: 'decimal', precision: 12, scale: 2 },
    values: [1250, 0, -1, null, 99, 100, 999999999999, 7].map((n) =>
      n === null ? null : new Decimal(BigInt(n), 2),
    ),
  },
  {
    name: 's',
    type: { kind: 'string' },
    values: ['abc', '', null, '12', ' x ', '2020-01-02', 'YYYY', 'ünï,cödé'],
  },
  { name: 'b', type: { kind: 'boolean' }, values: [true, false, null, true, true, false, null, false] },
  {
    name: 't',
    type: { kind: 'timestamptz' },
    values: [0n, 1571829875123456n, null, -1n, 1n, 1600000000000000n, null, 5n].map((n) =>
      n === null ? null : new DateValue(n),
    ),
  },
  {
    name: 'day',
    type: { kind: 'date' },
    values: [0n, 18000n, null, -1n, 1n, 20000n, null, 5n].map((n) =>
      n === null ? null : new DateValue(n * 86_400_000_000n, true),
    ),
  },
]
const ROWS = 8
/** Each over all rows: a million pairs. */
const EXPRESSIONS = 125_000
const FIELDS: readonly LakeField[] = [{ id: 1, name: 'out', required: false, type: { kind: 'string' } }]

const vectors = new Map(
  COLUMNS.map(({ name, type, values }) => {
    const writer = createVectorWriter(type, ROWS)
    for (const [row, value] of values.entries()) writer.write(row, value)
    return [name, writer.vector] as const
  }),
)
const records = Array.from(
  { length: ROWS },
  (_, row) => new Map(COLUMNS.map(({ name, values }) => [name, values[row] ?? null])),
)

/** What the compiled mapping gives for each row, and how many rows had no value. */
function runCompiled(source: string) {
  const entries = [{ sourceType: 'EXPRESSION', source, destination: 'out' }] as const
  const { plan, problems } = planMapping({ entries, columns: COLUMNS, fields: FIELDS })
  // Constants that can't work are refused before there is a row.
  if (problems.length > 0) return undefined
  const columns = plan.usedColumns.map((name) => vectors.get(name) ?? expect.fail(name))
  const crossed = JSON.parse(JSON.stringify(plan)) as typeof plan
  const mapped = compileMapping(crossed, { nowMs: TEST_NOW_MS }).apply({ rowCount: ROWS, columns })
  return {
    texts: valuesOf({ kind: 'string' }, mapped.columns[0] ?? expect.fail('no column'), ROWS),
    failed: mapped.warnings.reduce((sum, warning) => sum + warning.count, 0),
  }
}

function runReference(source: string) {
  const values = records.map((record) => evaluateByWalking(parseExpression(source), record, TEST_NOW_MS))
  const isText = (value: Value) => !isArray(value) && !isMap(value)
  const failed = values.filter((value) => value === NO_VALUE || !isText(value)).length
  const texts = values.map((value) =>
    value === NO_VALUE || value === null || !isText(value) ? null : textOf(value),
  )
  return { texts, failed }
}

describe('the compiled expression', () => {
  it('agrees with the one that walks the tree, on a million values', { timeout: 120_000 }, () => {
    const random = createRandom(20_240_607)
    const names = COLUMNS.map((column) => column.name)
    let withValue = 0
    let refused = 0
    for (let count = 0; count < EXPRESSIONS; count++) {
      const source = randomExpression(random, names, 3)
      const found = runCompiled(source)
      if (found === undefined) {
        refused++
        continue
      }
      const expected = runReference(source)
      expect(found, source).toEqual(expected)
      withValue += expected.texts.filter((text) => text !== null).length
    }
    expect(refused).toBeLessThan(EXPRESSIONS / 4)
    // Else the generator would make nothing but failures, and agreement would mean little.
    expect(withValue).toBeGreaterThan(2 * EXPRESSIONS)
  })
})

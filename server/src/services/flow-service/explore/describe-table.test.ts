import { expect, test } from 'vitest'
import type { NumberWidth } from '#source/postgres/explore/measure-numbers.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { describedColumn } from './describe-table.ts'

const NUMERIC = describePostgresType({ typeName: 'numeric', typeOid: 1700, typmod: -1 })

/** The decimal beside a number without bounds, where the table has so many numbers of such digits. */
function twinOf(...widths: readonly [wholeDigits: number, scale: number, count: number][]): unknown {
  const column = {
    name: 'n',
    type: NUMERIC,
    baseTypeOid: 1700,
    typmod: -1,
    nullable: true,
    isGenerated: false,
  }
  const seen = widths.map(([wholeDigits, scale, count]): NumberWidth => ({ wholeDigits, scale, count }))
  return describedColumn(column, seen).twinSchema?.['meta:lakeType']
}

test.each<[string, string, [number, number, number][]]>([
  ['nothing to go by', 'decimal(38,9)', []],
  ['money', 'decimal(38,9)', [[7, 2, 900]]],
  ['fine numbers', 'decimal(38,20)', [[1, 20, 10]]],
  ['fractions below one', 'decimal(38,38)', [[0, 38, 10]]],
  ['large ones, which leave less room', 'decimal(38,3)', [[35, 2, 10]]],
  ['whole numbers of all digits', 'decimal(38,0)', [[38, 0, 10]]],
  [
    'one of all digits among many with fractions, which it does not cost theirs',
    'decimal(38,9)',
    [
      [38, 0, 1],
      [3, 2, 500],
    ],
  ],
  [
    'one too fine for any, which shows that others may be finer',
    'decimal(38,18)',
    [
      [20, 9, 5],
      [0, 40, 1],
    ],
  ],
  [
    'a few fine ones among many large ones',
    'decimal(38,6)',
    [
      [32, 4, 500],
      [1, 30, 2],
    ],
  ],
])('%s', (_, type, widths) => {
  expect(twinOf(...widths)).toBe(type)
})

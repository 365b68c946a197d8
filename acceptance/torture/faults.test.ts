import { expect, test } from 'vitest'
import { faultsOf, type SetAside } from './faults.ts'
import { layOut } from './layout.ts'
import type { ToldRow } from './oracle.ts'
import type { FoundRow } from './readers.ts'
import { NONE, type TortureTable } from './table.ts'

const TABLE: TortureTable = {
  name: 'date',
  type: 'date',
  samples: [
    { text: '1970-01-02', codes: [] },
    { text: 'infinity', codes: ['HW-TEMPORAL-INFINITY'] },
  ],
  parts: NONE,
}

const ROWS: readonly ToldRow[] = layOut(TABLE).map(({ values }, rowNumber) => ({
  rowNumber,
  cells: Object.fromEntries(Object.entries(values).map(([name, text]) => [name, { text, told: text }])),
}))

const row = (number: number, mixed: number | null): FoundRow => ({
  row_number: { int: String(number) },
  mixed: mixed === null ? null : { days: mixed },
  filled: { days: 1 },
  empty: null,
})

const FOUND: readonly FoundRow[] = [row(0, null), row(1, 1), row(2, null), row(4, null)]
const ASIDE: SetAside = new Map([[3, ['HW-TEMPORAL-INFINITY']]])

test('what is right has no fault', () => {
  expect(ROWS.map(({ cells }) => cells['mixed']?.text)).toEqual([null, '1970-01-02', null, 'infinity', null])
  expect(faultsOf(TABLE, ROWS, FOUND, ASIDE)).toEqual([])
})

test.each<[string, readonly FoundRow[], SetAside]>([
  ['a cell of another value', FOUND.with(1, row(1, 2)), ASIDE],
  ['a NULL that has a value', FOUND.with(0, row(0, 1)), ASIDE],
  ['a row too few', FOUND.slice(1), ASIDE],
  ['a row twice', [...FOUND, row(1, 1)], ASIDE],
  ['a row twice, the first of them wrong', [row(1, 2), ...FOUND], ASIDE],
  ['a row that the server does not have', [...FOUND, row(5, 1)], ASIDE],
  ['a row without a number', [...FOUND, { ...row(1, 1), row_number: null }], ASIDE],
  ['a row that landed and was set aside', [...FOUND, row(3, 1)], ASIDE],
  ['a row that should have been set aside', [...FOUND, row(3, 1)], new Map()],
  ['a row that is nowhere', FOUND, new Map()],
  ['a row that was set aside with another code', FOUND, new Map([[3, ['HW-TEMPORAL-RANGE']]])],
  ['a row with a code too many', FOUND, new Map([[3, ['HW-TEMPORAL-INFINITY', 'HW-TEMPORAL-RANGE']]])],
  ['a row that was set aside without a code', FOUND, new Map([[3, []]])],
  ['a good row that was set aside', FOUND.slice(1), new Map([...ASIDE, [0, ['HW-TEMPORAL-RANGE']]])],
  ['a stranger that was set aside', FOUND, new Map([...ASIDE, [5, ['HW-TEMPORAL-RANGE']]])],
  ['a column that is missing', FOUND.with(0, { row_number: { int: '0' }, mixed: null, empty: null }), ASIDE],
  ['a column too many', FOUND.with(0, { ...row(0, null), more: null }), ASIDE],
])('%s', (_, found, aside) => {
  expect(faultsOf(TABLE, ROWS, found, aside)).not.toEqual([])
})

test('beside a number without bounds: nothing only where its digits do not fit', () => {
  const table: TortureTable = { name: 'numeric', type: 'numeric', samples: [], parts: NONE }
  const told = (text: string): ToldRow['cells'][string] => ({ text, told: text })
  const cells = (text: string) => ({
    mixed: told(text),
    filled: told('1'),
    empty: { text: null, told: null },
  })
  const texts = ['1.25', '0.001', '9'.repeat(38), 'NaN']
  const rows = texts.map((text, rowNumber): ToldRow => ({ rowNumber, cells: cells(text) }))
  const found = (numbers: readonly (string | null)[]): FoundRow[] =>
    texts.map((text, index) => {
      const decimal = numbers[index] ?? null
      const beside = decimal === null ? null : { decimal }
      return {
        row_number: { int: String(index) },
        mixed: text,
        filled: '1',
        empty: null,
        mixed_number: beside,
      }
    })
  const faults = (...numbers: (string | null)[]) => faultsOf(table, rows, found(numbers), new Map())
  expect(faults('1.25', null, null, null)).toEqual([])
  expect(faults('1.26', null, null, null)).toEqual(['numeric row 0 1.25: mixed_number is {"decimal":"1.26"}'])
  expect(faults('1.250', null, null, null)).toEqual(['numeric row 1 0.001: mixed_number is null'])
})

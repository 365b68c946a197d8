import { isSame } from './compare.ts'
import { COLUMNS, layOut } from './layout.ts'
import type { ToldCell, ToldRow } from './oracle.ts'
import type { Found, FoundRow } from './readers.ts'
import { NONE, type TortureTable } from './table.ts'

/** Numbers of the rows that were set aside, each with the codes that tell why. */
export type SetAside = ReadonlyMap<number, readonly string[]>

/**
 * All that differs between what a server tells of a table and what a reader finds: cells, rows that are missing, too
 * many or nobody's, and rows that were set aside for another reason than the one that is known of their value.
 */
export function faultsOf(
  table: TortureTable,
  rows: readonly ToldRow[],
  found: readonly FoundRow[],
  aside: SetAside,
): string[] {
  const laid = layOut(table)
  const landed = Map.groupBy(found, numberOf)
  const known = new Set(rows.map(({ rowNumber }) => rowNumber))
  const strangers = [...landed.keys(), ...aside.keys()].filter((number) => !known.has(number))
  const faults = rows.flatMap((row) => {
    const { rowNumber } = row
    const codes = laid[rowNumber]?.codes ?? []
    const told = `row ${rowNumber} ${row.cells['mixed']?.text}`
    return [
      ...codeFaults(codes, aside.get(rowNumber) ?? []),
      ...rowFaults(table, row, landed.get(rowNumber) ?? [], codes.length > 0 ? 0 : 1),
    ].map((fault) => `${told}: ${fault}`)
  })
  const others = [
    ...strangers.map((number) => `row ${number}: the server has no such row`),
    ...found.flatMap((fields) => besideFaults(fields, rows, found)),
  ]
  return [...faults, ...others].map((fault) => `${table.name} ${fault}`)
}

function numberOf({ row_number: found }: FoundRow): number {
  return typeof found === 'object' && found !== null && 'int' in found ? Number(found.int) : Number.NaN
}

function codeFaults(expected: readonly string[], found: readonly string[]): string[] {
  const listed = (codes: readonly string[]): string => [...new Set(codes)].sort().join(', ') || 'nothing'
  const [wanted, had] = [listed(expected), listed(found)]
  return wanted === had ? [] : [`set aside with ${had} instead of ${wanted}`]
}

function rowFaults(
  table: TortureTable,
  { cells }: ToldRow,
  landed: readonly FoundRow[],
  expectedCount: 0 | 1,
): string[] {
  if (landed.length !== expectedCount) return [`is there ${landed.length} times instead of ${expectedCount}`]
  return landed.flatMap((fields) =>
    COLUMNS.flatMap((column) => cellFaults(table, column, cells[column], fields[column])),
  )
}

function cellFaults(
  { parts }: TortureTable,
  column: string,
  cell: ToldCell | undefined,
  found: Found | undefined,
): string[] {
  if (cell === undefined || found === undefined) return [`has no ${column}`]
  return isSame(cell.told, found, parts) ? [] : [`${column} is ${JSON.stringify(found)}`]
}

/** The decimal beside the text of a number without bounds: the same digits, or nothing where it cannot hold them. */
function besideFaults(fields: FoundRow, rows: readonly ToldRow[], found: readonly FoundRow[]): string[] {
  const rowNumber = numberOf(fields)
  const own: readonly string[] = ['row_number', ...COLUMNS]
  const others = Object.entries(fields).filter(([name]) => !own.includes(name))
  return others.flatMap(([name, value]) => {
    const cell = rows[rowNumber]?.cells[name.replace(/_number$/, '')]
    if (cell === undefined) return [`row ${rowNumber} has a field ${name} too many`]
    const isRight =
      value === null ? !fitsDecimal(cell.text, scaleOf(found, name)) : isSame(cell.told, value, NONE)
    return isRight ? [] : [`row ${rowNumber} ${cell.text}: ${name} is ${JSON.stringify(value)}`]
  })
}

function fitsDecimal(text: string | null, scale: number): boolean {
  const [, whole = '', fraction = ''] = /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text ?? 'none') ?? []
  return /\d/.test(text ?? '') && whole.length <= 38 - scale && fraction.length <= scale
}

/** Digits of the fractions of a column, which readers show even where they are zeros. */
function scaleOf(landed: readonly FoundRow[], name: string): number {
  for (const { [name]: found } of landed)
    if (typeof found === 'object' && found !== null && 'decimal' in found)
      return found.decimal.split('.')[1]?.length ?? 0
  return 0
}

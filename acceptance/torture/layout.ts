import type { TortureTable } from './table.ts'

/** One for each layout of NULLs: first, between and last; nowhere; everywhere. */
export const COLUMNS = ['mixed', 'filled', 'empty'] as const

export type Column = (typeof COLUMNS)[number]

/** A row that is to be made: what stands in its columns, and with which codes it has to be set aside. */
export interface LaidRow {
  readonly values: Readonly<Record<Column, string | null>>
  /** None for a row that has to land. */
  readonly codes: readonly string[]
}

/** Every sample in its own row, and NULLs before, between and after them. */
export function layOut({ samples }: TortureTable): readonly LaidRow[] {
  // What stands beside a NULL must not set its row aside.
  const filler = samples.find(({ codes }) => codes.length === 0)?.text ?? null
  const gap: LaidRow = { values: { mixed: null, filled: filler, empty: null }, codes: [] }
  const rows = samples.map(
    ({ text, codes }): LaidRow => ({
      values: { mixed: text, filled: text, empty: null },
      codes,
    }),
  )
  const middle = Math.ceil(rows.length / 2)
  return [gap, ...rows.slice(0, middle), gap, ...rows.slice(middle), gap]
}

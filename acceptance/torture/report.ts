import { writeFile } from 'node:fs/promises'
import type { Torture } from './cases.ts'
import { COLUMNS } from './layout.ts'

export type Reader = 'DuckDB' | 'pyiceberg'

/** What a torture has found, for the page of types. */
export interface TortureReport {
  readonly version: string
  readonly tables: number
  readonly values: number
  /** Rows that were set aside with the code that is known of them: the deviations that are listed. */
  readonly listed: Readonly<Record<string, number>>
  /** All that differs besides, by reader; a reader that did not read is missing. */
  readonly unlisted: { readonly [reader in Reader]?: readonly string[] }
  readonly lacks: readonly string[]
}

/** Where `npm run torture` wants the report. */
const FILE = process.env['TORTURE_REPORT']

export async function writeReport(done: Torture, unlisted: TortureReport['unlisted']): Promise<void> {
  if (FILE === undefined) return
  const report: TortureReport = {
    version: done.version,
    tables: done.cases.length,
    values: valuesOf(done),
    listed: listedOf(done),
    unlisted,
    lacks: done.missing,
  }
  await writeFile(FILE, JSON.stringify(report, undefined, 2))
}

export function valuesOf({ cases }: Torture): number {
  return cases.reduce((sum, { rows }) => sum + rows.length * COLUMNS.length, 0)
}

function listedOf({ cases }: Torture): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of cases.flatMap(({ aside }) =>
    [...aside.values()].flatMap((codes) => [...new Set(codes)]),
  ))
    counts[code] = (counts[code] ?? 0) + 1
  return counts
}

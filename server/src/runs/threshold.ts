import type { RunTotals } from './run-document.ts'

/**
 * True when more rows were set aside than the flow tolerates. `percent` is the flow's
 * `partialIngestionPercent`; without one, the first bad row is one too many. The share is of the rows read;
 * exactly the threshold still passes.
 */
export function exceedsThreshold(
  totals: Pick<RunTotals, 'rowsRead' | 'rowsRejected'>,
  percent: number | undefined,
): boolean {
  return totals.rowsRejected * 100 > (percent ?? 0) * totals.rowsRead
}

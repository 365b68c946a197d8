import { type ColumnDigest, combineDigests } from '#columns/digest.ts'
import { IssueCounts } from '#engine/issue-counts.ts'
import type { SliceIssue } from '#engine/task.ts'
import type { JsonObject } from '#kit/json.ts'
import { RUN_ERROR, type RunMessage, type RunTotals } from './run-document.ts'
import { fromStoredSummary, type SliceResult } from './slice-ledger.ts'

/** The sums over a run's slices. */
export function totalsOf(results: readonly SliceResult[]): RunTotals {
  const parts = results.flatMap(({ part }) => (part === undefined ? [] : [fromStoredSummary(part.summary)]))
  return {
    rowsRead: sum(results, (result) => result.rowsRead),
    rowsWritten: sum(results, (result) => result.rowsWritten),
    rowsRejected: sum(results, (result) => result.rowsRejected),
    bytesRead: sum(results, (result) => result.bytesRead),
    bytesWritten: sum(parts, (part) => part.sizeBytes),
    fileCount: parts.length,
  }
}

/**
 * What a run says about its values, counted: rows that were set aside, in all and by reason, and values that did
 * not arrive as they were. With diagnostics off the first line has the code that asks for them.
 */
export function messagesOf(
  results: readonly SliceResult[],
  totals: RunTotals,
  hasDiagnostics: boolean,
): RunMessage[] {
  const rejects = sumIssues(results.flatMap((result) => result.rejects))
  const warnings = sumIssues(results.flatMap((result) => result.warnings))
  return [...rejectSummary(totals, hasDiagnostics), ...rejects, ...warnings]
}

function sumIssues(issues: readonly SliceIssue[]): RunMessage[] {
  const counts = new IssueCounts()
  for (const issue of issues) counts.add(issue)
  return counts.list().map(({ code, message, count }) => ({ code, message, recordCount: count }))
}

function rejectSummary({ rowsRejected, rowsWritten }: RunTotals, hasDiagnostics: boolean): RunMessage[] {
  if (rowsRejected === 0) return []
  const code = hasDiagnostics ? RUN_ERROR.someRecords : RUN_ERROR.someRecordsWithoutDiagnostics
  const where = hasDiagnostics ? 'The diagnostic files name each.' : 'Turn error diagnostics on to see each.'
  const message = `${rowsRejected} rows have errors, ${rowsWritten} rows are sound. ${where}`
  return [{ code, message, recordCount: rowsRejected }]
}

/**
 * The proof of a run: for each field the digest of what PostgreSQL's rows became, which DuckDB found again in
 * the files. A slice whose digests differ never gets this far, so all fields agree.
 */
export function proofOf(results: readonly SliceResult[], totals: RunTotals): JsonObject {
  const digests = new Map<string, ColumnDigest>()
  for (const { path, digest } of results.flatMap((result) => result.digests)) {
    const known = digests.get(path)
    digests.set(path, known === undefined ? digest : combineDigests(known, digest))
  }
  return {
    rowsRead: totals.rowsRead,
    rowsLanded: totals.rowsWritten,
    rowsSetAside: totals.rowsRejected,
    fields: digests.size,
    agreeing: digests.size,
    digests: [...digests].map(([path, digest]) => ({ path, ...digest })),
  }
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0)
}

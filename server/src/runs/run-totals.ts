import { type ColumnDigest, combineDigests } from '#columns/digest.ts'
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
 * What a run says about its values: counted warnings, and rows that were set aside. With diagnostics off the
 * summary line has the code that asks for them.
 */
export function messagesOf(
  results: readonly SliceResult[],
  totals: RunTotals,
  withDiagnostics: boolean,
): RunMessage[] {
  const warnings = new Map<string, RunMessage>()
  for (const { path, code, message, count } of results.flatMap((result) => result.warnings)) {
    const key = `${path} ${code}`
    warnings.set(key, { code, message, recordCount: count + (warnings.get(key)?.recordCount ?? 0) })
  }
  const rejects = new Map<string, number>()
  for (const [code, count] of results.flatMap((result) => Object.entries(result.rejectCounts))) {
    rejects.set(code, count + (rejects.get(code) ?? 0))
  }
  return [
    ...rejectSummary(totals, withDiagnostics),
    ...[...rejects].map(([code, recordCount]) => ({
      code,
      message: `${recordCount} rows were set aside.`,
      recordCount,
    })),
    ...warnings.values(),
  ]
}

function rejectSummary({ rowsRejected, rowsWritten }: RunTotals, withDiagnostics: boolean): RunMessage[] {
  if (rowsRejected === 0) return []
  const code = withDiagnostics ? RUN_ERROR.someRecords : RUN_ERROR.someRecordsWithoutDiagnostics
  const where = withDiagnostics
    ? 'The diagnostic files name each.'
    : 'Turn errorDiagnosticsEnabled on to see each.'
  return [{ code, message: `${rowsRejected} rows have errors, ${rowsWritten} rows are sound. ${where}` }]
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

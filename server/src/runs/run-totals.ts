import { isDeepStrictEqual } from 'node:util'
import { combineDigests } from '#columns/digest.ts'
import { IssueCounts } from '#engine/issue-counts.ts'
import type { FieldProof, SliceIssue } from '#engine/task.ts'
import type { JsonObject } from '#kit/json.ts'
import { DEFAULT_VERIFY_LEVEL, type VerifyLevel } from '#kit/verify-level.ts'
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
 * The proof of a run: for each field what PostgreSQL's rows became, and what DuckDB found in the files. A slice whose
 * sides differ never gets this far.
 */
export function proofOf(
  results: readonly SliceResult[],
  totals: RunTotals,
  level: VerifyLevel = DEFAULT_VERIFY_LEVEL,
): JsonObject {
  const fields = new Map<string, { readonly sent: FieldProof; readonly landed: FieldProof }>()
  for (const { path, sent, landed } of results.flatMap((result) => result.proof)) {
    const known = fields.get(path)
    const sum = (side: 'sent' | 'landed', part: FieldProof) => addProofs(known?.[side], part)
    fields.set(path, { sent: sum('sent', sent), landed: sum('landed', landed) })
  }
  return {
    level,
    rowsRead: totals.rowsRead,
    rowsLanded: totals.rowsWritten,
    rowsSetAside: totals.rowsRejected,
    fields: fields.size,
    agreeing: [...fields.values()].filter(({ sent, landed }) => isDeepStrictEqual(sent, landed)).length,
    ...sourceProofOf(results),
    digests: [...fields].map(([path, { sent, landed }]) => ({ path, ...landed, sent: { ...sent } })),
  }
}

/** How many columns PostgreSQL has proven itself, and how many of them by their values and not by counts alone. */
function sourceProofOf(results: readonly SliceResult[]): JsonObject {
  const [first] = results.flatMap(({ source }) => (source === undefined ? [] : [source]))
  if (first === undefined) return {}
  const hashed = first.columns.filter(({ hash }) => hash !== undefined).length
  return { source: { columns: first.columns.length, byValue: hashed } }
}

/** Ends of slices are no texts that could be compared: they stand in the proof of each slice. */
function addProofs(known: FieldProof | undefined, { valueCount, nullCount, digest }: FieldProof): FieldProof {
  const counts = {
    valueCount: (known?.valueCount ?? 0) + valueCount,
    nullCount: (known?.nullCount ?? 0) + nullCount,
  }
  if (digest === undefined) return counts
  const own = { valueCount, nullCount, digest }
  return known?.digest === undefined ? own : combineDigests({ ...known, digest: known.digest }, own)
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0)
}

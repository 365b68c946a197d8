import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { ENDED_STATES, type Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import type { RunDependencies } from './dependencies.ts'
import { listSliceResults, type SliceKey } from './slice-ledger.ts'
import { fromStored } from './stored-plan.ts'

/** Key prefix of what a batch set aside; the export service lists it. */
export function diagnosticsFolder(location: string, batchId: string): string {
  return `${location}/diagnostics/${batchId}/row_errors/`
}

/** What clients call the file: one for each slice that has counted. */
export function shownDiagnosticsName({ ordinal }: SliceKey): string {
  return `conversion_errors_${ordinal}.json`
}

/** Of one attempt alone, like every file of the lake; the export service shows it under the other name. */
export function diagnosticsName({ epoch, ordinal }: SliceKey, attemptId: string): string {
  return `conversion_errors_${ordinal}_${epoch}-${attemptId}.json`
}

/**
 * Removes the diagnostics of attempts that did not count, so that each row that was set aside is listed once.
 * Only for a run that has ended: its ledger does not change any more.
 */
export async function tidyDiagnostics(deps: RunDependencies, runId: string): Promise<void> {
  const run = await findRun(deps.db, runId)
  if (run === undefined || !ENDED_STATES.has(run.state) || run.batch_id === null) return
  const table = await lakeTableOf(deps.db, fromStored(run.plan).datasetId)
  if (table === undefined) return
  const kept = await countedFiles(deps, run)
  const stale: string[] = []
  for await (const { key } of deps.storage.list(diagnosticsFolder(table.location, run.batch_id))) {
    if (!kept.has(key)) stale.push(key)
  }
  if (stale.length > 0) await deps.storage.remove(stale)
}

async function countedFiles(deps: RunDependencies, run: Run): Promise<ReadonlySet<string | undefined>> {
  const results = await listSliceResults(deps.db, run.id, run.epoch)
  return new Set(results.map(({ diagnosticsKey }) => diagnosticsKey))
}

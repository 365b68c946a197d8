import type { RunDependencies } from '#runs/dependencies.ts'
import { diagnosticsFolder } from '#runs/tidy-diagnostics.ts'
import { isBatchUnderWay } from '#services/catalog/batch-states.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { listImportResults } from './import-ledger.ts'

type TidyDependencies = Pick<RunDependencies, 'db' | 'storage'>

/**
 * When a batch has ended: removes what was uploaded into it, which is rows by now or nobody's, and the diagnostics of
 * attempts that did not count. What a server leaves behind that dies here is found by the batch sweeper.
 */
export async function tidyImport(deps: TidyDependencies, batchId: string): Promise<void> {
  const batch = await deps.db
    .selectFrom('batch')
    .leftJoin('batch_import', 'batch_import.batch_id', 'batch.id')
    .select(['batch.dataset_id', 'batch.status', 'batch_import.epoch'])
    .where('batch.id', '=', batchId)
    .executeTakeFirst()
  if (batch === undefined || isBatchUnderWay(batch.status)) return
  await removeUploads(deps, { id: batchId, datasetId: batch.dataset_id })
  if (batch.epoch !== null)
    await removeStale(deps, { batchId, epoch: batch.epoch, datasetId: batch.dataset_id })
}

/** With the folder goes also what came of a server that died before it could write down what it had received. */
async function removeUploads({ db, storage }: TidyDependencies, batch: EndedBatch): Promise<void> {
  const table = await lakeTableOf(db, batch.datasetId)
  if (table !== undefined) await storage.removeFolder(`${table.location}/uploads/${batch.id}`)
  await db.deleteFrom('batch_input_part').where('batch_id', '=', batch.id).execute()
}

interface EndedBatch {
  readonly id: string
  readonly datasetId: string
}

async function removeStale(
  deps: TidyDependencies,
  { datasetId, ...found }: { readonly batchId: string; readonly epoch: number; readonly datasetId: string },
): Promise<void> {
  const table = await lakeTableOf(deps.db, datasetId)
  if (table === undefined) return
  const results = await listImportResults(deps.db, found)
  const kept = new Set(
    results.flatMap(({ diagnosticsKey, parsingErrorsKey }) => [diagnosticsKey, parsingErrorsKey]),
  )
  const stale: string[] = []
  for await (const { key } of deps.storage.list(diagnosticsFolder(table.location, found.batchId))) {
    if (!kept.has(key)) stale.push(key)
  }
  if (stale.length > 0) await deps.storage.remove(stale)
}

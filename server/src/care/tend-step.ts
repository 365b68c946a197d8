import type { Log } from '#log/log.ts'
import type { StepHandler, StepOutcome, TendPayload } from '#queue/step-queue.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { expireTable } from './expire-table.ts'
import { type LakeCare, removeExpired } from './remove-expired.ts'

/**
 * `lake.tend`: one table is brought into shape. Each part of it commits for itself and may be cut short anywhere; the
 * next attempt, or the next round, goes on with what is left.
 */
export function tendStep(deps: LakeCare & { readonly log: Log }): StepHandler<TendPayload> {
  return {
    run: async ({ payload: { datasetId } }, signal) => tend(deps, datasetId, signal),
    recover: async ({ payload: { datasetId } }, error) => {
      deps.log.warn({ err: error, datasetId }, 'could not look after a table, will try again')
      return { write: async () => {} }
    },
  }
}

async function tend(
  { log, ...care }: LakeCare & { readonly log: Log },
  datasetId: string,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const expired = await expireTable(care, datasetId, { signal })
  const removed = await removeExpired(care, datasetId, { signal })
  if (expired + removed.fileCount > 0)
    log.info({ datasetId, expired, removed: removed.fileCount }, 'a table was looked after')
  const version = (await lakeTableOf(care.db, datasetId))?.version
  return {
    write: async (tx) => {
      if (version === undefined) return
      await tx
        .updateTable('lake_table')
        .set({ tended_version: version })
        .where('dataset_id', '=', datasetId)
        .execute()
    },
  }
}

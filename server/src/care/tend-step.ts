import type { Log } from '#log/log.ts'
import type { StepHandler, StepOutcome, TendPayload } from '#queue/step-queue.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { type CompactionTools, compactTable } from './compact-table.ts'
import { expireTable } from './expire-table.ts'
import { BACKGROUND_LIMITS } from './plan-compaction.ts'
import { removeExpired } from './remove-expired.ts'

export type TendDependencies = CompactionTools & { readonly log: Log }

/**
 * `lake.tend`: one table is brought into shape. Each part of it commits for itself and may be cut short anywhere; the
 * next attempt, or the next round, goes on with what is left.
 */
export function tendStep(deps: TendDependencies): StepHandler<TendPayload> {
  return {
    run: async ({ payload: { datasetId } }, signal) => tend(deps, datasetId, signal),
    recover: async ({ payload: { datasetId } }, error) => {
      deps.log.warn({ err: error, datasetId }, 'could not look after a table, will try again')
      return { write: async () => {} }
    },
  }
}

async function tend(
  { log, ...tools }: TendDependencies,
  datasetId: string,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const expired = await expireTable(tools, datasetId, { signal })
  const { fileCount: removed } = await removeExpired(tools, datasetId, { signal })
  const compacted = await compact({ log, ...tools }, datasetId, signal)
  if (expired + removed + compacted > 0)
    log.info({ datasetId, expired, removed, compacted }, 'a table was looked after')
  const version = (await lakeTableOf(tools.db, datasetId))?.version
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

/** Returns how many small files others stand for now. */
async function compact(
  { log, ...tools }: TendDependencies,
  datasetId: string,
  signal: AbortSignal,
): Promise<number> {
  if ((await lakeTableOf(tools.db, datasetId))?.isCompacted !== true) return 0
  const done = await compactTable(tools, datasetId, { limits: BACKGROUND_LIMITS, signal })
  for (const reason of done.refusals)
    log.warn({ datasetId, reason }, 'small files of a table stay as they are')
  return done.replacedFiles
}

import type { Run } from '#services/flow-service/runs/run.ts'
import type { Tx } from '#store/database.ts'

/*
 * Everybody who changes a run takes its rows in this order, so that no two wait for each other:
 *
 *   run -> dataset -> table, batch -> flow
 */

/**
 * Takes a run for a change, if it is still under way (in the given epoch, when there is one): nobody else ends
 * it, or starts a new epoch of it, until the transaction ends.
 */
export async function lockActiveRun(
  tx: Tx,
  runId: string,
  epoch?: number | undefined,
): Promise<Run | undefined> {
  const run = await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  const isActive = run?.state === 'queued' || run?.state === 'inProgress'
  return isActive && (epoch === undefined || run.epoch === epoch) ? run : undefined
}

/**
 * Takes a dataset before anything that refers to it is written. A row that refers to it takes a shared lock on
 * it, and two transactions that each hold one would wait for each other when they change the dataset itself.
 */
export async function lockDataset(tx: Tx, datasetId: string): Promise<void> {
  await tx.selectFrom('dataset').select('id').where('id', '=', datasetId).forUpdate().execute()
}

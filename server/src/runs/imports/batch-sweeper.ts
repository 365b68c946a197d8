import { Rounds } from '#kit/rounds.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { isBatchUnderWay } from '#services/catalog/batch-states.ts'
import type { Database } from '#store/database.ts'
import { transact } from '#store/database.ts'
import { advance, lockActiveImport } from './import-ledger.ts'
import { tidyImport } from './tidy-import.ts'

export type BatchSweeperDependencies = Pick<RunDependencies, 'db' | 'storage' | 'log' | 'now'>

const HOUR_MS = 3_600_000
/** How long nobody has to send anything for a batch to count as abandoned. */
const PATIENCE_MS = 24 * HOUR_MS

/**
 * Gives up batches that nobody goes on with, and removes uploads of ended batches that a server left behind. At the
 * start of a server, and every hour. Several servers may do so: a batch is given up once, under its lock.
 */
export class BatchSweeper extends Rounds {
  constructor(deps: BatchSweeperDependencies) {
    super({
      pauseMs: HOUR_MS,
      round: (signal) => sweepBatches(deps, signal),
      onError: (error) =>
        deps.log.warn({ err: error }, 'could not look after old batches, will try again in an hour'),
    })
  }
}

/** Returns the batches that it has given up. */
export async function sweepBatches(
  deps: BatchSweeperDependencies,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const ids = await listSilent(deps.db, deps.now() - PATIENCE_MS)
  for (const id of ids) {
    signal?.throwIfAborted()
    await abandon(deps, id)
  }
  for (const id of await listLeftovers(deps.db)) {
    signal?.throwIfAborted()
    await tidyImport(deps, id)
  }
  if (ids.length > 0) deps.log.info({ batches: ids }, 'batches that nobody goes on with are abandoned')
  return ids
}

/** Batches that wait for files, of which none has come for long. */
async function listSilent(db: Database, beforeMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('batch')
    .innerJoin('batch_import', 'batch_import.batch_id', 'batch.id')
    .select('batch.id')
    .where('batch.status', '=', 'loading')
    .where('batch.run_id', 'is', null)
    .where('batch.updated_at', '<', beforeMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('batch_input')
            .select('batch_input.path')
            .whereRef('batch_input.batch_id', '=', 'batch.id')
            .where('batch_input.updated_at', '>=', beforeMs),
        ),
      ),
    )
    .execute()
  return rows.map(({ id }) => id)
}

async function abandon(deps: BatchSweeperDependencies, id: string): Promise<void> {
  await transact(deps.db, async (tx) => {
    const current = await lockActiveImport(tx, id)
    if (current?.status === 'loading') await advance(tx, current, 'abandoned', deps.now())
  })
}

/** Batches that have ended, and of which uploads are still there. */
async function listLeftovers(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('batch_input_part')
    .innerJoin('batch', 'batch.id', 'batch_input_part.batch_id')
    .select(['batch.id', 'batch.status'])
    .distinct()
    .execute()
  return rows.filter(({ status }) => !isBatchUnderWay(status)).map(({ id }) => id)
}

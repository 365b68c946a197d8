import { sql } from 'kysely'
import { Rounds } from '#kit/rounds.ts'
import type { Log } from '#log/log.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import { type Database, transact } from '#store/database.ts'

export interface KeeperDependencies {
  readonly db: Database
  readonly queue: Pick<StepQueue, 'submit'>
  readonly log: Log
  readonly now: () => number
}

const MINUTE_MS = 60_000
/** A table is looked after once in so much time, and only if something has happened to it or is due. */
const PAUSE_MS = 60 * MINUTE_MS
/** Nothing has to happen to a table for its snapshots to grow old. */
const DAY_MS = 24 * 60 * MINUTE_MS
const ROUND_MS = 5 * MINUTE_MS

/** Submits a step for each table that wants care. Several servers may do so: the row of the table says whose turn it is. */
export class LakeKeeper extends Rounds {
  constructor(deps: KeeperDependencies) {
    super({
      pauseMs: ROUND_MS,
      round: () => submitCare(deps),
      onError: (error) =>
        deps.log.warn({ err: error }, 'could not look after the tables of the lake, will try again'),
    })
  }
}

/** Returns the ids of the datasets whose tables are due. */
export async function submitCare({ db, queue, now }: KeeperDependencies): Promise<readonly string[]> {
  const nowMs = now()
  return transact(db, async (tx) => {
    const { rows } = await sql<{ dataset_id: string }>`
      update lake_table set tended_at = ${nowMs}
      where dataset_id in (
        select dataset_id from lake_table
        where tended_at <= ${nowMs - PAUSE_MS}
          and (tended_version < version or tended_at <= ${nowMs - DAY_MS}
            or exists (select from lake_expired where lake_expired.dataset_id = lake_table.dataset_id))
        for update skip locked
      )
      returning dataset_id
    `.execute(tx)
    const ids = rows.map((row) => row.dataset_id)
    for (const datasetId of ids)
      await queue.submit(tx, 'lake.tend', { v: 1, datasetId }, { group: datasetId })
    return ids
  })
}

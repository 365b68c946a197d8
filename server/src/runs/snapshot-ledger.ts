import { sql } from 'kysely'
import type { Database } from '#store/database.ts'

/**
 * Whether the snapshot of a run's epoch is held, as far as the ledger knows. Times are the database's, since
 * holder and reader may be on different machines.
 */

/** The holder's last word counts for that long: three of its pings. */
const HELD_MS = 10_000

const NOW_MS = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Says that the snapshot of that epoch is held. */
export async function markHeld(db: Database, runId: string, epoch: number): Promise<void> {
  await db
    .updateTable('flow_run')
    .set({ held_at: NOW_MS })
    .where('id', '=', runId)
    .where('epoch', '=', epoch)
    .execute()
}

/** Takes it back. */
export async function markReleased(db: Database, runId: string, epoch: number): Promise<void> {
  await db
    .updateTable('flow_run')
    .set({ held_at: null })
    .where('id', '=', runId)
    .where('epoch', '=', epoch)
    .execute()
}

/** False when the holder has released the snapshot or hasn't been heard of lately. */
export async function isHeld(db: Database, runId: string): Promise<boolean> {
  const row = await db
    .selectFrom('flow_run')
    .select(sql<boolean>`coalesce(held_at > ${NOW_MS} - ${HELD_MS}::bigint, false)`.as('held'))
    .where('id', '=', runId)
    .executeTakeFirst()
  return row?.held ?? false
}

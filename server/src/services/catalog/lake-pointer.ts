import { sql } from 'kysely'
import type { ExpiredSnapshot } from '#lake/iceberg/retention.ts'
import type { Tx } from '#store/database.ts'
import type { LakeTablePointer } from './dataset-store.ts'

/** Where a table's pointer goes. */
export interface NextPointer {
  readonly metadataKey: string
  /** The same as before when absent. */
  readonly lastColumnId?: number | undefined
  /** What the table has no more from then on. */
  readonly expired: readonly ExpiredSnapshot[]
  readonly nowMs: number
}

/**
 * Moves a table's pointer if it is still where we read it, and notes in the same transaction what the table has lost:
 * files of expired snapshots are removed by those notes and nothing else. Returns false, with nothing written, when
 * another commit was faster.
 */
export async function moveLakePointer(tx: Tx, table: LakeTablePointer, next: NextPointer): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('lake_table')
    .set({
      metadata_key: next.metadataKey,
      version: sql`version + 1`,
      last_column_id: next.lastColumnId ?? table.lastColumnId,
    })
    .where('dataset_id', '=', table.datasetId)
    .where('metadata_key', '=', table.metadataKey)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await noteExpired(tx, table.datasetId, next)
  return true
}

async function noteExpired(tx: Tx, datasetId: string, { expired, nowMs }: NextPointer): Promise<void> {
  if (expired.length === 0) return
  await tx
    .insertInto('lake_expired')
    .values(
      expired.map(({ snapshotId, manifestListKey }) => ({
        manifest_list_key: manifestListKey,
        dataset_id: datasetId,
        snapshot_id: snapshotId,
        expired_at: nowMs,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

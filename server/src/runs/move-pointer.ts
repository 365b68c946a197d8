import { sql } from 'kysely'
import type { StagedAppend } from '#lake/iceberg/stage-append.ts'
import type { LakeTablePointer } from '#services/catalog/dataset-store.ts'
import type { Tx } from '#store/database.ts'

/** Metadata files that are written, and that nothing points at yet. */
export interface StagedCommit extends StagedAppend {
  /** Of the table from then on. */
  readonly lastColumnId: number
}

/** Somebody else committed to the table between our reading its pointer and moving it. */
export class PointerMovedError extends Error {
  override readonly name = 'PointerMovedError'
}

/** Moves a table's pointer if it is still where we read it. @throws PointerMovedError */
export async function movePointer(
  tx: Tx,
  table: LakeTablePointer,
  { metadataKey, lastColumnId }: StagedCommit,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('lake_table')
    .set({ metadata_key: metadataKey, version: sql`version + 1`, last_column_id: lastColumnId })
    .where('dataset_id', '=', table.datasetId)
    .where('metadata_key', '=', table.metadataKey)
    .executeTakeFirst()
  if (numUpdatedRows === 0n)
    throw new PointerMovedError(`the table of dataset ${table.datasetId} has moved on`)
}

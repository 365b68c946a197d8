import type { StagedAppend } from '#lake/iceberg/stage-append.ts'
import type { LakeTablePointer } from '#services/catalog/dataset-store.ts'
import { moveLakePointer } from '#services/catalog/lake-pointer.ts'
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
  staged: StagedCommit,
  nowMs: number,
): Promise<void> {
  const isMoved = await moveLakePointer(tx, table, { ...staged, nowMs })
  if (!isMoved) throw new PointerMovedError(`the table of dataset ${table.datasetId} has moved on`)
}

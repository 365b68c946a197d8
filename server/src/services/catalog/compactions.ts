import { sql } from 'kysely'
import type { CompactedFile } from '#lake/iceberg/compacted-file.ts'
import type { Database, Tx } from '#store/database.ts'

/** Files of a dataset that were made of any of these, with the way back to all that they were made of. */
export async function findCompactions(
  db: Database,
  datasetId: string,
  sourceKeys: readonly string[],
): Promise<readonly CompactedFile[]> {
  if (sourceKeys.length === 0) return []
  return db
    .selectFrom('lake_compaction')
    .select(['key', 'entries'])
    .where('dataset_id', '=', datasetId)
    .where(sql<boolean>`source_keys ?| ${sourceKeys}::text[]`)
    .execute()
}

/** Those of these files that were made of others. */
export async function getCompactions(
  db: Database,
  keys: readonly string[],
): Promise<readonly CompactedFile[]> {
  return db
    .selectFrom('lake_compaction')
    .select(['key', 'entries'])
    .where(sql<boolean>`key = any(${keys}::text[])`)
    .execute()
}

export interface NewCompaction {
  readonly datasetId: string
  readonly compacted: CompactedFile
  readonly sourceKeys: readonly string[]
  readonly nowMs: number
}

/** To be written with the move of the pointer to the table that has the file. */
export async function insertCompaction(
  tx: Tx,
  { datasetId, compacted, sourceKeys, nowMs }: NewCompaction,
): Promise<void> {
  await tx
    .insertInto('lake_compaction')
    .values({
      key: compacted.key,
      dataset_id: datasetId,
      source_keys: JSON.stringify(sourceKeys),
      entries: Buffer.from(compacted.entries),
      created_at: nowMs,
    })
    .execute()
}

import type { JsonObject } from '#kit/json.ts'
import type { Database, Tx } from '#store/database.ts'

/** Labels of a dataset as they are stored. */
export interface StoredLabels {
  readonly etag: string
  readonly document: JsonObject
}

export async function findLabels(db: Database, datasetId: string): Promise<StoredLabels | undefined> {
  return db
    .selectFrom('dataset_label')
    .select(['etag', 'document'])
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst()
}

/** Takes the labels of a dataset for a change. */
export async function lockLabels(tx: Tx, datasetId: string): Promise<StoredLabels | undefined> {
  return tx
    .selectFrom('dataset_label')
    .select(['etag', 'document'])
    .where('dataset_id', '=', datasetId)
    .forUpdate()
    .executeTakeFirst()
}

/** Returns false when the dataset has labels already. */
export async function insertLabels(
  db: Database,
  datasetId: string,
  { etag, document, nowMs }: StoredLabels & { readonly nowMs: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('dataset_label')
    .values({ dataset_id: datasetId, etag, document: JSON.stringify(document), updated_at: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function updateLabels(
  tx: Tx,
  datasetId: string,
  { etag, document, nowMs }: StoredLabels & { readonly nowMs: number },
): Promise<void> {
  await tx
    .updateTable('dataset_label')
    .set({ etag, document: JSON.stringify(document), updated_at: nowMs })
    .where('dataset_id', '=', datasetId)
    .execute()
}

export async function deleteLabels(tx: Tx, datasetId: string): Promise<void> {
  await tx.deleteFrom('dataset_label').where('dataset_id', '=', datasetId).execute()
}

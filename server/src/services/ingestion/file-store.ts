import type { UploadedFile } from '@headwater/contract/ingestion.ts'
import { sql } from 'kysely'
import type { Database, Tx } from '#store/database.ts'

/** The files of batches: what was uploaded, in how many pieces, and which objects of the lake hold them. */

export interface FileKey {
  readonly batchId: string
  readonly path: string
}

export interface FilePart {
  readonly key: string
  readonly firstByte: number
  readonly sizeBytes: number
}

/** Where the dataset of a batch has its files. */
export async function findLocation(db: Database, datasetId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('lake_table')
    .select('location')
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst()
  return row?.location
}

export async function findFile(db: Database, { batchId, path }: FileKey): Promise<UploadedFile | undefined> {
  const row = await db
    .selectFrom('batch_input')
    .select(['path', 'state', 'size_bytes'])
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .executeTakeFirst()
  return row && { path: row.path, state: row.state, sizeBytes: row.size_bytes }
}

/** Files of a batch that are complete, by name. */
export async function listFiles(db: Database, batchId: string): Promise<UploadedFile[]> {
  const rows = await db
    .selectFrom('batch_input')
    .select(['path', 'state', 'size_bytes'])
    .where('batch_id', '=', batchId)
    .where('state', '=', 'complete')
    .orderBy('path')
    .execute()
  return rows.map(({ path, state, size_bytes: sizeBytes }) => ({ path, state, sizeBytes }))
}

/** Names of the files of which pieces may still come. */
export async function listOpenFiles(db: Database, batchId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('batch_input')
    .select('path')
    .where('batch_id', '=', batchId)
    .where('state', '=', 'open')
    .orderBy('path')
    .execute()
  return rows.map(({ path }) => path)
}

/** The pieces of a file in the order of their bytes. */
export async function listParts(db: Database, { batchId, path }: FileKey): Promise<FilePart[]> {
  const rows = await db
    .selectFrom('batch_input_part')
    .select(['key', 'first_byte', 'size_bytes'])
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .orderBy('first_byte')
    .orderBy('size_bytes')
    .execute()
  return rows.map((row) => ({ key: row.key, firstByte: row.first_byte, sizeBytes: row.size_bytes }))
}

/** True while the batch takes files. It stays so until the transaction ends. */
export async function lockLoading(tx: Tx, batchId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('batch')
    .select('status')
    .where('id', '=', batchId)
    .forUpdate()
    .executeTakeFirst()
  return row?.status === 'loading'
}

/** Writes down a file in the place of one of its name. Returns the keys of what it was made of. */
export async function putFile(
  tx: Tx,
  { batchId, path }: FileKey,
  file: { readonly state: UploadedFile['state']; readonly sizeBytes: number; readonly nowMs: number },
): Promise<string[]> {
  const values = { state: file.state, size_bytes: file.sizeBytes, updated_at: file.nowMs }
  await tx
    .insertInto('batch_input')
    .values({ batch_id: batchId, path, ...values })
    .onConflict((conflict) => conflict.columns(['batch_id', 'path']).doUpdateSet(values))
    .execute()
  const gone = await tx
    .deleteFrom('batch_input_part')
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .returning('key')
    .execute()
  return gone.map(({ key }) => key)
}

/** Adds a piece. One of the very same bytes makes room for it: a client repeats what got lost. */
export async function addPart(tx: Tx, { batchId, path }: FileKey, part: FilePart): Promise<string[]> {
  const gone = await tx
    .deleteFrom('batch_input_part')
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .where('first_byte', '=', part.firstByte)
    .where('size_bytes', '=', part.sizeBytes)
    .returning('key')
    .execute()
  await tx
    .insertInto('batch_input_part')
    .values({
      batch_id: batchId,
      path,
      key: part.key,
      first_byte: part.firstByte,
      size_bytes: part.sizeBytes,
    })
    .execute()
  return gone.map(({ key }) => key)
}

/** Says how much of an open file has come, and whether that is all. */
export async function updateFile(
  tx: Tx,
  { batchId, path }: FileKey,
  { state, nowMs }: { readonly state: UploadedFile['state']; readonly nowMs: number },
): Promise<void> {
  const size = sql<number>`(
    select coalesce(sum(part.size_bytes), 0) from batch_input_part as part
    where part.batch_id = ${batchId} and part.path = ${path})`
  await tx
    .updateTable('batch_input')
    .set({ state, size_bytes: size, updated_at: nowMs })
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .execute()
}

/** Makes a new batch one that takes files. */
export async function insertImport(tx: Tx, batchId: string): Promise<void> {
  await tx.insertInto('batch_import').values({ batch_id: batchId, plan: null }).execute()
}

/** True when the files of the batch have been handed over; `undefined` for a batch that takes none. */
export async function isSubmitted(db: Database, batchId: string): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('batch_import')
    .select('is_submitted')
    .where('batch_id', '=', batchId)
    .executeTakeFirst()
  return row?.is_submitted
}

export async function markSubmitted(tx: Tx, batchId: string): Promise<void> {
  await tx.updateTable('batch_import').set({ is_submitted: true }).where('batch_id', '=', batchId).execute()
}

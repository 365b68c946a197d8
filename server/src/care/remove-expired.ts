import { listHeldFiles, listTableFiles } from '#lake/iceberg/list-table-files.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Database } from '#store/database.ts'

export interface LakeCare {
  readonly db: Database
  readonly storage: LakeStorage
  readonly now: () => number
}

/** A query that has begun may open files of the snapshot that it reads for so long after that has expired. */
export const READER_GRACE_MS = 24 * 3_600_000

export interface RemovedFiles {
  readonly fileCount: number
  readonly snapshotCount: number
}

interface RemovalOptions {
  readonly graceMs?: number | undefined
  readonly isDryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Removes the files that only snapshots hold that have expired, and long enough ago that nobody reads them.
 *
 * The notes were written with the move of the pointer, so that all of this comes after it; what a table has lost never
 * comes back to it, except the files of batches that are seen, which stay. The lists go last: whoever is killed before
 * finds the rest again.
 */
export async function removeExpired(
  { db, storage, now }: LakeCare,
  datasetId: string,
  { graceMs = READER_GRACE_MS, isDryRun = false, signal }: RemovalOptions = {},
): Promise<RemovedFiles> {
  const notes = await db.selectFrom('lake_expired').selectAll().where('dataset_id', '=', datasetId).execute()
  const latestMs = now() - graceMs
  const isDue = ({ expired_at: atMs }: (typeof notes)[number]) => atMs <= latestMs
  const lists = notes.filter(isDue).map((note) => note.manifest_list_key)
  if (lists.length === 0) return { fileCount: 0, snapshotCount: 0 }
  const waiting = notes.filter((note) => !isDue(note)).map((note) => note.manifest_list_key)
  const kept = await listKept({ db, storage }, datasetId, waiting)
  const { manifests, dataFiles } = await listHeldFiles(storage, lists, { known: kept, isTolerant: true })
  const groups = [dataFiles, manifests, new Set(lists)].map((keys) => [...keys.difference(kept)])
  const removed = { fileCount: groups.flat().length, snapshotCount: lists.length }
  if (isDryRun) return removed
  for (const keys of groups) {
    signal?.throwIfAborted()
    await storage.remove(keys)
  }
  await forget(db, lists, groups[0] ?? [])
  return removed
}

/** What the table leads to, what snapshots hold that readers may still have open, and what batches are made of. */
async function listKept(
  { db, storage }: Pick<LakeCare, 'db' | 'storage'>,
  datasetId: string,
  waiting: readonly string[],
): Promise<ReadonlySet<string>> {
  const { metadata_key: metadataKey } = await db
    .selectFrom('lake_table')
    .select('metadata_key')
    .where('dataset_id', '=', datasetId)
    .executeTakeFirstOrThrow()
  const ofTable = await listTableFiles(storage, metadataKey)
  const { manifests, dataFiles } = await listHeldFiles(storage, waiting, { known: ofTable, isTolerant: true })
  const ofBatches = await db
    .selectFrom('batch_file')
    .innerJoin('batch', 'batch.id', 'batch_file.batch_id')
    .select('batch_file.key')
    .where('batch.dataset_id', '=', datasetId)
    .where('batch.status', 'not in', ['inactive', 'deleted'])
    .execute()
  return new Set([...ofTable, ...waiting, ...manifests, ...dataFiles, ...ofBatches.map(({ key }) => key)])
}

const ROWS_AT_ONCE = 1_000

/** Last of all: as long as the notes are there, all of it can be done again. */
async function forget(db: Database, lists: readonly string[], dataFiles: readonly string[]): Promise<void> {
  for (let at = 0; at < dataFiles.length; at += ROWS_AT_ONCE) {
    const keys = dataFiles.slice(at, at + ROWS_AT_ONCE)
    await db.deleteFrom('lake_compaction').where('key', 'in', keys).execute()
  }
  for (let at = 0; at < lists.length; at += ROWS_AT_ONCE) {
    const keys = lists.slice(at, at + ROWS_AT_ONCE)
    await db.deleteFrom('lake_expired').where('manifest_list_key', 'in', keys).execute()
  }
}

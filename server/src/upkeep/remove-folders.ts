import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Log } from '#log/log.ts'
import type { Database } from '#store/database.ts'

export interface FolderDependencies {
  readonly db: Database
  readonly storage: LakeStorage
  readonly log: Log
}

/**
 * Removes the folders of the lake to which nothing refers any more, of one sandbox or of all. A folder is forgotten
 * when its files are gone, so that whoever was interrupted goes on; doing it twice does no harm, since no other
 * dataset ever gets the same folder.
 */
export async function removeFolders(
  { db, storage, log }: FolderDependencies,
  { sandboxId, signal }: { readonly sandboxId?: string | undefined; readonly signal: AbortSignal },
): Promise<number> {
  const all = db.selectFrom('lake_removal').select('location').orderBy('requested_at')
  const rows = await (sandboxId === undefined ? all : all.where('sandbox_id', '=', sandboxId)).execute()
  for (const { location } of rows) {
    signal.throwIfAborted()
    await storage.removeFolder(location, { signal })
    await db.deleteFrom('lake_removal').where('location', '=', location).execute()
  }
  if (rows.length > 0) log.info({ folders: rows.length, sandboxId }, 'files of deleted datasets are removed')
  return rows.length
}

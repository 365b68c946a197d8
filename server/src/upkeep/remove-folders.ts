import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { LocalCopies } from '#lake/storage/local-copies.ts'
import type { Log } from '#log/log.ts'
import type { Database } from '#store/database.ts'

export interface FolderDependencies {
  readonly db: Database
  readonly storage: LakeStorage
  /** Of objects of the lake, on this machine. */
  readonly copies: Pick<LocalCopies, 'forget'>
  readonly log: Log
}

/**
 * Removes the folders of the lake to which nothing refers any more, of one sandbox or of all. A folder is forgotten
 * when its files are gone, so that whoever was interrupted goes on; doing it twice does no harm, since no other
 * dataset ever gets the same folder.
 */
export async function removeFolders(
  { db, storage, copies, log }: FolderDependencies,
  { sandboxId, signal }: { readonly sandboxId?: string | undefined; readonly signal: AbortSignal },
): Promise<number> {
  const all = db.selectFrom('lake_removal').select('location').orderBy('requested_at')
  const rows = await (sandboxId === undefined ? all : all.where('sandbox_id', '=', sandboxId)).execute()
  for (const { location } of rows) {
    signal.throwIfAborted()
    const keys: string[] = []
    for await (const { key } of storage.list(`${location}/`, { signal })) keys.push(key)
    await copies.forget(keys)
    await storage.removeFolder(location, { signal })
    await db.deleteFrom('lake_removal').where('location', '=', location).execute()
  }
  if (rows.length > 0) log.info({ folders: rows.length, sandboxId }, 'files of deleted datasets are removed')
  return rows.length
}

import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { readManifestList } from './list-data-files.ts'
import { decodeManifest, ENTRY_STATUS } from './manifest.ts'
import type { MetadataJson } from './metadata.ts'

/**
 * Ids of the snapshots of a table that have any of these files. Reads every manifest once: notes of snapshots would
 * not do, as the one that added a file may have expired before those that still have it.
 */
export async function findHolders(
  storage: LakeStorage,
  { snapshots = [] }: MetadataJson,
  uris: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const known = new Map<string, boolean>()
  const holds = async (path: string): Promise<boolean> => {
    const isHolding =
      known.get(path) ??
      decodeManifest(await storage.get(storage.keyOf(path))).some(
        ({ status, data_file: file }) => status !== ENTRY_STATUS.deleted && uris.has(file.file_path),
      )
    known.set(path, isHolding)
    return isHolding
  }
  const holders = new Set<string>()
  for (const snapshot of snapshots) {
    for (const { manifest_path: path } of await readManifestList(storage, snapshot))
      if (await holds(path)) holders.add(String(snapshot['snapshot-id']))
  }
  return holders
}

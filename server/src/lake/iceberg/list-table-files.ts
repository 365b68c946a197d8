import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { readManifestList } from './list-data-files.ts'
import { decodeManifest } from './manifest.ts'
import { parseMetadataKey, readMetadata } from './metadata.ts'

/**
 * The keys of all files that a reader of the table may open: by its newest metadata file, by one that it replaced and
 * that is kept, or by any snapshot of them. Reads every manifest list and every manifest once.
 */
export async function listTableFiles(
  storage: LakeStorage,
  metadataKey: string,
): Promise<ReadonlySet<string>> {
  const metadata = await readMetadata(storage, metadataKey)
  const earlier = (metadata['metadata-log'] ?? []).map((entry) => storage.keyOf(entry['metadata-file']))
  const { folder } = parseMetadataKey(metadataKey)
  const keys = new Set([`${folder}/version-hint.text`])
  for (const key of [metadataKey, ...earlier]) {
    keys.add(key)
    keys.add(`${folder}/v${parseMetadataKey(key).version}.metadata.json`)
  }
  const manifests = new Set<string>()
  for (const snapshot of metadata.snapshots ?? []) {
    keys.add(storage.keyOf(snapshot['manifest-list']))
    for (const { manifest_path: path } of await readManifestList(storage, snapshot))
      manifests.add(storage.keyOf(path))
  }
  for (const key of manifests) {
    keys.add(key)
    for (const { data_file: file } of decodeManifest(await storage.get(key)))
      keys.add(storage.keyOf(file.file_path))
  }
  return keys
}

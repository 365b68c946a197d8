import { eachOf } from '#kit/each-of.ts'
import { type LakeStorage, ObjectNotFoundError } from '#lake/storage/lake-storage.ts'
import { decodeManifest, decodeManifestList } from './manifest.ts'
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
  const lists = (metadata.snapshots ?? []).map((snapshot) => storage.keyOf(snapshot['manifest-list']))
  const { manifests, dataFiles } = await listHeldFiles(storage, lists)
  return new Set([...keys, ...lists, ...manifests, ...dataFiles])
}

/** Of these, the keys without which a table can't be read: hints are for readers that are given a path alone. */
export async function listNeededFiles(storage: LakeStorage, metadataKey: string): Promise<readonly string[]> {
  const keys = await listTableFiles(storage, metadataKey)
  return [...keys].filter((key) => !/(version-hint\.text|\/v\d+\.metadata\.json)$/.test(key))
}

/** What snapshots hold besides their manifest lists. */
export interface HeldFiles {
  readonly manifests: ReadonlySet<string>
  /** Those as well that a manifest tells of because they were removed. */
  readonly dataFiles: ReadonlySet<string>
}

const CONCURRENT = { atOnce: 8 }

/**
 * The keys of all that these manifest lists lead to; manifests in `known` are not opened. With `isTolerant` a list or
 * manifest that is gone leads to nothing.
 */
export async function listHeldFiles(
  storage: LakeStorage,
  manifestLists: readonly string[],
  {
    known = new Set(),
    isTolerant = false,
  }: { readonly known?: ReadonlySet<string> | undefined; readonly isTolerant?: boolean | undefined } = {},
): Promise<HeldFiles> {
  const read = (key: string) => readObject(storage, key, isTolerant)
  const manifests = new Set<string>()
  await eachOf(manifestLists, CONCURRENT, async (key) => {
    const bytes = await read(key)
    const lines = bytes === undefined ? [] : decodeManifestList(bytes)
    for (const { manifest_path: path } of lines) manifests.add(storage.keyOf(path))
  })
  const dataFiles = new Set<string>()
  await eachOf(manifests.difference(known), CONCURRENT, async (key) => {
    const bytes = await read(key)
    const entries = bytes === undefined ? [] : decodeManifest(bytes)
    for (const { data_file: file } of entries) dataFiles.add(storage.keyOf(file.file_path))
  })
  return { manifests, dataFiles }
}

async function readObject(
  storage: LakeStorage,
  key: string,
  isTolerant: boolean,
): Promise<Uint8Array | undefined> {
  try {
    return await storage.get(key)
  } catch (error) {
    if (isTolerant && error instanceof ObjectNotFoundError) return undefined
    throw error
  }
}

import { link } from 'node:fs/promises'
import { type LakeStorage, ObjectExistsError } from '#lake/storage/lake-storage.ts'
import { MAX_LOGGED_METADATA_FILES, parseMetadataKey, readMetadata } from './metadata.ts'

/**
 * Tells readers that find a table by its path alone which metadata file is current: `version-hint.text` holds a
 * number and `v<number>.metadata.json` the metadata. To be called after the commit; a hint never goes back. What
 * happens to it doesn't change the table: it may be called again at any time.
 */
export async function publishHint(storage: LakeStorage, metadataKey: string): Promise<void> {
  const { version, folder } = parseMetadataKey(metadataKey)
  const hintKey = `${folder}/version-hint.text`
  if (version < (await readHint(storage, hintKey))) {
    return
  }
  await linkVersion(storage, metadataKey, `${folder}/v${version}.metadata.json`)
  // @NOTE no newline: DuckDB takes the text as it is.
  await storage.replace(hintKey, new TextEncoder().encode(String(version)))
}

/**
 * Removes the metadata files that this version of the table, compared to the one before, no longer lists. To be
 * called after the commit and once for each; what is missed is left to the removal of orphans by age.
 */
export async function expireMetadataFiles(
  storage: LakeStorage,
  metadataKey: string,
): Promise<readonly string[]> {
  const { version } = parseMetadataKey(metadataKey)
  // As many files as there were versions are listed, until there are too many.
  if (version <= MAX_LOGGED_METADATA_FILES) return []
  const listed = await readMetadataLog(storage, metadataKey)
  const previousKey = listed.at(-1)
  if (previousKey === undefined || (await storage.stat(previousKey)) === undefined) {
    return []
  }
  const kept = new Set(listed)
  const expired = (await readMetadataLog(storage, previousKey)).filter((key) => !kept.has(key))
  await storage.remove(expired.flatMap((key) => [key, versionKeyOf(key)]))
  return expired
}

async function readMetadataLog(storage: LakeStorage, metadataKey: string): Promise<string[]> {
  const metadata = await readMetadata(storage, metadataKey)
  return (metadata['metadata-log'] ?? []).map((entry) => storage.keyOf(entry['metadata-file']))
}

function versionKeyOf(metadataKey: string): string {
  const { version, folder } = parseMetadataKey(metadataKey)
  return `${folder}/v${version}.metadata.json`
}

async function readHint(storage: LakeStorage, hintKey: string): Promise<number> {
  if ((await storage.stat(hintKey)) === undefined) {
    return -1
  }
  const version = Number.parseInt(new TextDecoder().decode(await storage.get(hintKey)), 10)
  return Number.isNaN(version) ? -1 : version
}

/** A second name in a folder; a copy elsewhere. */
async function linkVersion(storage: LakeStorage, metadataKey: string, versionKey: string): Promise<void> {
  const [from, to] = [storage.localPath(metadataKey), storage.localPath(versionKey)]
  try {
    if (from !== undefined && to !== undefined) {
      await link(from, to)
    } else {
      await storage.put(versionKey, await storage.get(metadataKey))
    }
  } catch (error) {
    const isThere =
      error instanceof ObjectExistsError ||
      (error instanceof Error && 'code' in error && error.code === 'EEXIST')
    if (!isThere) {
      throw error
    }
  }
}

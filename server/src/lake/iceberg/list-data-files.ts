import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { decodeManifest, decodeManifestList, ENTRY_STATUS, type ManifestFile } from './manifest.ts'
import { currentSnapshotOf, type MetadataJson, readMetadata, type SnapshotJson } from './metadata.ts'

/** A data file of a snapshot. */
export interface ListedDataFile {
  readonly key: string
  readonly rowCount: number
  readonly sizeBytes: number
  /** The snapshot that added it. */
  readonly snapshotId: string
}

/** The table has no such snapshot, or no longer. */
export class SnapshotNotFoundError extends Error {
  override readonly name = 'SnapshotNotFoundError'
}

/** Manifests are read a few at a time. */
const CONCURRENT_READS = 8

export interface ListFilesOptions {
  /** The current one when absent. */
  readonly snapshotId?: string | undefined
  /** Only files that this snapshot has added; manifests of others are not opened. */
  readonly addedBy?: string | undefined
}

/**
 * The data files of a snapshot, those of older snapshots first. Throws SnapshotNotFoundError.
 */
export async function listDataFiles(
  storage: LakeStorage,
  metadataKey: string,
  options: ListFilesOptions = {},
): Promise<ListedDataFile[]> {
  return listFilesOf(storage, await readMetadata(storage, metadataKey), options)
}

/** The same of a metadata file that has been read. */
export async function listFilesOf(
  storage: LakeStorage,
  metadata: MetadataJson,
  { snapshotId, addedBy }: ListFilesOptions,
): Promise<ListedDataFile[]> {
  const snapshot = snapshotId === undefined ? currentSnapshotOf(metadata) : getSnapshot(metadata, snapshotId)
  if (!snapshot) {
    return []
  }
  const manifests = (await readManifestList(storage, snapshot)).filter(
    ({ added_snapshot_id: id }) => addedBy === undefined || String(id) === addedBy,
  )
  const oldestFirst = manifests.toSorted((a, b) => Number(a.sequence_number - b.sequence_number))
  const files: { readonly sequenceNumber: bigint; readonly file: ListedDataFile }[] = []
  for (let at = 0; at < oldestFirst.length; at += CONCURRENT_READS) {
    const some = oldestFirst.slice(at, at + CONCURRENT_READS)
    files.push(...(await Promise.all(some.map((manifest) => readDataFiles(storage, manifest)))).flat())
  }
  files.sort((a, b) => Number(a.sequenceNumber - b.sequenceNumber))
  return files.map(({ file }) => file).filter((file) => addedBy === undefined || file.snapshotId === addedBy)
}

/** The lines of a snapshot's manifest list. */
export async function readManifestList(
  storage: LakeStorage,
  snapshot: SnapshotJson,
): Promise<ManifestFile[]> {
  return decodeManifestList(await storage.get(storage.keyOf(snapshot['manifest-list'])))
}

function getSnapshot(metadata: MetadataJson, snapshotId: string): SnapshotJson {
  const snapshot = metadata.snapshots?.find((one) => String(one['snapshot-id']) === snapshotId)
  if (!snapshot) {
    throw new SnapshotNotFoundError(`table '${metadata.location}' has no snapshot ${snapshotId}`)
  }
  return snapshot
}

async function readDataFiles(
  storage: LakeStorage,
  manifest: ManifestFile,
): Promise<{ readonly sequenceNumber: bigint; readonly file: ListedDataFile }[]> {
  const entries = decodeManifest(await storage.get(storage.keyOf(manifest.manifest_path)))
  return entries
    .filter(({ status, data_file }) => status !== ENTRY_STATUS.deleted && data_file.content === 0)
    .map((entry) => ({
      sequenceNumber: entry.sequence_number ?? manifest.sequence_number,
      file: {
        key: storage.keyOf(entry.data_file.file_path),
        rowCount: Number(entry.data_file.record_count),
        sizeBytes: Number(entry.data_file.file_size_in_bytes),
        snapshotId: String(entry.snapshot_id ?? manifest.added_snapshot_id),
      },
    }))
}

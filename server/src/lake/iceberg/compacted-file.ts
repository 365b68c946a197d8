import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { decodeManifest, ENTRY_STATUS, encodeManifest, type ManifestEntry } from './manifest.ts'
import type { SchemaJson } from './metadata.ts'

/** A data file that was made of others, which are still there, with the way back to them. */
export interface CompactedFile {
  readonly key: string
  /** What `encodeSources` made. */
  readonly entries: Uint8Array
}

/** A file that a compacted one was made of. */
export interface SourceFile {
  readonly key: string
  readonly rowCount: number
  readonly sizeBytes: number
}

/** The lines that files had in the table, with keys instead of URIs: a lake may be moved. */
export function encodeSources(
  storage: LakeStorage,
  entries: readonly ManifestEntry[],
  schema: SchemaJson,
): Uint8Array {
  const lines = entries.map((entry) => withPath(entry, storage.keyOf(entry.data_file.file_path)))
  return encodeManifest(lines, JSON.stringify(schema), schema['schema-id'])
}

/** The lines that give the sources back to the table. */
export function decodeSources(
  storage: LakeStorage,
  { entries }: Pick<CompactedFile, 'entries'>,
): readonly ManifestEntry[] {
  return decodeManifest(entries).map((entry) => withPath(entry, storage.uri(entry.data_file.file_path)))
}

/** What a compacted file was made of. */
export function sourceFilesOf({ entries }: Pick<CompactedFile, 'entries'>): readonly SourceFile[] {
  return decodeManifest(entries).map(({ data_file: file }) => ({
    key: file.file_path,
    rowCount: Number(file.record_count),
    sizeBytes: Number(file.file_size_in_bytes),
  }))
}

/** The line with which a file comes into a snapshot at the place that its rows have had before. */
export function addedAgain(entry: ManifestEntry, snapshotId: bigint): ManifestEntry {
  return { ...entry, status: ENTRY_STATUS.added, snapshot_id: snapshotId, file_sequence_number: null }
}

function withPath(entry: ManifestEntry, path: string): ManifestEntry {
  return { ...entry, data_file: { ...entry.data_file, file_path: path } }
}

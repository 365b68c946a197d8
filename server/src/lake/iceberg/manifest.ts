import { decodeAvroContainer, encodeAvroContainer } from './avro-container.ts'
import type { DataFileColumn, DataFileSummary } from './data-file.ts'
import { MANIFEST_ENTRY, MANIFEST_FILE } from './manifest-schemas.ts'

/** What became of a file in the snapshot that wrote the manifest. */
export const ENTRY_STATUS = Object.freeze({ existing: 0, added: 1, deleted: 2 })

interface Pair<Value> {
  readonly key: number
  readonly value: Value
}

/** A data file as a manifest holds it. */
export interface ManifestDataFile {
  readonly content: number
  readonly file_path: string
  readonly file_format: string
  readonly partition: Readonly<Record<string, never>>
  readonly record_count: bigint
  readonly file_size_in_bytes: bigint
  readonly column_sizes: readonly Pair<bigint>[] | null
  readonly value_counts: readonly Pair<bigint>[] | null
  readonly null_value_counts: readonly Pair<bigint>[] | null
  readonly nan_value_counts: readonly Pair<bigint>[] | null
  readonly lower_bounds: readonly Pair<Buffer>[] | null
  readonly upper_bounds: readonly Pair<Buffer>[] | null
  readonly key_metadata: Buffer | null
  readonly split_offsets: readonly bigint[] | null
  readonly equality_ids: readonly number[] | null
  readonly sort_order_id: number | null
}

/** A line of a manifest. Nulls of an added file are inherited from the line of the manifest in its list. */
export interface ManifestEntry {
  readonly status: number
  readonly snapshot_id: bigint | null
  readonly sequence_number: bigint | null
  readonly file_sequence_number: bigint | null
  readonly data_file: ManifestDataFile
}

/** A line of a manifest list. */
export interface ManifestFile {
  readonly manifest_path: string
  readonly manifest_length: bigint
  readonly partition_spec_id: number
  readonly content: number
  readonly sequence_number: bigint
  readonly min_sequence_number: bigint
  readonly added_snapshot_id: bigint
  readonly added_files_count: number
  readonly existing_files_count: number
  readonly deleted_files_count: number
  readonly added_rows_count: bigint
  readonly existing_rows_count: bigint
  readonly deleted_rows_count: bigint
  readonly partitions: readonly unknown[] | null
  readonly key_metadata: Buffer | null
}

/** An added file's line. Its sequence numbers are those of the snapshot, whatever number that gets. */
export function addedEntry(uri: string, summary: DataFileSummary, snapshotId: bigint): ManifestEntry {
  return {
    status: ENTRY_STATUS.added,
    snapshot_id: snapshotId,
    sequence_number: null,
    file_sequence_number: null,
    data_file: dataFileOf(uri, summary),
  }
}

/** The line of a file of an older snapshot, with everything it used to inherit written out. */
export function existingEntry(entry: ManifestEntry, manifest: ManifestFile): ManifestEntry {
  return {
    status: ENTRY_STATUS.existing,
    snapshot_id: entry.snapshot_id ?? manifest.added_snapshot_id,
    sequence_number: entry.sequence_number ?? manifest.sequence_number,
    file_sequence_number: entry.file_sequence_number ?? manifest.sequence_number,
    data_file: entry.data_file,
  }
}

/** `schemaJson` is the table's whole schema object as JSON. */
export function encodeManifest(
  entries: readonly ManifestEntry[],
  schemaJson: string,
  schemaId: number,
): Uint8Array {
  const metadata = {
    schema: schemaJson,
    'schema-id': String(schemaId),
    'partition-spec': '[]',
    'partition-spec-id': '0',
    'format-version': '2',
    content: 'data',
  }
  return encodeAvroContainer(MANIFEST_ENTRY, metadata, entries)
}

export function decodeManifest(bytes: Uint8Array): ManifestEntry[] {
  return decodeAvroContainer(bytes).records as ManifestEntry[]
}

/** `parentId` is `undefined` for a table's first snapshot. */
export function encodeManifestList(
  manifests: readonly ManifestFile[],
  snapshotId: bigint,
  parentId: bigint | undefined,
  sequenceNumber: bigint,
): Uint8Array {
  const metadata = {
    'snapshot-id': String(snapshotId),
    'parent-snapshot-id': parentId === undefined ? 'null' : String(parentId),
    'sequence-number': String(sequenceNumber),
    'format-version': '2',
  }
  return encodeAvroContainer(MANIFEST_FILE, metadata, manifests)
}

export function decodeManifestList(bytes: Uint8Array): ManifestFile[] {
  return decodeAvroContainer(bytes).records as ManifestFile[]
}

/** The line of a manifest that a snapshot writes. */
export function manifestFileOf(
  uri: string,
  sizeBytes: number,
  entries: readonly ManifestEntry[],
  snapshotId: bigint,
  sequenceNumber: bigint,
): ManifestFile {
  const added = entries.filter(({ status }) => status === ENTRY_STATUS.added)
  const existing = entries.filter(({ status }) => status === ENTRY_STATUS.existing)
  const deleted = entries.filter(({ status }) => status === ENTRY_STATUS.deleted)
  // What is deleted says nothing about the files that are left.
  const numbers = [...added, ...existing].map((entry) => entry.sequence_number ?? sequenceNumber)
  return {
    manifest_path: uri,
    manifest_length: BigInt(sizeBytes),
    partition_spec_id: 0,
    content: 0,
    sequence_number: sequenceNumber,
    min_sequence_number: leastOf(numbers, sequenceNumber),
    added_snapshot_id: snapshotId,
    added_files_count: added.length,
    existing_files_count: existing.length,
    deleted_files_count: deleted.length,
    added_rows_count: countRows(added),
    existing_rows_count: countRows(existing),
    deleted_rows_count: countRows(deleted),
    partitions: [],
    key_metadata: null,
  }
}

/** `Math.min` doesn't take BigInt. */
function leastOf(numbers: readonly bigint[], start: bigint): bigint {
  let least = start
  for (const number of numbers) {
    if (number < least) {
      least = number
    }
  }
  return least
}

function countRows(entries: readonly ManifestEntry[]): bigint {
  return entries.reduce((sum, entry) => sum + entry.data_file.record_count, 0n)
}

function dataFileOf(uri: string, summary: DataFileSummary): ManifestDataFile {
  const { columns } = summary
  const counts = (countOf: (column: DataFileColumn) => number | undefined) =>
    pairsOf(columns, (column) => {
      const count = countOf(column)
      return count === undefined ? undefined : BigInt(count)
    })
  const bounds = (boundOf: (column: DataFileColumn) => Uint8Array | undefined) =>
    pairsOf(columns, (column) => {
      const bound = boundOf(column)
      return bound && Buffer.from(bound)
    })
  return {
    content: 0,
    file_path: uri,
    file_format: 'PARQUET',
    partition: {},
    record_count: BigInt(summary.rowCount),
    file_size_in_bytes: BigInt(summary.sizeBytes),
    column_sizes: counts(({ sizeBytes }) => sizeBytes),
    value_counts: counts(({ valueCount }) => valueCount),
    null_value_counts: counts(({ nullCount }) => nullCount),
    nan_value_counts: counts(({ nanCount }) => nanCount),
    lower_bounds: bounds(({ lower }) => lower),
    upper_bounds: bounds(({ upper }) => upper),
    key_metadata: null,
    split_offsets: summary.splitOffsets.length === 0 ? null : summary.splitOffsets.map(BigInt),
    equality_ids: null,
    sort_order_id: 0,
  }
}

function pairsOf<Value>(
  columns: readonly DataFileColumn[],
  read: (column: DataFileColumn) => Value | undefined,
): Pair<Value>[] {
  const pairs: Pair<Value>[] = []
  for (const column of columns) {
    const value = read(column)
    if (value !== undefined) {
      pairs.push({ key: column.fieldId, value })
    }
  }
  return pairs
}

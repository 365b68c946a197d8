import { randomUUID } from 'node:crypto'
import type { LakeField } from '#columns/column-type.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import {
  currentSchemaOf,
  currentSnapshotOf,
  type MetadataJson,
  metadataKeyOf,
  putMetadata,
  readMetadata,
  type SnapshotJson,
} from './metadata.ts'
import { publishHint } from './publish-hint.ts'
import { fieldsFromIceberg, fieldsToIceberg, largestFieldId } from './schema-json.ts'

// All that others do with a table, in one place.
export { listDataFiles } from './list-data-files.ts'
export { expireMetadataFiles, publishHint } from './publish-hint.ts'
export { stageAppend } from './stage-append.ts'
export { stageRemoval } from './stage-removal.ts'

/** One version of a table's content. */
export interface Snapshot {
  /** A decimal number of up to 63 bits. */
  readonly id: string
  readonly parentId?: string | undefined
  readonly timestampMs: number
  /** `operation`, totals, and whatever the writer noted. */
  readonly summary: Readonly<Record<string, string>>
}

/** A table as one of its metadata files describes it. */
export interface Table {
  readonly metadataKey: string
  readonly tableUuid: string
  /** URI of the table's folder. */
  readonly location: string
  /** The current schema. */
  readonly fields: readonly LakeField[]
  /** The largest field id ever given. */
  readonly lastColumnId: number
  readonly currentSnapshotId?: string | undefined
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[]
  readonly properties: Readonly<Record<string, string>>
}

export interface CreateTableOptions {
  /** Key of the table's folder: `prod/<dataset id>`. */
  readonly location: string
  readonly fields: readonly LakeField[]
  readonly properties?: Readonly<Record<string, string>> | undefined
  readonly nowMs: number
}

/** Writes the first metadata file of an empty, unpartitioned table. */
export async function createTable(
  storage: LakeStorage,
  options: CreateTableOptions,
): Promise<{ readonly metadataKey: string }> {
  const metadataKey = metadataKeyOf(options.location, 0, randomUUID())
  await putMetadata(storage, metadataKey, firstMetadata(storage.uri(options.location), options))
  await publishHint(storage, metadataKey)
  return { metadataKey }
}

function firstMetadata(location: string, { fields, properties, nowMs }: CreateTableOptions): MetadataJson {
  return {
    'format-version': 2,
    'table-uuid': randomUUID(),
    location,
    'last-sequence-number': 0,
    'last-updated-ms': nowMs,
    'last-column-id': largestFieldId(fields),
    'current-schema-id': 0,
    schemas: [{ type: 'struct', 'schema-id': 0, fields: fieldsToIceberg(fields) }],
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: [] }],
    'last-partition-id': 999,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: properties ?? {},
    refs: {},
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
  }
}

/** Reads one metadata file. Throws TableMetadataError, UnknownIcebergTypeError, ObjectNotFoundError. */
export async function readTable(storage: LakeStorage, metadataKey: string): Promise<Table> {
  const metadata = await readMetadata(storage, metadataKey)
  const current = currentSnapshotOf(metadata)
  return {
    metadataKey,
    tableUuid: metadata['table-uuid'],
    location: metadata.location,
    fields: fieldsFromIceberg(currentSchemaOf(metadata).fields),
    lastColumnId: metadata['last-column-id'],
    ...(current && { currentSnapshotId: String(current['snapshot-id']) }),
    snapshots: (metadata.snapshots ?? []).map(snapshotOf),
    properties: metadata.properties ?? {},
  }
}

/** The newest snapshot whose summary satisfies `matches`, such as the one that a run has already written. */
export function findSnapshot(
  table: Table,
  matches: (summary: Readonly<Record<string, string>>) => boolean,
): Snapshot | undefined {
  return table.snapshots.findLast(({ summary }) => matches(summary))
}

function snapshotOf(snapshot: SnapshotJson): Snapshot {
  const parentId = snapshot['parent-snapshot-id']
  return {
    id: String(snapshot['snapshot-id']),
    ...(parentId !== undefined && parentId !== null && { parentId: String(parentId) }),
    timestampMs: snapshot['timestamp-ms'],
    summary: snapshot.summary ?? {},
  }
}

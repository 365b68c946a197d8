import type { LakeStorage, NewObject } from '#lake/storage/lake-storage.ts'
import { formatLosslessJson, parseLosslessJson } from './lossless-json.ts'
import type { IcebergField } from './schema-json.ts'

/** An integer of 64 bits as JSON gives it: a number if a double holds it. */
export type JsonLong = number | bigint

export interface SchemaJson {
  readonly type: 'struct'
  readonly 'schema-id': number
  readonly fields: readonly IcebergField[]
}

export interface SnapshotJson {
  readonly 'snapshot-id': JsonLong
  readonly 'parent-snapshot-id'?: JsonLong | undefined
  readonly 'sequence-number': number
  readonly 'timestamp-ms': number
  readonly 'manifest-list': string
  readonly summary: Readonly<Record<string, string>>
  readonly 'schema-id'?: number | undefined
}

/** The metadata file of a table, format version 2: what this program reads of it; the rest is passed on. */
export interface MetadataJson {
  readonly 'format-version': number
  readonly 'table-uuid': string
  readonly location: string
  readonly 'last-sequence-number': number
  readonly 'last-updated-ms': number
  readonly 'last-column-id': number
  readonly 'current-schema-id': number
  readonly schemas: readonly SchemaJson[]
  readonly properties?: Readonly<Record<string, string>> | undefined
  readonly 'current-snapshot-id'?: JsonLong | null | undefined
  readonly snapshots?: readonly SnapshotJson[] | undefined
  readonly 'snapshot-log'?:
    | readonly { readonly 'snapshot-id': JsonLong; readonly 'timestamp-ms': number }[]
    | undefined
  readonly 'metadata-log'?:
    | readonly { readonly 'metadata-file': string; readonly 'timestamp-ms': number }[]
    | undefined
  readonly refs?: Readonly<Record<string, unknown>> | undefined
  readonly [other: string]: unknown
}

/** A metadata file that is none, or of another format version. */
export class TableMetadataError extends Error {
  override readonly name = 'TableMetadataError'
}

/** Metadata files of before that one names; older ones are removed. */
export const MAX_LOGGED_METADATA_FILES = 100

/** Throws TableMetadataError, ObjectNotFoundError. */
export async function readMetadata(storage: LakeStorage, metadataKey: string): Promise<MetadataJson> {
  const text = new TextDecoder().decode(await storage.get(metadataKey))
  const metadata = parseLosslessJson(text) as MetadataJson
  if (metadata['format-version'] !== 2) {
    const version = metadata['format-version']
    throw new TableMetadataError(`'${metadataKey}' has the format version ${version}; only 2 is known`)
  }
  return metadata
}

export async function putMetadata(
  storage: LakeStorage,
  metadataKey: string,
  metadata: MetadataJson,
): Promise<void> {
  await storage.putAll([metadataObject(metadataKey, metadata)])
}

/** A metadata file as it is written. */
export function metadataObject(key: string, metadata: MetadataJson): NewObject {
  return { key, bytes: new TextEncoder().encode(formatLosslessJson(metadata)) }
}

/** `<location>/metadata/00007-<uuid>.metadata.json`. */
export function metadataKeyOf(location: string, version: number, uuid: string): string {
  return `${location}/metadata/${String(version).padStart(5, '0')}-${uuid}.metadata.json`
}

/** Version number and folder (`<location>/metadata`) of a metadata file. Throws TableMetadataError. */
export function parseMetadataKey(metadataKey: string): { readonly version: number; readonly folder: string } {
  const match = /^(.+)\/(\d+)-[^/]+\.metadata\.json$/.exec(metadataKey)
  if (!match) {
    throw new TableMetadataError(`'${metadataKey}' is not named like a table's metadata file`)
  }
  return { version: Number(match[2]), folder: match[1] as string }
}

/** Throws TableMetadataError. */
export function currentSchemaOf(metadata: MetadataJson): SchemaJson {
  const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id'])
  if (!schema) {
    throw new TableMetadataError(`the table has no schema ${metadata['current-schema-id']}, its current one`)
  }
  return schema
}

/** `undefined` for a table without snapshots; -1 and null mean the same in files of other writers. */
export function currentSnapshotOf(metadata: MetadataJson): SnapshotJson | undefined {
  const id = metadata['current-snapshot-id']
  return metadata.snapshots?.find((snapshot) => String(snapshot['snapshot-id']) === String(id))
}

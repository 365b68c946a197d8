import { randomUUID } from 'node:crypto'
import type { LakeField } from '#columns/column-type.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { DataFile } from './data-file.ts'
import {
  currentSchemaOf,
  currentSnapshotOf,
  type MetadataJson,
  metadataKeyOf,
  parseMetadataKey,
  readMetadata,
  type SchemaJson,
  type SnapshotJson,
} from './metadata.ts'
import { planMetadata } from './plan-metadata.ts'
import {
  DEFAULT_RETENTION,
  describeExpired,
  type ExpiredSnapshot,
  findExpired,
  type Retention,
} from './retention.ts'
import { assertEvolvable } from './schema-evolution.ts'
import { fieldsFromIceberg, fieldsToIceberg } from './schema-json.ts'
import { SnapshotWriter } from './snapshot-writer.ts'

export interface StageAppendOptions {
  /** May be empty: a run that found no rows still leaves its mark. */
  readonly files: readonly DataFile[]
  /** The writer's notes for the snapshot: `headwater.batch-id`, `flow.run-id`. */
  readonly summary: Readonly<Record<string, string>>
  /** The table's schema from this snapshot on; all its fields. */
  readonly fields?: readonly LakeField[] | undefined
  /** Of the table's past. */
  readonly retention?: Retention | undefined
  readonly nowMs: number
}

export interface StagedAppend {
  /** The table with the new snapshot, once the catalogue points here. */
  readonly metadataKey: string
  readonly snapshotId: string
  /** What the table has no more then; whoever moves the pointer notes them down. */
  readonly expired: readonly ExpiredSnapshot[]
}

/**
 * Writes everything of a snapshot that adds files to the table at `metadataKey`: manifest, manifest list and
 * metadata. Nothing points at it yet: the commit is the move of the table's pointer from `metadataKey` to the
 * returned key, which must fail if another writer was faster; then stage again. What is abandoned is an orphan.
 * Throws SchemaEvolutionError, TableMetadataError.
 */
export async function stageAppend(
  storage: LakeStorage,
  metadataKey: string,
  options: StageAppendOptions,
): Promise<StagedAppend> {
  const base = await readMetadata(storage, metadataKey)
  const { version, folder } = parseMetadataKey(metadataKey)
  const location = folder.replace(/\/metadata$/, '')
  const schema = planSchema(base, options.fields)
  const writer = new SnapshotWriter(storage, base, schema, `${location}/metadata`)
  const manifestList = await writer.append(options.files)

  const expired = findExpired(base, options.retention ?? DEFAULT_RETENTION, options)
  const metadata = planMetadata(base, {
    schema,
    expired,
    previousFile: storage.uri(metadataKey),
    timestampMs: Math.max(options.nowMs, base['last-updated-ms']),
    snapshot: {
      'snapshot-id': Number(writer.snapshotId),
      'sequence-number': Number(writer.sequenceNumber),
      'manifest-list': manifestList,
      summary: planSummary(currentSnapshotOf(base), options),
    },
  })
  const nextKey = metadataKeyOf(location, version + 1, randomUUID())
  await writer.write(nextKey, metadata)
  return {
    metadataKey: nextKey,
    snapshotId: String(writer.snapshotId),
    expired: describeExpired(storage, base, expired),
  }
}

/** The schema for the new snapshot: the current one, an older one that is the same, or a new one. */
function planSchema(base: MetadataJson, fields: readonly LakeField[] | undefined): SchemaJson {
  const current = currentSchemaOf(base)
  if (!fields) {
    return current
  }
  const wanted = fieldsToIceberg(fields)
  const isWanted = (schema: SchemaJson) => JSON.stringify(schema.fields) === JSON.stringify(wanted)
  if (isWanted(current)) {
    return current
  }
  assertEvolvable(fieldsFromIceberg(current.fields), fields)
  const nextId = Math.max(...base.schemas.map((schema) => schema['schema-id'])) + 1
  return base.schemas.find(isWanted) ?? { type: 'struct', 'schema-id': nextId, fields: wanted }
}

/** The writer's notes, then Iceberg's own entries, which they can't replace. */
function planSummary(
  parent: SnapshotJson | undefined,
  { files, summary }: StageAppendOptions,
): Record<string, string> {
  const rowCount = files.reduce((sum, file) => sum + file.summary.rowCount, 0)
  const sizeBytes = files.reduce((sum, file) => sum + file.summary.sizeBytes, 0)
  const total = (name: string, added: number) => {
    const before = parent ? parent.summary[name] : '0'
    return before === undefined ? {} : { [name]: String(BigInt(before) + BigInt(added)) }
  }
  return {
    ...summary,
    operation: 'append',
    'added-data-files': String(files.length),
    'added-records': String(rowCount),
    'added-files-size': String(sizeBytes),
    'changed-partition-count': files.length === 0 ? '0' : '1',
    ...total('total-records', rowCount),
    ...total('total-files-size', sizeBytes),
    ...total('total-data-files', files.length),
    ...total('total-delete-files', 0),
    ...total('total-position-deletes', 0),
    ...total('total-equality-deletes', 0),
  }
}

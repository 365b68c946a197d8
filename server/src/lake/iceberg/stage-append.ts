import { randomBytes, randomUUID } from 'node:crypto'
import type { LakeField } from '#columns/column-type.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { DataFile } from './data-file.ts'
import { readManifestList } from './list-data-files.ts'
import {
  addedEntry,
  decodeManifest,
  ENTRY_STATUS,
  encodeManifest,
  encodeManifestList,
  existingEntry,
  type ManifestEntry,
  type ManifestFile,
  manifestFileOf,
} from './manifest.ts'
import {
  currentSchemaOf,
  currentSnapshotOf,
  type MetadataJson,
  metadataKeyOf,
  parseMetadataKey,
  putMetadata,
  readMetadata,
  type SchemaJson,
  type SnapshotJson,
} from './metadata.ts'
import { assertEvolvable } from './schema-evolution.ts'
import { fieldsFromIceberg, fieldsToIceberg, largestFieldId } from './schema-json.ts'

export interface StageAppendOptions {
  /** May be empty: a run that found no rows still leaves its mark. */
  readonly files: readonly DataFile[]
  /** The writer's notes for the snapshot: `headwater.batch-id`, `flow.run-id`. */
  readonly summary: Readonly<Record<string, string>>
  /** The table's schema from this snapshot on; all its fields. */
  readonly fields?: readonly LakeField[] | undefined
  readonly nowMs: number
}

export interface StagedAppend {
  /** The table with the new snapshot, once the catalogue points here. */
  readonly metadataKey: string
  readonly snapshotId: string
}

/** A list longer than this is cut by merging its small manifests. */
const MAX_MANIFESTS = 100
/** Manifests from this size on are left as they are. */
const FULL_MANIFEST_BYTES = 8 * 1024 * 1024
const MAX_LOGGED_METADATA_FILES = 100

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
  const manifestList = await writer.write(options.files)

  const metadata = planMetadata(base, {
    schema,
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
  await putMetadata(storage, nextKey, metadata)
  return { metadataKey: nextKey, snapshotId: String(writer.snapshotId) }
}

/** Writes the manifests of one snapshot and their list. */
class SnapshotWriter {
  readonly snapshotId: bigint
  readonly sequenceNumber: bigint
  readonly #storage: LakeStorage
  readonly #parent: SnapshotJson | undefined
  readonly #schema: SchemaJson
  readonly #folder: string
  readonly #uuid = randomUUID()
  #manifestCount = 0

  constructor(storage: LakeStorage, base: MetadataJson, schema: SchemaJson, folder: string) {
    this.#storage = storage
    this.#parent = currentSnapshotOf(base)
    this.#schema = schema
    this.#folder = folder
    this.snapshotId = newSnapshotId(base)
    this.sequenceNumber = BigInt(base['last-sequence-number']) + 1n
  }

  /** Returns the URI of the manifest list. */
  async write(files: readonly DataFile[]): Promise<string> {
    const inherited = this.#parent ? await this.#inherit(this.#parent) : []
    const entries = files.map(({ key, summary }) =>
      addedEntry(this.#storage.uri(key), summary, this.snapshotId),
    )
    const added = entries.length === 0 ? [] : [await this.#putManifest(entries)]
    const parentId = this.#parent && BigInt(this.#parent['snapshot-id'])
    const key = `${this.#folder}/snap-${this.snapshotId}-1-${this.#uuid}.avro`
    const list = encodeManifestList([...added, ...inherited], this.snapshotId, parentId, this.sequenceNumber)
    await this.#storage.put(key, list)
    return this.#storage.uri(key)
  }

  /** The manifests of the parent, with the small ones merged if there are too many. */
  async #inherit(parent: SnapshotJson): Promise<ManifestFile[]> {
    const manifests = await readManifestList(this.#storage, parent)
    if (manifests.length < MAX_MANIFESTS) {
      return manifests
    }
    const isSmall = ({ content, manifest_length, partition_spec_id }: ManifestFile) =>
      content === 0 && partition_spec_id === 0 && manifest_length < FULL_MANIFEST_BYTES
    const entries: ManifestEntry[] = []
    for (const manifest of manifests.filter(isSmall)) {
      entries.push(...(await this.#readLiveEntries(manifest)))
    }
    const merged = entries.length === 0 ? [] : [await this.#putManifest(entries)]
    return [...merged, ...manifests.filter((manifest) => !isSmall(manifest))]
  }

  async #readLiveEntries(manifest: ManifestFile): Promise<ManifestEntry[]> {
    const bytes = await this.#storage.get(this.#storage.keyOf(manifest.manifest_path))
    return decodeManifest(bytes)
      .filter(({ status }) => status !== ENTRY_STATUS.deleted)
      .map((entry) => existingEntry(entry, manifest))
  }

  async #putManifest(entries: readonly ManifestEntry[]): Promise<ManifestFile> {
    const key = `${this.#folder}/${this.#uuid}-m${this.#manifestCount++}.avro`
    const bytes = encodeManifest(entries, JSON.stringify(this.#schema), this.#schema['schema-id'])
    await this.#storage.put(key, bytes)
    const uri = this.#storage.uri(key)
    return manifestFileOf(uri, bytes.length, entries, this.snapshotId, this.sequenceNumber)
  }
}

/** A positive number of at most 53 bits, so that no reader rounds it, which the table doesn't have yet. */
function newSnapshotId(base: MetadataJson): bigint {
  const taken = new Set((base.snapshots ?? []).map((snapshot) => String(snapshot['snapshot-id'])))
  for (;;) {
    const id = randomBytes(8).readBigUInt64BE() >> 11n
    if (id > 0n && !taken.has(String(id))) {
      return id
    }
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

interface MetadataPlan {
  readonly schema: SchemaJson
  readonly previousFile: string
  readonly timestampMs: number
  readonly snapshot: Pick<SnapshotJson, 'snapshot-id' | 'sequence-number' | 'manifest-list' | 'summary'>
}

function planMetadata(base: MetadataJson, plan: MetadataPlan): MetadataJson {
  const { schema, snapshot, timestampMs } = plan
  const parent = currentSnapshotOf(base)
  const id = snapshot['snapshot-id']
  const isNewSchema = !base.schemas.some((known) => known['schema-id'] === schema['schema-id'])
  const previous = { 'metadata-file': plan.previousFile, 'timestamp-ms': base['last-updated-ms'] }
  return {
    ...base,
    'last-sequence-number': snapshot['sequence-number'],
    'last-updated-ms': timestampMs,
    'last-column-id': Math.max(base['last-column-id'], largestFieldId(fieldsFromIceberg(schema.fields))),
    'current-schema-id': schema['schema-id'],
    schemas: isNewSchema ? [...base.schemas, schema] : base.schemas,
    refs: { ...base.refs, main: { 'snapshot-id': id, type: 'branch' } },
    'current-snapshot-id': id,
    snapshots: [
      ...(base.snapshots ?? []),
      {
        ...snapshot,
        ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
        'timestamp-ms': timestampMs,
        'schema-id': schema['schema-id'],
      },
    ],
    'snapshot-log': [...(base['snapshot-log'] ?? []), { 'snapshot-id': id, 'timestamp-ms': timestampMs }],
    'metadata-log': [...(base['metadata-log'] ?? []), previous].slice(-MAX_LOGGED_METADATA_FILES),
  }
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

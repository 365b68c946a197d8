import { randomBytes, randomUUID } from 'node:crypto'
import type { LakeStorage, NewObject } from '#lake/storage/lake-storage.ts'
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
  currentSnapshotOf,
  type MetadataJson,
  metadataObject,
  type SchemaJson,
  type SnapshotJson,
} from './metadata.ts'

/** A list longer than this is cut by merging its small manifests. */
const MAX_MANIFESTS = 100
/** Manifests from this size on are left as they are. */
const FULL_MANIFEST_BYTES = 8 * 1024 * 1024
const CONCURRENT_READS = 8

export interface RewrittenFiles {
  readonly manifestList: string
  readonly removed: readonly ManifestEntry[]
  readonly added: readonly ManifestEntry[]
}

function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

/** A manifest whose files have all gone belongs to the snapshot that removed the last of them, and to no later one. */
function hasFiles({ added_files_count, existing_files_count }: ManifestFile): boolean {
  return added_files_count + existing_files_count > 0
}

/** Makes the manifests of one snapshot and their list. Nothing is written before {@link SnapshotWriter.write}. */
export class SnapshotWriter {
  readonly snapshotId: bigint
  readonly sequenceNumber: bigint
  readonly #storage: LakeStorage
  readonly #parent: SnapshotJson | undefined
  readonly #schema: SchemaJson
  readonly #folder: string
  readonly #uuid = randomUUID()
  #manifestCount = 0
  readonly #objects: NewObject[] = []

  constructor(storage: LakeStorage, base: MetadataJson, schema: SchemaJson, folder: string) {
    this.#storage = storage
    this.#parent = currentSnapshotOf(base)
    this.#schema = schema
    this.#folder = folder
    this.snapshotId = newSnapshotId(base)
    this.sequenceNumber = BigInt(base['last-sequence-number']) + 1n
  }

  /** Writes all that was made, with the metadata file that names it: nothing points at any of it yet. */
  async write(metadataKey: string, metadata: MetadataJson): Promise<void> {
    await this.#storage.putAll([...this.#objects, metadataObject(metadataKey, metadata)])
  }

  /** The parent's files and these. Returns the URI of the manifest list. */
  async append(files: readonly DataFile[]): Promise<string> {
    const inherited = this.#parent ? await this.#inherit(this.#parent) : []
    const entries = files.map(({ key, summary }) =>
      addedEntry(this.#storage.uri(key), summary, this.snapshotId),
    )
    const added = entries.length === 0 ? [] : [this.#addManifest(entries)]
    return this.#addList([...added, ...inherited])
  }

  /**
   * The parent's files without those of these URIs, and with what `add` makes of them. Returns the URI of the manifest
   * list, and what is gone and new.
   */
  async rewrite(
    uris: ReadonlySet<string>,
    add: (removed: readonly ManifestEntry[]) => readonly ManifestEntry[] = () => [],
  ): Promise<RewrittenFiles> {
    const manifests: ManifestFile[] = []
    const removed: ManifestEntry[] = []
    const left: ManifestEntry[] = []
    for (const manifest of this.#parent ? await this.#inherit(this.#parent) : []) {
      const entries = await this.#readLiveEntries(manifest)
      const [hit, others] = split(entries, ({ data_file }) => uris.has(data_file.file_path))
      if (hit.length === 0) manifests.push(manifest)
      else {
        removed.push(...hit)
        left.push(...others)
      }
    }
    const added = add(removed)
    const made = [added, left, removed.map((entry) => this.#gone(entry))].filter(({ length }) => length > 0)
    const own = made.map((entries) => this.#addManifest(entries))
    return { manifestList: this.#addList([...own, ...manifests]), removed, added }
  }

  /** A file that goes stays in a manifest of the snapshot that removes it, as deleted by it. */
  #gone(entry: ManifestEntry): ManifestEntry {
    return { ...entry, status: ENTRY_STATUS.deleted, snapshot_id: this.snapshotId }
  }

  #addList(manifests: readonly ManifestFile[]): string {
    const parentId = this.#parent && BigInt(this.#parent['snapshot-id'])
    const key = `${this.#folder}/snap-${this.snapshotId}-1-${this.#uuid}.avro`
    const list = encodeManifestList(manifests, this.snapshotId, parentId, this.sequenceNumber)
    this.#objects.push({ key, bytes: list })
    return this.#storage.uri(key)
  }

  /** The manifests of the parent that have files, with the small ones merged if there are too many. */
  async #inherit(parent: SnapshotJson): Promise<ManifestFile[]> {
    const manifests = (await readManifestList(this.#storage, parent)).filter(hasFiles)
    if (manifests.length < MAX_MANIFESTS) {
      return manifests
    }
    const isSmall = ({ content, manifest_length, partition_spec_id }: ManifestFile) =>
      content === 0 && partition_spec_id === 0 && manifest_length < FULL_MANIFEST_BYTES
    const entries = await this.#readAllLiveEntries(manifests.filter(isSmall))
    const merged = entries.length === 0 ? [] : [this.#addManifest(entries)]
    return [...merged, ...manifests.filter((manifest) => !isSmall(manifest))]
  }

  /** A few at a time: a store across a network takes its time for each. */
  async #readAllLiveEntries(manifests: readonly ManifestFile[]): Promise<ManifestEntry[]> {
    const entries: ManifestEntry[] = []
    for (let at = 0; at < manifests.length; at += CONCURRENT_READS) {
      const some = manifests.slice(at, at + CONCURRENT_READS)
      entries.push(...(await Promise.all(some.map((one) => this.#readLiveEntries(one)))).flat())
    }
    return entries
  }

  async #readLiveEntries(manifest: ManifestFile): Promise<ManifestEntry[]> {
    const key = this.#storage.keyOf(manifest.manifest_path)
    // One that was merged of others a moment ago is not written yet.
    const own = this.#objects.find((object) => object.key === key)?.bytes
    return decodeManifest(own ?? (await this.#storage.get(key)))
      .filter(({ status }) => status !== ENTRY_STATUS.deleted)
      .map((entry) => existingEntry(entry, manifest))
  }

  #addManifest(entries: readonly ManifestEntry[]): ManifestFile {
    const key = `${this.#folder}/${this.#uuid}-m${this.#manifestCount++}.avro`
    const bytes = encodeManifest(entries, JSON.stringify(this.#schema), this.#schema['schema-id'])
    this.#objects.push({ key, bytes })
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

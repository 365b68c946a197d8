import { randomUUID } from 'node:crypto'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { addedAgain, type CompactedFile, decodeSources } from './compacted-file.ts'
import { findHolders } from './find-holders.ts'
import type { ManifestEntry } from './manifest.ts'
import {
  currentSchemaOf,
  currentSnapshotOf,
  metadataKeyOf,
  parseMetadataKey,
  readMetadata,
} from './metadata.ts'
import { planMetadata } from './plan-metadata.ts'
import { DEFAULT_RETENTION, describeExpired, findExpired, type Retention } from './retention.ts'
import { planRewriteSummary } from './rewrite-summary.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import type { StagedAppend } from './stage-append.ts'

export interface StageRemovalOptions {
  /** Keys of data files. Those that the table has not, or not any more, are no error. */
  readonly keys: readonly string[]
  /**
   * All files that were made of some of these and of others. Where the table has one of them, it gets the others back.
   */
  readonly compacted?: readonly CompactedFile[] | undefined
  /** The writer's notes for the snapshot. */
  readonly summary: Readonly<Record<string, string>>
  /** Takes the snapshots that have the rows out of the table's history, so that the files can be removed for good. */
  readonly isForGood?: boolean | undefined
  /** Of the table's past. */
  readonly retention?: Retention | undefined
  readonly nowMs: number
}

/**
 * Writes everything of a snapshot that has the files of the table at `metadataKey` without some. As with
 * `stageAppend` nothing points at it yet. Throws TableMetadataError.
 */
export async function stageRemoval(
  storage: LakeStorage,
  metadataKey: string,
  options: StageRemovalOptions,
): Promise<StagedAppend> {
  const base = await readMetadata(storage, metadataKey)
  const { version, folder } = parseMetadataKey(metadataKey)
  const location = folder.replace(/\/metadata$/, '')
  const schema = currentSchemaOf(base)
  const writer = new SnapshotWriter(storage, base, schema, `${location}/metadata`)
  const { keys, compacted = [] } = options
  const uris = new Set([...keys, ...compacted.map(({ key }) => key)].map((key) => storage.uri(key)))
  const rewritten = await writer.rewrite(uris, (removed) =>
    othersOf(storage, removed, options).map((entry) => addedAgain(entry, writer.snapshotId)),
  )
  const expired = new Set([
    ...findExpired(base, options.retention ?? DEFAULT_RETENTION, options),
    ...(options.isForGood === true ? await findHolders(storage, base, uris) : []),
  ])
  const metadata = planMetadata(base, {
    schema,
    previousFile: storage.uri(metadataKey),
    timestampMs: Math.max(options.nowMs, base['last-updated-ms']),
    expired,
    snapshot: {
      'snapshot-id': Number(writer.snapshotId),
      'sequence-number': Number(writer.sequenceNumber),
      'manifest-list': rewritten.manifestList,
      summary: planRewriteSummary(currentSnapshotOf(base), {
        ...rewritten,
        operation: rewritten.added.length === 0 ? 'delete' : 'overwrite',
        notes: options.summary,
      }),
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

/** Files whose rows were in the compacted files that go, and that do not go themselves. */
function othersOf(
  storage: LakeStorage,
  removed: readonly ManifestEntry[],
  { keys, compacted = [] }: StageRemovalOptions,
): readonly ManifestEntry[] {
  const gone = new Set(removed.map(({ data_file: file }) => file.file_path))
  const unwanted = new Set(keys.map((key) => storage.uri(key)))
  return compacted
    .filter(({ key }) => gone.has(storage.uri(key)))
    .flatMap((file) => decodeSources(storage, file))
    .filter(({ data_file: file }) => !unwanted.has(file.file_path))
}

import { randomUUID } from 'node:crypto'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { type CompactedFile, decodeSources, encodeSources } from './compacted-file.ts'
import type { DataFile } from './data-file.ts'
import { addedEntry, type ManifestEntry } from './manifest.ts'
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

export interface StageReplaceOptions {
  /** Has the rows of all of them. */
  readonly file: DataFile
  readonly replaced: readonly string[]
  /** Those of them that were made of others themselves. */
  readonly compacted: readonly CompactedFile[]
  readonly summary: Readonly<Record<string, string>>
  readonly retention?: Retention | undefined
  readonly nowMs: number
}

export interface StagedReplace extends StagedAppend {
  /** The way back. */
  readonly compacted: CompactedFile
  /** Keys of the files of batches whose rows it has, at any distance. */
  readonly sourceKeys: readonly string[]
}

/**
 * Writes everything of a snapshot in which one file stands for others: the same rows, at the place that the newest of
 * them has had. `undefined` when the table does not have all of them any more. As with `stageAppend` nothing points at
 * it yet.
 */
export async function stageReplace(
  storage: LakeStorage,
  metadataKey: string,
  options: StageReplaceOptions,
): Promise<StagedReplace | undefined> {
  const base = await readMetadata(storage, metadataKey)
  const { version, folder } = parseMetadataKey(metadataKey)
  const location = folder.replace(/\/metadata$/, '')
  const schema = currentSchemaOf(base)
  const writer = new SnapshotWriter(storage, base, schema, `${location}/metadata`)
  const uris = new Set(options.replaced.map((key) => storage.uri(key)))
  const rewritten = await writer.rewrite(uris, (removed) => [
    {
      ...addedEntry(storage.uri(options.file.key), options.file.summary, writer.snapshotId),
      sequence_number: newestOf(removed),
    },
  ])
  if (rewritten.removed.length !== uris.size) return undefined
  const expired = findExpired(base, options.retention ?? DEFAULT_RETENTION, options)
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
        operation: 'replace',
        notes: options.summary,
      }),
    },
  })
  const nextKey = metadataKeyOf(location, version + 1, randomUUID())
  await writer.write(nextKey, metadata)
  const sources = rewritten.removed.flatMap((entry) => sourcesOf(storage, entry, options.compacted))
  return {
    metadataKey: nextKey,
    snapshotId: String(writer.snapshotId),
    expired: describeExpired(storage, base, expired),
    compacted: { key: options.file.key, entries: encodeSources(storage, sources, schema) },
    sourceKeys: sources.map(({ data_file: file }) => storage.keyOf(file.file_path)),
  }
}

function newestOf(entries: readonly ManifestEntry[]): bigint {
  return entries.reduce((newest, { sequence_number: number }) => {
    return number !== null && number > newest ? number : newest
  }, 0n)
}

function sourcesOf(
  storage: LakeStorage,
  entry: ManifestEntry,
  compacted: readonly CompactedFile[],
): readonly ManifestEntry[] {
  const known = compacted.find(({ key }) => storage.uri(key) === entry.data_file.file_path)
  return known === undefined ? [entry] : decodeSources(storage, known)
}

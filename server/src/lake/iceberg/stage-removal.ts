import { randomUUID } from 'node:crypto'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import {
  currentSchemaOf,
  currentSnapshotOf,
  type MetadataJson,
  metadataKeyOf,
  parseMetadataKey,
  readMetadata,
  type SnapshotJson,
} from './metadata.ts'
import { planMetadata } from './plan-metadata.ts'
import { DEFAULT_RETENTION, describeExpired, findExpired, type Retention } from './retention.ts'
import { type RemovedFile, SnapshotWriter } from './snapshot-writer.ts'
import type { StagedAppend } from './stage-append.ts'

/** Name and value of the note by which a snapshot is known. */
export type SummaryEntry = readonly [name: string, value: string]

export interface StageRemovalOptions {
  /** Keys of data files. Those that the table has not, or not any more, are no error. */
  readonly keys: readonly string[]
  /** The writer's notes for the snapshot. */
  readonly summary: Readonly<Record<string, string>>
  /** Takes the snapshots that have the files out of the table's history, so that they can be removed for good. */
  readonly forget?: { readonly added: SummaryEntry; readonly removed: SummaryEntry } | undefined
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
  const { manifestList, removed } = await writer.remove(new Set(options.keys))
  const expired = new Set([
    ...findExpired(base, options.retention ?? DEFAULT_RETENTION, options),
    ...snapshotsToForget(base, options.forget),
  ])
  const metadata = planMetadata(base, {
    schema,
    previousFile: storage.uri(metadataKey),
    timestampMs: Math.max(options.nowMs, base['last-updated-ms']),
    expired,
    snapshot: {
      'snapshot-id': Number(writer.snapshotId),
      'sequence-number': Number(writer.sequenceNumber),
      'manifest-list': manifestList,
      summary: planSummary(currentSnapshotOf(base), removed, options.summary),
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

/** From the snapshot that added the files on, up to the one that removed them; to the end when none has. */
function snapshotsToForget(
  { snapshots = [] }: MetadataJson,
  forget: StageRemovalOptions['forget'],
): ReadonlySet<string> {
  if (forget === undefined) return new Set()
  const has = ({ summary }: SnapshotJson, [name, value]: SummaryEntry) => summary?.[name] === value
  const from = snapshots.findIndex((one) => has(one, forget.added))
  const to = snapshots.findIndex((one) => has(one, forget.removed))
  const held = from < 0 ? [] : snapshots.slice(from, to < 0 ? undefined : to)
  return new Set(held.map((one) => String(one['snapshot-id'])))
}

function planSummary(
  parent: SnapshotJson | undefined,
  removed: readonly RemovedFile[],
  notes: Readonly<Record<string, string>>,
): Record<string, string> {
  const rowCount = removed.reduce((sum, file) => sum + file.rowCount, 0)
  const sizeBytes = removed.reduce((sum, file) => sum + file.sizeBytes, 0)
  const total = (name: string, gone: number) => {
    const before = parent ? parent.summary[name] : '0'
    return before === undefined ? {} : { [name]: String(BigInt(before) - BigInt(gone)) }
  }
  return {
    ...notes,
    operation: 'delete',
    'deleted-data-files': String(removed.length),
    'deleted-records': String(rowCount),
    'removed-files-size': String(sizeBytes),
    'changed-partition-count': removed.length === 0 ? '0' : '1',
    ...total('total-records', rowCount),
    ...total('total-files-size', sizeBytes),
    ...total('total-data-files', removed.length),
    ...total('total-delete-files', 0),
    ...total('total-position-deletes', 0),
    ...total('total-equality-deletes', 0),
  }
}

import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { MetadataJson, SnapshotJson } from './metadata.ts'

/** How much of its past a table keeps. */
export interface Retention {
  /** A snapshot stays for so long after another has taken its place. */
  readonly maxAgeMs: number
  /** No more than these, the current one included. */
  readonly maxCount: number
}

const DAY_MS = 24 * 3_600_000

export const DEFAULT_RETENTION: Retention = Object.freeze({ maxAgeMs: 7 * DAY_MS, maxCount: 100 })

/** A snapshot that is no part of its table any more. Its files are still there. */
export interface ExpiredSnapshot {
  readonly snapshotId: string
  readonly manifestListKey: string
}

/**
 * Ids of the snapshots that a table has no more: those that were replaced too long ago, and the oldest of too many.
 * `addedCount` are about to be added and to replace the current one. What a branch or a tag names stays.
 */
export function findExpired(
  base: MetadataJson,
  retention: Retention,
  { nowMs, addedCount = 1 }: { readonly nowMs: number; readonly addedCount?: 0 | 1 | undefined },
): ReadonlySet<string> {
  const named = new Set(Object.entries(base.refs ?? {}).flatMap(([name, ref]) => snapshotOf(name, ref)))
  const snapshots = (base.snapshots ?? []).filter((one) => !named.has(idOf(one)))
  const isExpired = (index: number): boolean => {
    const newerCount = snapshots.length - index - 1 + addedCount
    if (newerCount === 0) return false
    const replacedAtMs = snapshots[index + 1]?.['timestamp-ms'] ?? nowMs
    return newerCount >= retention.maxCount || replacedAtMs < nowMs - retention.maxAgeMs
  }
  return new Set(snapshots.filter((_, index) => isExpired(index)).map(idOf))
}

/** What is left of the snapshots in `ids` when the table has none of them. */
export function describeExpired(
  storage: LakeStorage,
  { snapshots = [] }: MetadataJson,
  ids: ReadonlySet<string>,
): readonly ExpiredSnapshot[] {
  return snapshots
    .filter((one) => ids.has(idOf(one)))
    .map((one) => ({ snapshotId: idOf(one), manifestListKey: storage.keyOf(one['manifest-list']) }))
}

function idOf(snapshot: SnapshotJson): string {
  return String(snapshot['snapshot-id'])
}

/** The branch `main` is the table itself. */
function snapshotOf(name: string, ref: unknown): readonly string[] {
  const id = (ref as { readonly 'snapshot-id'?: unknown } | null)?.['snapshot-id']
  return name === 'main' || id === undefined ? [] : [String(id)]
}

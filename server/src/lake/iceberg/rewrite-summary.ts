import type { ManifestEntry } from './manifest.ts'
import type { SnapshotJson } from './metadata.ts'

export interface RewriteSummary {
  readonly operation: 'delete' | 'overwrite' | 'replace'
  /** The writer's notes for the snapshot. */
  readonly notes: Readonly<Record<string, string>>
  readonly removed: readonly ManifestEntry[]
  readonly added: readonly ManifestEntry[]
}

/** The writer's notes, then Iceberg's own entries, which they can't replace. */
export function planRewriteSummary(
  parent: SnapshotJson | undefined,
  { operation, notes, removed, added }: RewriteSummary,
): Record<string, string> {
  const [gone, come] = [sumsOf(removed), sumsOf(added)]
  const total = (name: string, change: bigint) => {
    const before = parent ? parent.summary[name] : '0'
    return before === undefined ? {} : { [name]: String(BigInt(before) + change) }
  }
  return {
    ...notes,
    operation,
    'deleted-data-files': String(gone.files),
    'deleted-records': String(gone.rows),
    'removed-files-size': String(gone.bytes),
    ...(added.length > 0 && {
      'added-data-files': String(come.files),
      'added-records': String(come.rows),
      'added-files-size': String(come.bytes),
    }),
    'changed-partition-count': removed.length + added.length === 0 ? '0' : '1',
    ...total('total-records', come.rows - gone.rows),
    ...total('total-files-size', come.bytes - gone.bytes),
    ...total('total-data-files', come.files - gone.files),
    ...total('total-delete-files', 0n),
    ...total('total-position-deletes', 0n),
    ...total('total-equality-deletes', 0n),
  }
}

function sumsOf(entries: readonly ManifestEntry[]): { files: bigint; rows: bigint; bytes: bigint } {
  return entries.reduce(
    (sums, { data_file: file }) => ({
      files: sums.files + 1n,
      rows: sums.rows + file.record_count,
      bytes: sums.bytes + file.file_size_in_bytes,
    }),
    { files: 0n, rows: 0n, bytes: 0n },
  )
}

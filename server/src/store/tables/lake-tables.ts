import type { ColumnType } from 'kysely'

/** What a dataset wants otherwise than all others do. */
export interface LakePolicy {
  /** Days that a snapshot stays after another has taken its place. */
  readonly keepDays?: number | undefined
  readonly keepSnapshots?: number | undefined
  /** False: small files stay as they are. */
  readonly compact?: boolean | undefined
}

/** Snapshots that are no part of their tables any more; what they alone hold is still there. */
export interface LakeExpiredTable {
  manifest_list_key: string
  dataset_id: string
  snapshot_id: string
  expired_at: number
}

/** Data files that were made of the files of batches, which stay. */
export interface LakeCompactionTable {
  key: string
  dataset_id: string
  /** Keys of the files of batches whose rows it has, in this order. */
  source_keys: ColumnType<readonly string[], string, string>
  /** A manifest of those files, to give them back to the table; it names them by their keys. */
  entries: Buffer
  created_at: number
}

import type { CompactedFile } from '#lake/iceberg/compacted-file.ts'
import type { ExpiredSnapshot } from '#lake/iceberg/retention.ts'
import type { LakeTablePointer } from './dataset-store.ts'

/** What Catalog does to the lake; boot connects it. */
export interface CatalogLake {
  /** Writes the metadata of a table without the files of a batch. Nothing points at it yet. */
  readonly stageWithdrawal: (table: LakeTablePointer, withdrawal: Withdrawal) => Promise<StagedWithdrawal>
  /** Tells readers that find a table by its path of the metadata file that the catalogue points at now. */
  readonly announce: (metadataKey: string) => Promise<void>
  /** Removes files; those that are gone already are no error. */
  readonly remove: (keys: readonly string[]) => Promise<void>
  /** Removes everything whose key starts with a prefix. */
  readonly removeAll: (prefix: string) => Promise<void>
}

/** Metadata to which nothing points yet. */
export interface StagedWithdrawal {
  readonly metadataKey: string
  readonly expired: readonly ExpiredSnapshot[]
}

export interface Withdrawal {
  readonly batchId: string
  /** Its files. */
  readonly keys: readonly string[]
  /** Files that have its rows and those of others. */
  readonly compacted: readonly CompactedFile[]
  /** No snapshot of the table has the files any more, so that they can be removed for good. */
  readonly isForGood: boolean
}

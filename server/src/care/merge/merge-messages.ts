import type { LakeField } from '#columns/column-type.ts'
import type { DataFileSummary } from '#lake/iceberg/data-file.ts'

/** Local files that become one. */
export interface MergeTask {
  readonly paths: readonly string[]
  readonly fields: readonly LakeField[]
  /** No file yet. */
  readonly targetPath: string
  /** As the table's metadata has it. */
  readonly rowCount: number
}

export type MergeAnswer =
  | { readonly kind: 'merged'; readonly summary: DataFileSummary }
  /** The new file is not what the old ones are, or one of them can't be read. */
  | { readonly kind: 'refused'; readonly reason: string }

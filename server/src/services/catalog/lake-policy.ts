import { DEFAULT_RETENTION, type Retention } from '#lake/iceberg/retention.ts'
import type { LakePolicy } from '#store/tables/lake-tables.ts'

const DAY_MS = 24 * 3_600_000

/** What a dataset wants of its table's past, and the defaults for what it does not say. */
export function retentionOf({ keepDays, keepSnapshots }: LakePolicy): Retention {
  return {
    maxAgeMs: keepDays === undefined ? DEFAULT_RETENTION.maxAgeMs : keepDays * DAY_MS,
    maxCount: keepSnapshots ?? DEFAULT_RETENTION.maxCount,
  }
}

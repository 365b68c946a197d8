import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import type { Retention } from '#lake/iceberg/retention.ts'
import { listExpired, stageExpiry } from '#lake/iceberg/stage-expiry.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { moveLakePointer } from '#services/catalog/lake-pointer.ts'
import { transact } from '#store/database.ts'
import type { LakeCare } from './remove-expired.ts'

export interface ExpiryOptions {
  /** Instead of what the dataset says. */
  readonly retention?: Partial<Retention> | undefined
  readonly isDryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Takes the snapshots out of a table that it need not keep. Their files stay until `removeExpired` finds that their
 * time has come. Returns how many there were.
 */
export async function expireTable(
  { db, storage, now }: LakeCare,
  datasetId: string,
  { retention, isDryRun = false, signal }: ExpiryOptions = {},
): Promise<number> {
  for (;;) {
    signal?.throwIfAborted()
    const table = await lakeTableOf(db, datasetId)
    if (table === undefined) return 0
    const wanted = { retention: { ...table.retention, ...retention }, nowMs: now() }
    if (isDryRun) return (await listExpired(storage, table.metadataKey, wanted)).length
    const staged = await stageExpiry(storage, table.metadataKey, wanted)
    if (staged === undefined) return 0
    const next = { ...staged, nowMs: now() }
    // Whoever was faster has finished, so one of any number gets through each time.
    if (!(await transact(db, (tx) => moveLakePointer(tx, table, next)))) continue
    await publishHint(storage, staged.metadataKey)
    await expireMetadataFiles(storage, staged.metadataKey)
    return staged.expired.length
  }
}

import { randomUUID } from 'node:crypto'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { metadataKeyOf, parseMetadataKey, putMetadata, readMetadata } from './metadata.ts'
import { planExpiry } from './plan-metadata.ts'
import { describeExpired, type ExpiredSnapshot, findExpired, type Retention } from './retention.ts'

export interface StagedExpiry {
  readonly metadataKey: string
  readonly expired: readonly ExpiredSnapshot[]
}

/** The snapshots that the table at `metadataKey` need not keep. */
export async function listExpired(
  storage: LakeStorage,
  metadataKey: string,
  { retention, nowMs }: { readonly retention: Retention; readonly nowMs: number },
): Promise<readonly ExpiredSnapshot[]> {
  const base = await readMetadata(storage, metadataKey)
  return describeExpired(storage, base, findExpired(base, retention, { nowMs, addedCount: 0 }))
}

/**
 * Writes the metadata file of a table without the snapshots that it need not keep; `undefined` when there are none.
 * As with `stageAppend` nothing points at it yet.
 */
export async function stageExpiry(
  storage: LakeStorage,
  metadataKey: string,
  { retention, nowMs }: { readonly retention: Retention; readonly nowMs: number },
): Promise<StagedExpiry | undefined> {
  const base = await readMetadata(storage, metadataKey)
  const expired = findExpired(base, retention, { nowMs, addedCount: 0 })
  if (expired.size === 0) return undefined
  const { version, folder } = parseMetadataKey(metadataKey)
  const nextKey = metadataKeyOf(folder.replace(/\/metadata$/, ''), version + 1, randomUUID())
  const plan = {
    expired,
    previousFile: storage.uri(metadataKey),
    timestampMs: Math.max(nowMs, base['last-updated-ms']),
  }
  await putMetadata(storage, nextKey, planExpiry(base, plan))
  return { metadataKey: nextKey, expired: describeExpired(storage, base, expired) }
}

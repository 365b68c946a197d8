import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import { stageRemoval } from '#lake/iceberg/stage-removal.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { CatalogLake } from '#services/catalog/catalog-lake.ts'

/** Objects that are removed with one request. */
const REMOVED_AT_ONCE = 1_000

/** The lake as Catalog needs it. */
export function createCatalogLake(storage: LakeStorage, now: () => number): CatalogLake {
  return {
    async stageWithdrawal({ metadataKey, retention }, { batchId, keys, compacted, isForGood }) {
      return await stageRemoval(storage, metadataKey, {
        keys,
        compacted,
        summary: { 'headwater.removed-batch-id': batchId },
        isForGood,
        retention,
        nowMs: now(),
      })
    },
    async announce(metadataKey) {
      await publishHint(storage, metadataKey)
      await expireMetadataFiles(storage, metadataKey)
    },
    remove: (keys) => storage.remove(keys),
    async removeAll(prefix) {
      let keys: string[] = []
      for await (const { key } of storage.list(prefix)) {
        keys.push(key)
        if (keys.length < REMOVED_AT_ONCE) continue
        await storage.remove(keys)
        keys = []
      }
      if (keys.length > 0) await storage.remove(keys)
    },
  }
}

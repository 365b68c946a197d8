import type { CommonGateway } from '#http/plugins/gateway.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Database, Tx } from '#store/database.ts'
import type { IngestionBatches } from './batch-port.ts'

/** What the operations of batch ingestion are made of; boot connects it. */
export interface IngestionDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly now: () => number
  readonly storage: LakeStorage
  readonly batches: IngestionBatches
  /** Hands a batch whose files have come to whoever makes rows of them. */
  readonly submitImport: (tx: Tx, batchId: string) => Promise<void>
  /** Removes what was uploaded into a batch that has ended. */
  readonly removeUploads: (batchId: string) => Promise<void>
  /** A local file with the bytes of an object of the lake. */
  readonly localPathOf: (key: string, options: { readonly signal: AbortSignal }) => Promise<string>
}

import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'

/** What this service needs of the catalogue's batches; boot connects it. */
export interface IngestionBatches {
  /** Adds a batch in the state `loading`; `undefined` when the sandbox has no such dataset. */
  readonly create: (tx: Tx, batch: NewIngestion) => Promise<JsonObject | undefined>
  readonly find: (scope: Scope, id: string) => Promise<IngestedBatch | undefined>
  /** Takes a batch, and its dataset before it, for a change. */
  readonly lock: (tx: Tx, scope: Scope, id: string) => Promise<IngestedBatch | undefined>
  /** Moves a locked batch to another state. */
  readonly move: (tx: Tx, batch: IngestedBatch, status: string) => Promise<void>
  /** Ends a locked batch as failed, because the client says so. */
  readonly fail: (tx: Tx, batch: IngestedBatch) => Promise<void>
  /** Takes the rows of a batch that has succeeded out of its dataset. */
  readonly withdraw: (scope: Scope, id: string) => Promise<void>
}

export interface NewIngestion {
  readonly scope: Scope
  readonly datasetId: string
  readonly enableErrorDiagnostics: boolean
  readonly partialIngestionPercent: number | undefined
  readonly tags: JsonObject
  /** `inputFormat`, `externalId`, `replay`. */
  readonly properties: JsonObject
}

export interface IngestedBatch {
  readonly id: string
  readonly datasetId: string
  /** The run that writes it, if one does. */
  readonly runId: string | null
  readonly status: string
  readonly document: JsonObject
}

import type { LakeField } from '#columns/column-type.ts'
import type {
  DatasetSummary,
  FindDataset,
  FindMappingSet,
  ListDatasets,
  PreviewDataset,
} from '#http/neighbours.ts'
import type { CommonGateway } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import type { HostRules } from '#kit/host-rules.ts'
import type { FieldRules } from '#mapping/field-rules.ts'
import type { Keyring } from '#secrets/keyring.ts'
import type { Database, Tx } from '#store/database.ts'
import type { Run } from './runs/run.ts'
import type { SourcePort } from './source-port.ts'
import type { Edition } from './specs/built-in/spec.ts'
import type { SendWebhook } from './subscriptions/webhook-port.ts'

/** Everything that the service takes from the rest of the program; boot connects it. */
export interface FlowServiceDependencies {
  readonly db: Database
  readonly keyring: Keyring
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly gateway: CommonGateway
  readonly config: FlowServiceConfig
  readonly findDataset: FindDataset
  readonly findMappingSet: FindMappingSet
  readonly listDatasets: ListDatasets
  readonly previewDataset: PreviewDataset
  /** The fields of a dataset's table; `undefined` when there is no such dataset. */
  readonly lakeFieldsOf: (datasetId: string) => Promise<readonly LakeField[] | undefined>
  readonly landingShapeOf: LandingShapeOf
  readonly source: SourcePort
  /** Queues the first step of a run as part of the transaction that made or promoted it. */
  readonly submitRun: (tx: Tx, run: Run) => Promise<void>
  /** Has a run end that is under way, as part of the transaction that decides it. */
  readonly cancelRun: (tx: Tx, run: Pick<Run, 'id'>) => Promise<void>
  /** Whether the rows that a run has set aside can still be read. */
  readonly areRowsHeld: (run: Run) => Promise<boolean>
  /** Tells the scheduler that a flow may be due earlier than it thought. Called after the commit. */
  readonly nudgeScheduler: () => void
  /** Sends a message to the receiver of a subscription. */
  readonly sendWebhook: SendWebhook
}

/** What a run lands in. */
export interface LandingShape {
  /** Of the table, as its schema wants them. */
  readonly fields: readonly LakeField[]
  /** What the schema wants of the values. */
  readonly rules: FieldRules | undefined
}

/** `undefined` when the dataset has no table. */
export type LandingShapeOf = (
  scope: Scope,
  dataset: Pick<DatasetSummary, 'id' | 'schemaId'>,
) => Promise<LandingShape | undefined>

export interface FlowServiceConfig {
  /** Which ways of authentication are offered. */
  readonly edition: Edition
  /** Open a session with the source before a connection is stored or gets new credentials. */
  readonly validateOnCreate: boolean
  /** Shortest interval of the frequency `minute`; the documented one is 15. */
  readonly minIntervalMinutes: number
  /** Refuse what the platform's rules refuse, where clients are known to get it wrong. */
  readonly strict: boolean
  /** Receivers that subscriptions may name; undefined for any. */
  readonly webhookHosts?: HostRules | undefined
}

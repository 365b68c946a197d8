import type { Engine } from '#engine/engine.ts'
import type { AddMappingVersion, FindMappingSet, FindSchema, GrowTableSchema } from '#http/neighbours.ts'
import type { VerifyLevel } from '#kit/verify-level.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Log } from '#log/log.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import type { Keyring } from '#secrets/keyring.ts'
import type { SessionRack } from '#source/postgres/connect/session-rack.ts'
import type { Database } from '#store/database.ts'

/** Everything that the steps of runs take from the rest of the program; boot connects it. */
export interface RunDependencies {
  readonly db: Database
  /** The sessions of planners, which look at sources. */
  readonly sessions: SessionRack
  readonly queue: StepQueue
  readonly engine: Engine
  readonly storage: LakeStorage
  readonly keyring: Keyring
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly findSchema: FindSchema
  readonly findMappingSet: FindMappingSet
  readonly growTableSchema: GrowTableSchema
  readonly addMappingVersion: AddMappingVersion
  /** Local folder for part files until they are in the lake. */
  readonly spoolDir: string
  /** For the links in a run's document. */
  readonly publicUrl: () => string
  readonly sliceTargetBytes: number
  /** Up to which size a planner does the only slice of a run itself; below 0, never. Default 8 MiB. */
  readonly shortRunBytes?: number | undefined
  /** How slices prove what they have written where the flow does not say; `digest` when absent. */
  readonly verify?: VerifyLevel | undefined
  /** How long the source may take to answer the holder of a snapshot; default half a minute. */
  readonly pingPatienceMs?: number | undefined
  /** How long a run may hold a snapshot; default 6 h. */
  readonly maxSnapshotAgeMs?: number | undefined
  /** After which silence of ours the source gives a snapshot up by itself; default a minute. */
  readonly snapshotSilenceMs?: number | undefined
  /** How long a planner waits for a lock of the source before it tries again; default five minutes. */
  readonly planLockMs?: number | undefined
  /** Pauses after the first, second … error of a step; the error after the last one ends its run. */
  readonly retryDelaysMs?: readonly number[] | undefined
}

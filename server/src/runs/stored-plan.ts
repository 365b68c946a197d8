import type { LakeField } from '#columns/column-type.ts'
import type { RowOrigin } from '#engine/row-origin.ts'
import type { JsonObject } from '#kit/json.ts'
import type { VerifyLevel } from '#kit/verify-level.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import type { DriftEntry } from './drift/judge-drift.ts'
import type { RememberedSource } from './drift/remembered-source.ts'
import type { TableEvolution } from './table-evolution.ts'

/**
 * What the planner decided, kept in `flow_run.plan` so that any worker can do any slice. It holds no secret:
 * extract steps take the connection from its own row.
 */
export interface StoredRunPlan {
  readonly relation: string
  /** The base connection, whose extracts share a limit. */
  readonly connectionId: string
  readonly datasetId: string
  readonly estimatedRows: number
  readonly estimatedBytes: number
  readonly snapshotId: string
  /** The instant that `now()` means in every slice. */
  readonly nowMs: number
  /** Condition of the copy: window and row filter, or nothing. */
  readonly where?: string | undefined
  /** Rows without a time may be among those of its window. */
  readonly takesTimeless?: boolean | undefined
  /** What the mapping reads, in its order; more may follow. */
  readonly columns: readonly WireColumn[]
  /** Which of the columns name a row, where diagnostics are wanted. */
  readonly origin?: RowOrigin | undefined
  readonly mapping: MappingPlan
  /** The table's fields, cut down to what the mapping writes. */
  readonly fields: readonly LakeField[]
  /** When this run has to change the table's fields. */
  readonly evolution?: TableEvolution | undefined
  /** Rows that are set aside are kept for the user to see. */
  readonly hasDiagnostics: boolean
  /** How slices prove what they have written; `digest` when absent. */
  readonly verify?: VerifyLevel | undefined
  /** Share of rows that may be set aside, 0 to 100; absent: none. */
  readonly tolerancePercent?: number | undefined
  /** Row-level security hides nothing from the user, and is not to begin to in the middle. */
  readonly refusesRowSecurity?: boolean | undefined
  /** Of a run that brings in what another one has set aside; its columns are those that were held. */
  readonly replay?: { readonly of: string } | undefined
  /** What has changed of the source since the last run that landed. */
  readonly drift?: readonly DriftEntry[] | undefined
  /** What the run has seen of its source, to be remembered when it lands. */
  readonly source?: RememberedSource | undefined
}

/** A plan as the database takes it. */
export function toStored(plan: StoredRunPlan): JsonObject {
  return plan as unknown as JsonObject
}

/** The plan of a run that has been planned. */
export function fromStored(stored: JsonObject | null): StoredRunPlan {
  if (stored === null) throw new Error('the run has no plan yet')
  const plan = stored as unknown as StoredRunPlan
  // A plan of before objects had rules, whose run goes on after an upgrade, has none of them.
  return { ...plan, mapping: { ...plan.mapping, objects: plan.mapping.objects ?? [] } }
}

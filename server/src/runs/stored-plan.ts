import type { LakeField } from '#columns/column-type.ts'
import type { JsonObject } from '#kit/json.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'

/**
 * What the planner decided, kept in `flow_run.plan` so that any worker can do any slice. It holds no secret:
 * extract steps take the connection from its own row.
 */
export interface StoredRunPlan {
  readonly relation: string
  readonly datasetId: string
  readonly estimatedRows: number
  readonly estimatedBytes: number
  readonly snapshotId: string
  /** The instant that `now()` means in every slice. */
  readonly nowMs: number
  /** Condition of the copy: window and row filter, or nothing. */
  readonly where?: string | undefined
  readonly columns: readonly WireColumn[]
  readonly mapping: MappingPlan
  /** The table's fields, cut down to what the mapping writes. */
  readonly fields: readonly LakeField[]
  /** The whole table, when this run has to add fields to it. */
  readonly evolved?: { readonly fields: readonly LakeField[]; readonly lastColumnId: number } | undefined
}

/** A plan as the database takes it. */
export function toStored(plan: StoredRunPlan): JsonObject {
  return plan as unknown as JsonObject
}

/** The plan of a run that has been planned. */
export function fromStored(stored: JsonObject | null): StoredRunPlan {
  if (stored === null) throw new Error('the run has no plan yet')
  return stored as unknown as StoredRunPlan
}

import type { LakeField } from '#columns/column-type.ts'
import type { InputFormat } from '#engine/task.ts'
import type { JsonObject } from '#kit/json.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import type { TableEvolution } from '#runs/table-evolution.ts'

/** What was decided for an import, kept in `batch_import.plan` so that any worker can do any slice. */
export interface ImportPlan {
  readonly datasetId: string
  /** The instant that the defaults of the schema mean. */
  readonly nowMs: number
  readonly format: InputFormat
  /** Every field of the table from the member of a record that has its name. */
  readonly mapping: MappingPlan
  readonly fields: readonly LakeField[]
  /** When this import has to change the table's fields. */
  readonly evolution?: TableEvolution | undefined
  /** Records that are set aside are kept for the user to see. */
  readonly hasDiagnostics: boolean
  /** Share of records that may be set aside, 0 to 100; absent: none. */
  readonly tolerancePercent?: number | undefined
  readonly inputFileCount: number
  readonly inputByteSize: number
  /** Batches whose rows this one replaces. */
  readonly predecessors: readonly string[]
}

/** A plan as the database takes it. */
export function toStoredImport(plan: ImportPlan): JsonObject {
  return plan as unknown as JsonObject
}

/** The plan of an import that has been planned. */
export function fromStoredImport(stored: JsonObject | null): ImportPlan {
  if (stored === null) throw new Error('the import has no plan yet')
  return stored as unknown as ImportPlan
}

import type { Generated } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import type { JsonColumn } from './tables.ts'

/** A file that a client uploads into a batch. */
export interface BatchInputTable {
  batch_id: string
  /** What the client calls it; may have folders in it. */
  path: string
  /** `open` while pieces of it may come. */
  state: 'open' | 'complete'
  /** Of all its pieces. */
  size_bytes: number
  updated_at: number
}

/** A piece of such a file; most files have one. */
export interface BatchInputPartTable {
  /** Of the object in the lake. */
  key: string
  batch_id: string
  path: string
  first_byte: number
  size_bytes: number
}

/** A batch that takes files, and its import once they have come. */
export interface BatchImportTable {
  batch_id: string
  is_submitted: Generated<boolean>
  /** Grows when it is planned anew. */
  epoch: Generated<number>
  /** Errors of its planning and its commit. */
  error_count: Generated<number>
  plan: JsonColumn<JsonObject | null> | null
}

/** Files that one step turns into a part file of the table. */
export interface ImportSliceTable {
  batch_id: string
  epoch: number
  ordinal: number
  state: 'pending' | 'done'
  error_count: Generated<number>
  /** Paths of the inputs. */
  paths: readonly string[]
  result: JsonColumn<JsonObject | null> | null
}

import type { Value } from './values.ts'

/** A compiled expression: its value for one row of the batch at hand. Throws `EvaluationFailure`. */
export type Evaluate = (row: number) => Value

/** What functions know of the run they work for. */
export interface FunctionContext {
  /** The moment that `now()` and `timestamp()` give, the same for all rows of a run. */
  readonly nowMs: number
}

import type { Evaluate } from './evaluate.ts'
import { EvaluationFailure, type Value } from './values.ts'

/**
 * Remembers what was read out of a row of the batch at hand, so that a column of JSON is parsed once for all fields that
 * are in it.
 */
export class RowMemo {
  readonly #known = new Map<string, Evaluate>()
  readonly #rows: (Value | EvaluationFailure | undefined)[][] = []

  /** The same closure for the same key; `evaluate` runs once a row. */
  of(key: string, evaluate: Evaluate): Evaluate {
    const known = this.#known.get(key)
    if (known) return known
    const rows: (Value | EvaluationFailure | undefined)[] = []
    this.#rows.push(rows)
    const remembering: Evaluate = (row) => {
      let outcome = rows[row]
      if (outcome === undefined) {
        outcome = outcomeOf(evaluate, row)
        rows[row] = outcome
      }
      if (outcome instanceof EvaluationFailure) throw outcome
      return outcome
    }
    this.#known.set(key, remembering)
    return remembering
  }

  /** Forgets the rows. */
  clear(): void {
    for (const rows of this.#rows) rows.length = 0
  }
}

function outcomeOf(evaluate: Evaluate, row: number): Value | EvaluationFailure {
  try {
    return evaluate(row)
  } catch (error) {
    if (error instanceof EvaluationFailure) return error
    throw error
  }
}

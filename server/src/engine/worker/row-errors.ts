import type { RowProblem } from '#mapping/batch-log.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import { OutputInputs } from '#mapping/output-inputs.ts'
import type { SourceRows } from './source-rows.ts'

/** What is wrong with a row, as its line says it. */
export interface LineError {
  /** The source of the field as the mapping set has it. Absent where the row as a whole is meant. */
  readonly column?: string | undefined
  readonly field?: string | undefined
  readonly code: string
  /** What was asked of the value: `type: DATE`, `maxLength: 5`. */
  readonly rule?: string | undefined
  readonly message: string
  /** What the field was to be made of. */
  readonly values?: readonly ErrorValue[] | undefined
}

/** A value of the source as it is printed there; null for NULL. */
export interface ErrorValue {
  readonly column: string
  readonly text: string | null
  /** Characters of the whole, where the text is cut. */
  readonly length?: number | undefined
}

/** A value is shown to be recognised; the whole of it stands in the row. */
const SHOWN_CHARACTERS = 1_000

/** Words the problems of rows for their diagnostics. */
export class RowErrors {
  readonly #inputs: OutputInputs
  readonly #names: readonly string[]
  readonly #rows: SourceRows

  constructor(plan: MappingPlan, rows: SourceRows) {
    this.#inputs = new OutputInputs(plan)
    this.#names = plan.usedColumns
    this.#rows = rows
  }

  of(row: number, problems: readonly RowProblem[]): LineError[] {
    return problems.map(({ path, column, code, rule, message }) => ({
      column,
      field: path,
      code,
      rule,
      message,
      values: this.#inputs.of(path).map((place) => this.#valueAt(row, place)),
    }))
  }

  #valueAt(row: number, place: number): ErrorValue {
    const column = this.#names[place] ?? ''
    const text = this.#rows.textAt(row, place)
    if (text === null || text.length <= SHOWN_CHARACTERS) return { column, text }
    return { column, text: text.slice(0, SHOWN_CHARACTERS).toWellFormed(), length: text.length }
  }
}

import {
  CONVERSION_CODE,
  type ConversionProblem,
  conversionMessage,
  INEXACT_CODE,
  REQUIRED_CODE,
  typeNameOfColumn,
} from './conversions.ts'
import type { RowLog } from './convert-vector.ts'
import type { OutputColumn } from './mapping-plan.ts'
import { formatPath } from './paths.ts'

/** Values of one field that did not arrive as they were, in one batch. The rows themselves did arrive. */
export interface MappingWarning {
  readonly path: string
  readonly code: string
  /** Of the first of them. */
  readonly message: string
  readonly count: number
  /** Index in the source batch. */
  readonly firstRow: number
}

/** A row that is not delivered. */
export interface RejectedRow {
  /** Index in the source batch. */
  readonly row: number
  readonly problems: readonly RowProblem[]
}

export interface RowProblem {
  readonly path: string
  /** The source of the field as the mapping set has it. */
  readonly column: string
  readonly code: string
  readonly message: string
}

/** Collects what happened to the rows of one batch. */
export class BatchLog {
  readonly #warnings = new Map<
    string,
    { path: string; code: string; message: string; count: number; firstRow: number }
  >()
  readonly #rejects = new Map<number, RowProblem[]>()

  warn(warning: { path: string; code: string; row: number; message: () => string }): void {
    const { path, code, row, message } = warning
    const key = `${code} ${path}`
    const known = this.#warnings.get(key)
    if (!known) this.#warnings.set(key, { path, code, message: message(), count: 1, firstRow: row })
    else {
      known.count++
      known.firstRow = Math.min(known.firstRow, row)
    }
  }

  reject(row: number, problem: RowProblem): void {
    const problems = this.#rejects.get(row)
    if (problems) problems.push(problem)
    else this.#rejects.set(row, [problem])
  }

  get warnings(): MappingWarning[] {
    return [...this.#warnings.values()]
  }

  /** In the order of the rows. */
  get rejects(): RejectedRow[] {
    return [...this.#rejects].map(([row, problems]) => ({ row, problems })).sort((a, b) => a.row - b.row)
  }
}

/** Speaks of one output column to the log of the batch at hand. */
export class OutputLog implements RowLog {
  readonly #output: OutputColumn
  readonly #path: string
  readonly #actual: string
  #log = new BatchLog()

  /** `actual` is the word for the type of the source. */
  constructor(output: OutputColumn, actual: string) {
    this.#output = output
    this.#path = formatPath(output.leaf.path)
    this.#actual = actual
  }

  begin(log: BatchLog): void {
    this.#log = log
  }

  /** A value that could not be converted: the field is null, or the row is set aside. */
  problem(row: number, problem: ConversionProblem, actual = this.#actual): void {
    this.#fail(row, problem.code, problem.setsRowAside, () => this.#message(problem.reason, actual))
  }

  /** An expression without a value for the row. */
  failure(row: number, reason: string): void {
    this.#fail(row, CONVERSION_CODE, false, () => this.#message(reason, this.#actual))
  }

  inexact(row: number): void {
    const type = typeNameOfColumn(this.#output.leaf.type)
    const message = () => `Digits of ${this.#output.source} were lost in the ${type} field ${this.#path}`
    this.#log.warn({ path: this.#path, code: INEXACT_CODE, row, message })
  }

  missing(row: number): void {
    this.#reject(row, REQUIRED_CODE, `The required field ${this.#path} has no value`)
  }

  #fail(row: number, code: string, setsRowAside: boolean, message: () => string): void {
    if (!setsRowAside) this.#log.warn({ path: this.#path, code, row, message })
    if (setsRowAside || this.#output.leaf.required) this.#reject(row, code, message())
  }

  #reject(row: number, code: string, message: string): void {
    this.#log.reject(row, { path: this.#path, column: this.#output.source, code, message })
  }

  #message(reason: string, actual: string): string {
    const { leaf, source } = this.#output
    return conversionMessage({ path: this.#path, source, expected: leaf.type, actual, reason })
  }
}

import type { LakeType } from '#columns/column-type.ts'
import type { Violation } from './check-value.ts'
import {
  CONVERSION_CODE,
  type ConversionProblem,
  conversionMessage,
  INEXACT_CODE,
  REQUIRED_CODE,
  typeNameOfColumn,
} from './conversions.ts'
import type { RowLog } from './convert-vector.ts'

/** Values of one field that did not arrive as they were, in one batch. The rows themselves did arrive. */
export interface MappingWarning {
  readonly path: string
  readonly code: string
  /** Of the first of them. */
  readonly message: string
  readonly count: number
  /** Index in the source batch. */
  readonly firstRow: number
  /** Place of the entry in the set; absent for a default. */
  readonly entry?: number | undefined
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
  /** Place of the entry in the set; absent where there is none. */
  readonly entry?: number | undefined
}

/** Collects what happened to the rows of one batch. */
export class BatchLog {
  readonly #warnings = new Map<string, { -readonly [K in keyof MappingWarning]: MappingWarning[K] }>()
  readonly #rejects = new Map<number, RowProblem[]>()

  warn(warning: {
    path: string
    code: string
    row: number
    message: () => string
    entry?: number | undefined
  }): void {
    const { path, code, row, message, entry } = warning
    const key = `${code} ${path}`
    const known = this.#warnings.get(key)
    if (!known) {
      this.#warnings.set(key, {
        path,
        code,
        message: message(),
        count: 1,
        firstRow: row,
        ...(entry === undefined ? {} : { entry }),
      })
    } else {
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

/** A place that values are written to. */
export interface Spot {
  /** As people write it: `person.name`, `tags[*]`. */
  readonly path: string
  readonly type: LakeType
  /** The source as the mapping set has it. */
  readonly source: string
  readonly entry?: number | undefined
  /** Without a value there the row is set aside. */
  readonly isRequired: boolean
}

/** Speaks of one place to the log of the batch at hand. */
export class OutputLog implements RowLog {
  readonly #spot: Spot
  readonly #actual: string
  #log = new BatchLog()

  /** `actual` is the word for the type of the source. */
  constructor(spot: Spot, actual: string) {
    this.#spot = spot
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
    const { path, source, type, entry } = this.#spot
    const message = () => `Digits of ${source} were lost in the ${typeNameOfColumn(type)} field ${path}`
    this.#log.warn({ path, code: INEXACT_CODE, row, message, entry })
  }

  missing(row: number): void {
    this.#reject(row, REQUIRED_CODE, `The required field ${this.#spot.path} has no value`)
  }

  /** A value that the schema forbids. */
  violation(row: number, { code, reason }: Violation): void {
    const { path, source } = this.#spot
    const from = source === '' || source === path ? '' : ` It comes from ${source}.`
    this.#reject(row, code, `The value of the field ${path} ${reason}.${from}`)
  }

  #fail(row: number, code: string, setsRowAside: boolean, message: () => string): void {
    const { path, entry, isRequired } = this.#spot
    if (!setsRowAside) this.#log.warn({ path, code, row, message, entry })
    if (setsRowAside || isRequired) this.#reject(row, code, message())
  }

  #reject(row: number, code: string, message: string): void {
    const { path, source, entry } = this.#spot
    this.#log.reject(row, { path, column: source, code, message, ...(entry === undefined ? {} : { entry }) })
  }

  #message(reason: string, actual: string): string {
    const { path, source, type } = this.#spot
    return conversionMessage({ path, source, expected: type, actual, reason })
  }
}

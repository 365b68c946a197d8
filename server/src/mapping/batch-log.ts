import type { LakeType } from '#columns/column-type.ts'
import type { Violation } from './check-value.ts'
import { CONVERSION_CODE, type ConversionProblem, type Substitutes } from './conversion-problem.ts'
import { conversionMessage, INEXACT_CODE, REQUIRED_CODE, typeNameOfColumn } from './conversions.ts'
import type { RowLog } from './convert-vector.ts'
import { DEFAULT_POLICY, type ValuePolicy, ValueRefusedError } from './value-policy.ts'
import type { EvaluationFailure, Value } from './values.ts'

/** Values of one field that did not arrive as they were, in one batch. The rows themselves did arrive. */
export interface MappingWarning {
  readonly path: string
  readonly code: string
  /** Of the first of them. */
  readonly message: string
  /** Rows; one with several such items in a list counts once. */
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
  /** What was asked of the value: `type: DATE`, `required`, `maxLength: 5`. */
  readonly rule: string
  readonly message: string
  /** Place of the entry in the set; absent where there is none. */
  readonly entry?: number | undefined
}

interface KnownWarning {
  readonly warning: { -readonly [K in keyof MappingWarning]: MappingWarning[K] }
  lastRow: number
}

/** Collects what happened to the rows of one batch. */
export class BatchLog {
  readonly #warnings = new Map<string, KnownWarning>()
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
      const of = entry === undefined ? {} : { entry }
      const first = { path, code, message: message(), count: 1, firstRow: row, ...of }
      this.#warnings.set(key, { warning: first, lastRow: row })
    } else if (known.lastRow !== row) {
      known.warning.count++
      known.warning.firstRow = Math.min(known.warning.firstRow, row)
      known.lastRow = row
    }
  }

  /** Takes a warning back: its row is rejected for it. */
  unwarn(path: string, code: string): void {
    const key = `${code} ${path}`
    const known = this.#warnings.get(key)
    if (known === undefined) return
    known.warning.count--
    if (known.warning.count === 0) this.#warnings.delete(key)
  }

  /** What is wrong with several items of a list is told once. */
  reject(row: number, problem: RowProblem): void {
    const problems = this.#rejects.get(row)
    if (!problems) this.#rejects.set(row, [problem])
    else if (!problems.some(({ code, message }) => code === problem.code && message === problem.message)) {
      problems.push(problem)
    }
  }

  get warnings(): MappingWarning[] {
    return [...this.#warnings.values()].map(({ warning }) => warning)
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
  /** For values that PostgreSQL can hold and the place cannot. */
  readonly policy?: ValuePolicy | undefined
}

/** Speaks of one place to the log of the batch at hand. */
export class OutputLog implements RowLog {
  readonly #spot: Spot
  readonly #actual: string
  /** Values of the batch at hand that became null, by their rows. */
  readonly #failed = new Map<number, { readonly code: string; readonly message: () => string }>()
  #log = new BatchLog()

  /** `actual` is the word for the type of the source. */
  constructor(spot: Spot, actual: string) {
    this.#spot = spot
    this.#actual = actual
  }

  begin(log: BatchLog): void {
    this.#log = log
    if (this.#failed.size > 0) this.#failed.clear()
  }

  /**
   * A value that could not be converted. Returns what takes its place; `undefined` when the row is set aside.
   * @throws ValueRefusedError where the policy wants it
   */
  settle(row: number, problem: ConversionProblem, actual = this.#actual): Value | undefined {
    const message = () => this.#message(problem.reason, actual)
    if (problem.substitutes === undefined) {
      this.#fail(row, problem.code, message)
      return null
    }
    return this.#settleSpecial(row, problem.code, { ...problem.substitutes, message })
  }

  #settleSpecial(
    row: number,
    code: string,
    { clamped, kept, message }: Substitutes & { readonly message: () => string },
  ): Value | undefined {
    const { path, entry, isRequired, policy = DEFAULT_POLICY } = this.#spot
    if (policy === 'error') throw new ValueRefusedError(message(), code)
    if (policy === 'keep' && kept !== undefined) return kept
    const value = policy === 'clamp' ? (clamped ?? null) : null
    if (policy === 'quarantine' || policy === 'keep' || (value === null && isRequired)) {
      this.#reject(row, { code, rule: `valuePolicy: ${policy}`, message: message() })
      return undefined
    }
    const became = value === null ? 'null' : 'the nearest value'
    this.#log.warn({ path, code, row, message: () => `${message()}. It became ${became}`, entry })
    return value
  }

  /** An expression without a value for the row: the field is null, or what its policy wants. */
  failure(row: number, { message, problem }: EvaluationFailure): Value {
    if (problem !== undefined) return this.settle(row, problem) ?? null
    this.#fail(row, CONVERSION_CODE, () => this.#message(message, this.#actual))
    return null
  }

  inexact(row: number): void {
    const { path, source, type, entry } = this.#spot
    const message = () => `Digits of ${source} were lost in the ${typeNameOfColumn(type)} field ${path}`
    this.#log.warn({ path, code: INEXACT_CODE, row, message, entry })
  }

  /** A value that arrives as it is, and that readers may stumble over. */
  remark(row: number, code: string, reason: string): void {
    const { path, source, entry } = this.#spot
    this.#log.warn({ path, code, row, message: () => `${reason}. It comes from ${source}`, entry })
  }

  /** A value that the schema wants and that is not there; where one was there, why it could not be used comes first. */
  missing(row: number): void {
    const { path } = this.#spot
    const failed = this.#failed.get(row)
    if (failed !== undefined) {
      const { code, message } = failed
      this.#log.unwarn(path, code)
      this.#reject(row, { code, rule: this.#typeRule(), message: message() })
    }
    const message = `The required field ${path} has no value`
    this.#reject(row, { code: REQUIRED_CODE, rule: 'required', message })
  }

  /** A value that the schema forbids. */
  violation(row: number, { code, rule, reason }: Violation): void {
    const { path, source } = this.#spot
    const from = source === '' || source === path ? '' : ` It comes from ${source}.`
    this.#reject(row, { code, rule, message: `The value of the field ${path} ${reason}.${from}` })
  }

  #fail(row: number, code: string, message: () => string): void {
    const { path, entry, isRequired } = this.#spot
    if (isRequired) {
      this.#reject(row, { code, rule: this.#typeRule(), message: message() })
      return
    }
    this.#log.warn({ path, code, row, message, entry })
    this.#failed.set(row, { code, message })
  }

  #typeRule(): string {
    return `type: ${typeNameOfColumn(this.#spot.type)}`
  }

  #reject(row: number, problem: Pick<RowProblem, 'code' | 'rule' | 'message'>): void {
    const { path, source, entry } = this.#spot
    this.#log.reject(row, { path, column: source, ...problem, ...(entry === undefined ? {} : { entry }) })
  }

  #message(reason: string, actual: string): string {
    const { path, source, type } = this.#spot
    return conversionMessage({ path, source, expected: type, actual, reason })
  }
}

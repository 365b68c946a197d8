import { type ColumnType, isLeaf } from '#columns/column-type.ts'
import type { AnyVector, Vector } from '#columns/vector.ts'
import { OutputLog } from './batch-log.ts'
import { type Check, compileCheck } from './check-value.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue } from './conversions.ts'
import { defaultOf } from './convert-tree.ts'
import type { MappingPlan, ObjectPlan, OutputColumn } from './mapping-plan.ts'
import { type HasObject, ObjectPresence } from './object-presence.ts'
import { formatPath } from './paths.ts'
import { createColumnReader } from './read-vector.ts'
import type { Value } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

/** What the schema wants of one output. */
interface OutputRule {
  readonly output: OutputColumn
  readonly log: OutputLog
  /** In the form in which it is written. */
  readonly filler: Value
  readonly type?: ColumnType | undefined
  readonly check?: Check | undefined
}

interface ObjectRule {
  readonly object: ObjectPlan
  readonly index: number
  readonly log: OutputLog
  readonly unfilled: readonly OutputLog[]
}

/**
 * What the schema wants of the rows of a mapping: defaults where values are missing, values that it allows, and no
 * field missing that it requires of the table or of an object that is there. Columns without rules are not looked at.
 */
export class RowRules {
  readonly #outputs: readonly OutputRule[]
  readonly #objects: readonly ObjectRule[]
  readonly #presence: ObjectPresence

  /** `logs` are those of the outputs. */
  constructor(plan: MappingPlan, logs: readonly OutputLog[], hasObject?: HasObject | undefined) {
    this.#outputs = plan.outputs.map((output, index) => ruleOf(output, logs[index] as OutputLog))
    this.#objects = plan.objects.map((object, index) => ({
      object,
      index,
      log: objectLog(formatPath(object.path)),
      unfilled: object.unfilled.map(objectLog),
    }))
    this.#presence = new ObjectPresence(plan.objects, hasObject)
  }

  /** Besides those of the outputs; each batch has to begin them. */
  get logs(): readonly OutputLog[] {
    return this.#objects.flatMap(({ log, unfilled }) => [log, ...unfilled])
  }

  /** The columns with their defaults. */
  apply(columns: readonly AnyVector[], rowCount: number): readonly AnyVector[] {
    this.#presence.update(columns, rowCount)
    const filled = columns.map((column, index) =>
      this.#fill(this.#outputs[index] as OutputRule, column, rowCount),
    )
    filled.forEach((column, index) => {
      const rule = this.#outputs[index] as OutputRule
      if (rule.check && rule.type) checkColumn(rule, column as Vector, rowCount)
      this.#require(rule, column, rowCount)
    })
    for (const rule of this.#objects) this.#requireObject(rule, rowCount)
    return filled
  }

  #fill({ filler, type, output }: OutputRule, column: AnyVector, rowCount: number): AnyVector {
    if (filler === null || type === undefined || column.nullCount === 0) return column
    const reader = createColumnReader(type)
    reader.bind(column as Vector)
    const writer = createVectorWriter(type, rowCount)
    for (let row = 0; row < rowCount; row++) {
      const value = reader.read(row)
      writer.write(row, value === null && this.#presence.isThere(output.parent, row) ? filler : value)
    }
    return writer.vector
  }

  #require({ output, log }: OutputRule, column: AnyVector, rowCount: number): void {
    if (column.nullCount === 0 || (!output.leaf.required && output.isNeeded !== true)) return
    for (let row = 0; row < rowCount; row++) {
      if (column.validity[row] === 1) continue
      if (output.leaf.required || this.#presence.isThere(output.parent, row)) log.missing(row)
    }
  }

  #requireObject({ object, index, log, unfilled }: ObjectRule, rowCount: number): void {
    if (!object.isNeeded && unfilled.length === 0) return
    for (let row = 0; row < rowCount; row++) {
      if (this.#presence.isThere(index, row)) for (const missing of unfilled) missing.missing(row)
      else if (object.isNeeded && this.#presence.isThere(object.parent, row)) log.missing(row)
    }
  }
}

function objectLog(path: string): OutputLog {
  const type = { kind: 'struct', fields: [] } as const
  return new OutputLog({ path, type, source: path, isRequired: true }, 'OBJECT')
}

function ruleOf(output: OutputColumn, log: OutputLog): OutputRule {
  const { leaf, rules } = output
  if (!isLeaf(leaf)) return { output, log, filler: null }
  return {
    output,
    log,
    type: leaf.type,
    filler: fillerOf(output, leaf.type),
    check: compileCheck(rules, leaf.type),
  }
}

function fillerOf({ rules }: OutputColumn, type: ColumnType): Value {
  if (rules?.default === undefined) return null
  const value = convertValue(defaultOf(rules.default), type, { inexactCount: 0 })
  return value instanceof ConversionProblem ? null : value
}

function checkColumn({ check, type, log }: OutputRule, column: Vector, rowCount: number): void {
  if (check === undefined || type === undefined) return
  const read = readerFor(type, column)
  for (let row = 0; row < rowCount; row++) {
    if (column.validity[row] !== 1) continue
    const violation = check(read(row))
    if (violation) log.violation(row, violation)
  }
}

/** Small numbers are checked as they lie, without a BigInt each. */
function readerFor(type: ColumnType, column: Vector): (row: number) => NonNullable<Value> {
  if (type.kind === 'int' && column.kind === 'int32') {
    const { values } = column
    return (row) => values[row] as number
  }
  const reader = createColumnReader(type)
  reader.bind(column)
  return (row) => reader.read(row) as NonNullable<Value>
}

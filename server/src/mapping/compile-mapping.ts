import type { ColumnType } from '#columns/column-type.ts'
import type { AnyVector, ColumnBatch, Vector } from '#columns/vector.ts'
import { BatchLog, type MappingWarning, OutputLog, type RejectedRow } from './batch-log.ts'
import { compileExpression } from './compile-expression.ts'
import { ConversionProblem, convertValue, typeNameOfColumn } from './conversions.ts'
import { vectorConversion } from './convert-vector.ts'
import type { Evaluate } from './evaluate.ts'
import { keepRows } from './keep-rows.ts'
import type { MappingPlan, OutputColumn } from './mapping-plan.ts'
import { type ColumnReader, createColumnReader } from './read-vector.ts'
import { specialValuesOf } from './special-values.ts'
import { EvaluationFailure, formatFloat, typeNameOf, type Value } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

/** A plan made ready to work. Keeps no rows between batches; not to be shared by threads. */
export interface CompiledMapping {
  /** `batch.columns` are in the order of the plan's `usedColumns`. */
  apply(batch: ColumnBatch): MappedBatch
}

export interface MappedBatch {
  /** Rows that are left after the rejected ones. */
  readonly rowCount: number
  /** In the order of the plan's outputs. A field that is a column as it came is the vector of the source itself. */
  readonly columns: readonly AnyVector[]
  readonly warnings: readonly MappingWarning[]
  readonly rejects: readonly RejectedRow[]
}

/** Makes the column of one output for a batch. */
type Produce = (batch: ColumnBatch) => Vector

interface Producer {
  readonly produce: Produce
  readonly log: OutputLog
  readonly isRequired: boolean
}

/** Compiles a plan. `nowMs` is the moment of the run, which `now()` gives for all of its rows. */
export function compileMapping(plan: MappingPlan, options: { readonly nowMs: number }): CompiledMapping {
  const readers = plan.columnTypes.map(createColumnReader)
  const read = columnsReadByValue(plan)
  const producers = plan.outputs.map((output) => compileOutput(output, plan, readers, options.nowMs))
  return {
    apply: (batch) => {
      for (const column of read) readers[column]?.bind(batch.columns[column] as Vector)
      return applyProducers(producers, batch)
    },
  }
}

/** Columns that anything but a pass-through looks into. */
function columnsReadByValue(plan: MappingPlan): number[] {
  const hasExpression = plan.outputs.some(({ from }) => from.kind === 'expression')
  const converted = plan.outputs.flatMap(({ from }) =>
    from.kind === 'column' && from.conversion === 'value' ? [from.column] : [],
  )
  return hasExpression ? plan.usedColumns.map((_name, column) => column) : [...new Set(converted)]
}

function applyProducers(producers: readonly Producer[], batch: ColumnBatch): MappedBatch {
  const log = new BatchLog()
  const columns = producers.map(({ produce, log: outputLog, isRequired }) => {
    outputLog.begin(log)
    const vector = produce(batch)
    if (isRequired && vector.nullCount > 0) reportNulls(vector, batch.rowCount, outputLog)
    return vector
  })
  const { warnings, rejects } = log
  if (rejects.length === 0) return { rowCount: batch.rowCount, columns, warnings, rejects }
  const rows = rowsWithout(rejects, batch.rowCount)
  return {
    rowCount: rows.length,
    columns: columns.map((vector) => keepRows(vector, rows)),
    warnings,
    rejects,
  }
}

function reportNulls({ validity }: Vector, rowCount: number, log: OutputLog): void {
  for (let row = 0; row < rowCount; row++) if (validity[row] !== 1) log.missing(row)
}

function rowsWithout(rejects: readonly RejectedRow[], rowCount: number): Uint32Array {
  const rows = new Uint32Array(rowCount - rejects.length)
  const rejected = new Set(rejects.map(({ row }) => row))
  let index = 0
  for (let row = 0; row < rowCount; row++) if (!rejected.has(row)) rows[index++] = row
  return rows
}

function compileOutput(
  output: OutputColumn,
  plan: MappingPlan,
  readers: readonly ColumnReader[],
  nowMs: number,
): Producer {
  const { from, leaf } = output
  const type = from.kind === 'column' ? plan.columnTypes[from.column] : undefined
  const log = new OutputLog(output, type ? typeNameOfColumn(type) : 'EXPRESSION')
  const produce = type
    ? columnProducer(output, type, readers, log)
    : valueProducer(compileSource(output, readers, nowMs), leaf.type, log)
  return { produce, log, isRequired: leaf.required }
}

function compileSource({ from }: OutputColumn, readers: readonly ColumnReader[], nowMs: number) {
  if (from.kind === 'constant') return { evaluate: () => from.text, isConstant: true }
  if (from.kind === 'column') return { evaluate: () => null, isConstant: true }
  const columns = readers.map((reader) => reader.read)
  return compileExpression(from.expression, { columns, context: { nowMs } })
}

function columnProducer(
  { from, leaf }: OutputColumn,
  type: ColumnType,
  readers: readonly ColumnReader[],
  log: OutputLog,
): Produce {
  if (from.kind !== 'column') return () => emptyColumn()
  const { column, conversion } = from
  if (conversion === 'none') return passThrough(column, type, log)
  const convert = vectorConversion(conversion, type)
  if (convert) return (batch) => convert(batch.columns[column] as Vector, batch.rowCount, log)
  const read = readers[column]?.read ?? (() => null)
  const isDigits = type.kind === 'float' && (leaf.type.kind === 'string' || leaf.type.kind === 'decimal')
  return valueProducer(
    { evaluate: isDigits ? shortestDigits(read) : read, isConstant: false },
    leaf.type,
    log,
  )
}

/** The digits that a float prints as are what people see in the source; those of its double are another number. */
function shortestDigits(read: Evaluate): Evaluate {
  return (row) => {
    const value = read(row)
    return typeof value === 'number' && Number.isFinite(value) ? formatFloat(value) : value
  }
}

function emptyColumn(): never {
  throw new TypeError('An output that is no column has no column')
}

/** The vector itself; rows with values that no table can hold are set aside. */
function passThrough(column: number, type: ColumnType, log: OutputLog): Produce {
  const special = specialValuesOf(type)
  if (!special) return (batch) => batch.columns[column] as Vector
  return (batch) => {
    const vector = batch.columns[column] as Vector
    for (let row = 0; row < batch.rowCount; row++) {
      if (special.isSpecial(vector, row) && vector.validity[row] === 1) log.problem(row, special.problem)
    }
    return vector
  }
}

interface ValueSource {
  readonly evaluate: Evaluate
  readonly isConstant: boolean
}

/** Evaluates, converts and writes row by row; what is the same for all rows only once. */
function valueProducer(source: ValueSource, type: ColumnType, log: OutputLog): Produce {
  if (source.isConstant) return constantProducer(outcomeOf(source.evaluate, 0, type), type, log)
  return ({ rowCount }) => {
    const writer = createVectorWriter(type, rowCount)
    for (let row = 0; row < rowCount; row++) {
      const { value, report } = outcomeOf(source.evaluate, row, type)
      report?.(row, log)
      writer.write(row, value)
    }
    return writer.vector
  }
}

function constantProducer({ value, report }: Outcome, type: ColumnType, log: OutputLog): Produce {
  return ({ rowCount }) => {
    const writer = createVectorWriter(type, rowCount)
    if (report) for (let row = 0; row < rowCount; row++) report(row, log)
    writer.fill(value)
    return writer.vector
  }
}

/** A value ready to be written, and what is to be told of it. */
interface Outcome {
  readonly value: Value
  readonly report?: ((row: number, log: OutputLog) => void) | undefined
}

const NOTHING: Outcome = { value: null }

function outcomeOf(evaluate: Evaluate, row: number, type: ColumnType): Outcome {
  let value: Value
  try {
    value = evaluate(row)
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    return { value: null, report: (failedRow, log) => log.failure(failedRow, error.message) }
  }
  return value === null ? NOTHING : converted(value, type)
}

function converted(value: NonNullable<Value>, type: ColumnType): Outcome {
  const tally = { inexactCount: 0 }
  const result = convertValue(value, type, tally)
  if (result instanceof ConversionProblem) {
    return { value: null, report: (row, log) => log.problem(row, result, typeNameOf(value)) }
  }
  return tally.inexactCount === 0
    ? { value: result }
    : { value: result, report: (row, log) => log.inexact(row) }
}

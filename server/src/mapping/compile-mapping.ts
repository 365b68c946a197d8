import { type ColumnType, isLeaf, type LakeColumn, type LakeLeaf } from '#columns/column-type.ts'
import type { AnyVector, ColumnBatch, Vector } from '#columns/vector.ts'
import { BatchLog, type MappingWarning, OutputLog, type RejectedRow } from './batch-log.ts'
import { type CompileScope, compileExpression } from './compile-expression.ts'
import { typeNameOfColumn } from './conversions.ts'
import { vectorConversion } from './convert-vector.ts'
import type { Evaluate } from './evaluate.ts'
import { keepRows } from './keep-rows.ts'
import type { MappingPlan, OutputColumn, OutputSource } from './mapping-plan.ts'
import type { HasObject } from './object-presence.ts'
import { passThrough } from './pass-through.ts'
import { formatPath } from './paths.ts'
import { treeProducer } from './produce-tree.ts'
import { type Produce, type ValueSource, valueProducer } from './produce-values.ts'
import { type ColumnReader, createColumnReader } from './read-vector.ts'
import { RowMemo } from './row-memo.ts'
import { RowRules } from './row-rules.ts'
import { formatFloat } from './values.ts'

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

interface Producer {
  readonly produce: Produce
  /** Of the output. */
  readonly log: OutputLog
  /** Of places in it. */
  readonly logs: readonly OutputLog[]
}

export interface CompileOptions {
  /** The moment of the run, which `now()` gives for all of its rows. */
  readonly nowMs: number
  /** Read the columns from elsewhere than from the vectors of a batch, which then has none. */
  readonly readers?: readonly Evaluate[] | undefined
  /** Of a source whose rows have objects: one that is there may lack what the schema wants in it. */
  readonly hasObject?: HasObject | undefined
  /** Rejected rows stay among the columns. */
  readonly keepsRejected?: boolean | undefined
}

/** Compiles a plan. */
export function compileMapping(plan: MappingPlan, options: CompileOptions): CompiledMapping {
  const readers = options.readers === undefined ? readersOf(plan) : []
  const read = options.readers === undefined ? columnsReadByValue(plan) : []
  const memo = new RowMemo()
  const columns = options.readers ?? readers.map((reader) => reader.read)
  const scope = { columns, context: { nowMs: options.nowMs }, memo }
  const compiler = new OutputCompiler(plan, scope, options.readers !== undefined)
  const producers = plan.outputs.map((output) => compiler.compile(output))
  const rules = new RowRules(
    plan,
    producers.map(({ log }) => log),
    options.hasObject,
  )
  const logs = [...producers.flatMap((producer) => [producer.log, ...producer.logs]), ...rules.logs]
  return {
    apply: (batch) => {
      const log = new BatchLog()
      for (const each of logs) each.begin(log)
      for (const column of read) readers[column]?.bind(batch.columns[column] as Vector)
      const produced = producers.map(({ produce }) => produce(batch))
      memo.clear()
      const mapped = rules.apply(produced, batch.rowCount)
      return finish(mapped, batch.rowCount, log, options.keepsRejected ?? false)
    },
  }
}

function readersOf({ columnTypes, uncheckedColumns = [] }: MappingPlan): readonly ColumnReader[] {
  return columnTypes.map((type, column) => createColumnReader(type, uncheckedColumns.includes(column)))
}

/** Columns that anything but a pass-through looks into. */
function columnsReadByValue(plan: MappingPlan): number[] {
  const hasExpression = plan.outputs.some(({ from }) => from.kind === 'expression' || from.kind === 'tree')
  const converted = plan.outputs.flatMap(({ from }) =>
    from.kind === 'column' && from.conversion === 'value' ? [from.column] : [],
  )
  return hasExpression ? plan.usedColumns.map((_name, column) => column) : [...new Set(converted)]
}

function finish(
  columns: readonly AnyVector[],
  rowCount: number,
  { warnings, rejects }: BatchLog,
  keepsRejected: boolean,
): MappedBatch {
  if (rejects.length === 0 || keepsRejected) return { rowCount, columns, warnings, rejects }
  const rows = rowsWithout(rejects, rowCount)
  return {
    rowCount: rows.length,
    columns: columns.map((vector) => keepRows(vector, rows)),
    warnings,
    rejects,
  }
}

function rowsWithout(rejects: readonly RejectedRow[], rowCount: number): Uint32Array {
  const rows = new Uint32Array(rowCount - rejects.length)
  const rejected = new Set(rejects.map(({ row }) => row))
  let index = 0
  for (let row = 0; row < rowCount; row++) if (!rejected.has(row)) rows[index++] = row
  return rows
}

type ColumnSource = Extract<OutputSource, { readonly kind: 'column' }>

const NOTHING: ValueSource = { evaluate: () => null, isConstant: true }

class OutputCompiler {
  readonly #plan: MappingPlan
  readonly #scope: CompileScope
  /** There are no vectors to hand on or to convert as a whole. */
  readonly #isByValue: boolean

  constructor(plan: MappingPlan, scope: CompileScope, isByValue: boolean) {
    this.#plan = plan
    this.#scope = scope
    this.#isByValue = isByValue
  }

  compile(output: OutputColumn): Producer {
    const { from, leaf } = output
    const type = from.kind === 'column' ? this.#plan.columnTypes[from.column] : undefined
    const log = new OutputLog(spotOf(output), type ? typeNameOfColumn(type) : 'EXPRESSION')
    if (from.kind === 'tree') return { log, ...treeProducer(output, from.parts, this.#scope) }
    if (!isLeaf(leaf)) throw new TypeError(`${formatPath(leaf.path)} is put together of no parts`)
    const produce =
      from.kind === 'column' && type && !this.#isByValue
        ? this.#columnProducer(from, leaf, type, log)
        : valueProducer(this.#valueSource(output), leaf.type, log)
    return { produce, log, logs: [] }
  }

  #valueSource({ from, leaf }: OutputColumn): ValueSource {
    switch (from.kind) {
      case 'constant':
        return { evaluate: () => from.text, isConstant: true }
      case 'expression':
        return compileExpression(from.expression, this.#scope)
      case 'column':
        return { evaluate: this.#read(from.column, leaf), isConstant: false }
      default:
        return NOTHING
    }
  }

  #columnProducer(
    { column, conversion, check }: ColumnSource,
    leaf: LakeLeaf,
    type: ColumnType,
    log: OutputLog,
  ): Produce {
    if (conversion === 'none') return passThrough({ column, type, check }, log)
    const convert = vectorConversion(conversion, type)
    if (convert) return (batch) => convert(batch.columns[column] as Vector, batch.rowCount, log)
    return valueProducer({ evaluate: this.#read(column, leaf), isConstant: false }, leaf.type, log)
  }

  #read(column: number, { type }: LakeColumn): Evaluate {
    const read = this.#scope.columns[column] ?? (() => null)
    const isOfFloats = this.#plan.columnTypes[column]?.kind === 'float'
    return isOfFloats && (type.kind === 'string' || type.kind === 'decimal') ? shortestDigits(read) : read
  }
}

function spotOf({ leaf, source, entry, policy }: OutputColumn) {
  const { type, required: isRequired } = leaf
  return { path: formatPath(leaf.path), type, source, entry, isRequired, policy }
}

/** The digits that a float prints as are what people see in the source; those of its double are another number. */
function shortestDigits(read: Evaluate): Evaluate {
  return (row) => {
    const value = read(row)
    return typeof value === 'number' && Number.isFinite(value) ? formatFloat(value) : value
  }
}

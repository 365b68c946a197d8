import type { ColumnType } from '#columns/column-type.ts'
import type { AnyVector, ColumnBatch } from '#columns/vector.ts'
import type { OutputLog } from './batch-log.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue } from './conversions.ts'
import type { Evaluate } from './evaluate.ts'
import { EvaluationFailure, typeNameOf, type Value } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

/** Makes the column of one output for a batch. */
export type Produce = (batch: ColumnBatch) => AnyVector

/** Where the values of a column come from. */
export interface ValueSource {
  readonly evaluate: Evaluate
  /** Gives the same for every row. */
  readonly isConstant: boolean
}

/** Evaluates, converts and writes row by row; what is the same for all rows only once. */
export function valueProducer(source: ValueSource, type: ColumnType, log: OutputLog): Produce {
  if (source.isConstant) return constantProducer(outcomeOf(source.evaluate, 0, type), type, log)
  return ({ rowCount }) => {
    const writer = createVectorWriter(type, rowCount)
    for (let row = 0; row < rowCount; row++) {
      const { value, settle } = outcomeOf(source.evaluate, row, type)
      writer.write(row, settle === undefined ? value : settle(row, log))
    }
    return writer.vector
  }
}

function constantProducer({ value, settle }: Outcome, type: ColumnType, log: OutputLog): Produce {
  return ({ rowCount }) => {
    const writer = createVectorWriter(type, rowCount)
    let settled = value
    if (settle !== undefined) for (let row = 0; row < rowCount; row++) settled = settle(row, log)
    writer.fill(settled)
    return writer.vector
  }
}

/** A value ready to be written, unless there is something to be told of it, which may change it. */
interface Outcome {
  readonly value: Value
  readonly settle?: ((row: number, log: OutputLog) => Value) | undefined
}

const NOTHING: Outcome = { value: null }

function outcomeOf(evaluate: Evaluate, row: number, type: ColumnType): Outcome {
  let value: Value
  try {
    value = evaluate(row)
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    return { value: null, settle: (failedRow, log) => log.failure(failedRow, error) }
  }
  return value === null ? NOTHING : converted(value, type)
}

function converted(value: NonNullable<Value>, type: ColumnType): Outcome {
  const tally = { inexactCount: 0 }
  const result = convertValue(value, type, tally)
  if (result instanceof ConversionProblem) {
    return { value: null, settle: (row, log) => log.settle(row, result, typeNameOf(value)) ?? null }
  }
  if (tally.inexactCount === 0) return { value: result }
  const settle = (row: number, log: OutputLog): Value => {
    log.inexact(row)
    return result
  }
  return { value: result, settle }
}

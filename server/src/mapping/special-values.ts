import type { ColumnType } from '#columns/column-type.ts'
import type { Int32Vector, Int64Vector, Int128Vector, Vector } from '#columns/vector.ts'
import type { ConversionProblem } from './conversion-problem.ts'
import { NOT_A_NUMBER } from './conversions.ts'
import { DateValue } from './dates.ts'
import { bigWords, dayOf, INT32_MIN } from './read-vector.ts'
import { MAX_DAY, MAX_MICROS, MIN_DAY, MIN_MICROS, temporalProblem } from './temporal-range.ts'

/** Finds what a vector can carry and a field can't. */
export interface SpecialValues {
  /** The first row from `from` on that has such a value; -1 if there is none. */
  find(vector: Vector, from: number, rowCount: number): number
  problemAt(vector: Vector, row: number): ConversionProblem | undefined
}

/** The special values of a type; `undefined` where every value is an ordinary one. */
export function specialValuesOf(type: ColumnType): SpecialValues | undefined {
  switch (type.kind) {
    case 'date':
      return FAR_DAYS
    case 'timestamp':
    case 'timestamptz':
      return FAR_MOMENTS
    case 'decimal':
      return { find: findSmallest, problemAt: () => NOT_A_NUMBER }
    default:
      return undefined
  }
}

const FAR_DAYS: SpecialValues = {
  find(vector, from, rowCount) {
    const { values, validity } = vector as Int32Vector
    for (let row = from; row < rowCount; row++) {
      const days = values[row] as number
      if ((days < MIN_DAY || days > MAX_DAY) && validity[row] === 1) return row
    }
    return -1
  },
  problemAt: (vector, row) => temporalProblem(dayOf((vector as Int32Vector).values[row] as number)),
}

/** High words at and beyond which microseconds may lie outside of the years that land. */
const MIN_HIGH = Number(MIN_MICROS >> 32n)
const MAX_HIGH = Number(MAX_MICROS >> 32n)

const FAR_MOMENTS: SpecialValues = {
  find(vector, from, rowCount) {
    const { words, validity } = vector as Int64Vector
    for (let row = from; row < rowCount; row++) {
      const high = words[2 * row + 1] as number
      if ((high <= MIN_HIGH || high >= MAX_HIGH) && validity[row] === 1 && momentProblem(words, row))
        return row
    }
    return -1
  },
  problemAt: (vector, row) => momentProblem((vector as Int64Vector).words, row),
}

function momentProblem(words: Int32Array, row: number): ConversionProblem | undefined {
  return temporalProblem(new DateValue(bigWords(words)[row] as bigint))
}

/** The smallest value of the layout stands for NaN. */
function findSmallest(vector: Vector, from: number, rowCount: number): number {
  const { words } = vector as Int64Vector | Int128Vector
  const width = vector.kind === 'int64' ? 2 : 4
  for (let row = from; row < rowCount; row++) {
    if (words[width * (row + 1) - 1] !== INT32_MIN || vector.validity[row] !== 1) continue
    if (words.subarray(width * row, width * (row + 1) - 1).every((word) => word === 0)) return row
  }
  return -1
}

import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import { type ConversionProblem, INFINITE_DATE, SPECIAL_NUMBER } from './conversions.ts'
import { INT32_MAX, INT32_MIN } from './read-vector.ts'

/** Finds what a vector can carry and a table can't. */
export interface SpecialValues {
  readonly problem: ConversionProblem
  isSpecial(vector: Vector, row: number): boolean
}

/** The special values of a type; `undefined` where every value is an ordinary one. */
export function specialValuesOf(type: ColumnType): SpecialValues | undefined {
  switch (type.kind) {
    case 'date':
      return { problem: INFINITE_DATE, isSpecial: isInfiniteDay }
    case 'timestamp':
    case 'timestamptz':
      return { problem: INFINITE_DATE, isSpecial: isInfiniteMoment }
    case 'decimal':
      return { problem: SPECIAL_NUMBER, isSpecial: isSmallestNumber }
    default:
      return undefined
  }
}

function isInfiniteDay(vector: Vector, row: number): boolean {
  if (vector.kind !== 'int32') return false
  return vector.values[row] === INT32_MAX || vector.values[row] === INT32_MIN
}

function isInfiniteMoment(vector: Vector, row: number): boolean {
  if (vector.kind !== 'int64') return false
  const high = vector.words[2 * row + 1]
  if (high === INT32_MIN) return vector.words[2 * row] === 0
  return high === INT32_MAX && vector.words[2 * row] === -1
}

function isSmallestNumber(vector: Vector, row: number): boolean {
  if (vector.kind === 'int64') return vector.words[2 * row + 1] === INT32_MIN && vector.words[2 * row] === 0
  if (vector.kind !== 'int128') return false
  const { words } = vector
  const at = 4 * row
  return words[at + 3] === INT32_MIN && words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0
}

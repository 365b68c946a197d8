import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import { type ConversionProblem, INFINITE_DATE, SPECIAL_NUMBER } from './conversions.ts'
import { INT32_MAX, INT32_MIN } from './read-vector.ts'

/** Finds what a vector can carry and a table can't. */
export interface SpecialValues {
  readonly problem: ConversionProblem
  /** Whether any of the first rows may be one, NULL or not: nearly always none is, and a scan sees that fast. */
  mayHave(vector: Vector, rowCount: number): boolean
  isSpecial(vector: Vector, row: number): boolean
}

/** The special values of a type; `undefined` where every value is an ordinary one. */
export function specialValuesOf(type: ColumnType): SpecialValues | undefined {
  switch (type.kind) {
    case 'date':
      return { problem: INFINITE_DATE, mayHave: hasExtremeWord, isSpecial: isInfiniteDay }
    case 'timestamp':
    case 'timestamptz':
      return { problem: INFINITE_DATE, mayHave: hasExtremeWord, isSpecial: isInfiniteMoment }
    case 'decimal':
      return { problem: SPECIAL_NUMBER, mayHave: hasExtremeWord, isSpecial: isSmallestNumber }
    default:
      return undefined
  }
}

/** All special values have the highest or the lowest of all words for their last. */
function hasExtremeWord(vector: Vector, rowCount: number): boolean {
  switch (vector.kind) {
    case 'int32':
      return hasExtreme(vector.values, 1, rowCount)
    case 'int64':
      return hasExtreme(vector.words, 2, rowCount)
    case 'int128':
      return hasExtreme(vector.words, 4, rowCount)
    default:
      return false
  }
}

function hasExtreme(words: Int32Array, stride: number, rowCount: number): boolean {
  for (let at = stride - 1; at < stride * rowCount; at += stride) {
    const word = words[at] as number
    if (word === INT32_MAX || word === INT32_MIN) return true
  }
  return false
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

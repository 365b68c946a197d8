import { ConversionProblem } from './conversion-problem.ts'
import { DateValue, floorDivide, INFINITY_MICROS, isInfinite, MICROS_PER_DAY } from './dates.ts'

/** Days of 0001-01-01 and 9999-12-31: what every reader of the lake takes, and what ISO 8601 writes in four digits. */
export const MIN_DAY = -719_162
export const MAX_DAY = 2_932_896

/** The first and the last microsecond of those days. */
export const MIN_MICROS: bigint = BigInt(MIN_DAY) * MICROS_PER_DAY
export const MAX_MICROS: bigint = BigInt(MAX_DAY + 1) * MICROS_PER_DAY - 1n

export const INFINITY_CODE = 'HW-TEMPORAL-INFINITY'
export const RANGE_CODE = 'HW-TEMPORAL-RANGE'
export const MIDNIGHT_CODE = 'HW-TIME-24'

const INFINITE = 'infinity and -infinity are no moments that a table can hold'
const FAR = 'The date lies before the year 1 or after the year 9999'

/** Why a day or a moment is none that a table should hold; `undefined` for nearly all of them. */
export function temporalProblem(value: DateValue): ConversionProblem | undefined {
  const { micros, isDateOnly } = value
  if (micros >= MIN_MICROS && micros <= MAX_MICROS) return undefined
  const clamped = new DateValue(nearest(micros, isDateOnly), isDateOnly)
  if (isInfinite(value)) return new ConversionProblem(INFINITE, INFINITY_CODE, { clamped })
  return new ConversionProblem(FAR, RANGE_CODE, { clamped, kept: value })
}

function nearest(micros: bigint, isDateOnly: boolean): bigint {
  const edge = micros < 0n ? MIN_MICROS : MAX_MICROS
  return isDateOnly ? floorDivide(edge, MICROS_PER_DAY) * MICROS_PER_DAY : edge
}

/** `24:00:00`, which PostgreSQL has besides `00:00:00` and files of the lake have not. */
export const END_OF_DAY = new ConversionProblem('24:00:00 is no time that a table can hold', MIDNIGHT_CODE, {
  clamped: MICROS_PER_DAY - 1n,
})

/** True for what PostgreSQL calls infinity, in microseconds. */
export function isInfiniteMicros(micros: bigint): boolean {
  return micros === INFINITY_MICROS || micros === -INFINITY_MICROS - 1n
}

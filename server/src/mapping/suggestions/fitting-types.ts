import { type ColumnType, formatLakeType } from '#columns/column-type.ts'
import { ConversionProblem } from '#mapping/conversion-problem.ts'
import { convertValue } from '#mapping/conversions.ts'
import type { Value } from '#mapping/values.ts'

/** Digits of a decimal number that every double keeps. */
const DOUBLE_DIGITS = 15

/**
 * Why not every value of a column arrives in a field as it was; `undefined` where every one does. What the types
 * leave open the values decide, if there are some.
 */
export function misfitOf(from: ColumnType, to: ColumnType, values: readonly Value[]): string | undefined {
  if (isSure(from, to)) return undefined
  const types = `${formatLakeType(from)} does not become ${formatLakeType(to)}`
  const present = values.filter((value) => value !== null)
  if (present.length === 0) return `${types} whatever the values are`
  return present.every((value) => arrives(value, to)) ? undefined : `${types}: not all values can`
}

function arrives(value: Value, to: ColumnType): boolean {
  const tally = { inexactCount: 0 }
  const converted = convertValue(value, to, tally)
  return !(converted instanceof ConversionProblem) && converted !== null && tally.inexactCount === 0
}

/** Every value has an equal, whatever it is. */
function isSure(from: ColumnType, to: ColumnType): boolean {
  if (to.kind === 'string') return true
  if (from.kind === 'decimal' || to.kind === 'decimal') return isSureDecimal(from, to)
  return from.kind === to.kind || (SURE[from.kind] ?? []).includes(to.kind)
}

const SURE: Readonly<Partial<Record<ColumnType['kind'], readonly ColumnType['kind'][]>>> = {
  int: ['long', 'double'],
  float: ['double'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
  timestamptz: ['timestamp'],
}

const INTEGER_DIGITS: Readonly<Partial<Record<ColumnType['kind'], number>>> = { int: 10, long: 19 }

function isSureDecimal(from: ColumnType, to: ColumnType): boolean {
  if (to.kind !== 'decimal')
    return from.kind === 'decimal' && to.kind === 'double' && from.precision <= DOUBLE_DIGITS
  const scale = from.kind === 'decimal' ? from.scale : 0
  const digits = from.kind === 'decimal' ? from.precision - from.scale : INTEGER_DIGITS[from.kind]
  return digits !== undefined && scale <= to.scale && digits <= to.precision - to.scale
}

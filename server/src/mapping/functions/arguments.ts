import { DateValue, isInfinite } from '#mapping/dates.ts'
import { Decimal, truncateDecimal } from '#mapping/decimal.ts'
import { parseDateAutomatically } from '#mapping/parse-date.ts'
import { fail, isArray, isMap, textOf, typeNameOf, type Value, type ValueMap } from '#mapping/values.ts'

/** A missing argument and null are the same. */
export function valueAt(args: readonly Value[], index: number): Value {
  return args[index] ?? null
}

export function textAt(args: readonly Value[], index: number): string {
  return textOf(valueAt(args, index))
}

/** The text at a place, or `otherwise` where there is none. */
export function textOr(args: readonly Value[], index: number, otherwise: string): string {
  const value = valueAt(args, index)
  return value === null ? otherwise : textOf(value)
}

/** A whole number that fits the safe range. */
export function integerAt(args: readonly Value[], index: number): number {
  const value = valueAt(args, index)
  const number = typeof value === 'bigint' ? Number(value) : wholeNumber(value)
  return Number.isSafeInteger(number) ? number : fail('The number is too large')
}

function wholeNumber(value: Value): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (value instanceof Decimal && value.unscaled % 10n ** BigInt(value.scale) === 0n) {
    return Number(truncateDecimal(value))
  }
  return fail(`A whole number is needed, not ${typeNameOf(value)}`)
}

export function integerOr(args: readonly Value[], index: number, otherwise: number): number {
  return valueAt(args, index) === null ? otherwise : integerAt(args, index)
}

/** A date, or a text in one of the automatic formats. */
export function dateAt(args: readonly Value[], index: number): DateValue {
  const value = valueAt(args, index)
  const date = typeof value === 'string' ? parseDateAutomatically(value.trim()) : value
  if (!(date instanceof DateValue)) return fail(`A date is needed, not ${typeNameOf(value)}`)
  return isInfinite(date) ? fail('An infinite date has no parts') : date
}

export function arrayAt(args: readonly Value[], index: number): readonly Value[] {
  const value = valueAt(args, index)
  return isArray(value) ? value : fail(`An array is needed, not ${typeNameOf(value)}`)
}

export function mapAt(args: readonly Value[], index: number): ValueMap {
  const value = valueAt(args, index)
  return isMap(value) ? value : fail(`An object is needed, not ${typeNameOf(value)}`)
}

/** The arguments, or the items of the one array that is given in their place. */
export function spread(args: readonly Value[]): readonly Value[] {
  const [only] = args
  return args.length === 1 && only !== undefined && isArray(only) ? only : args
}

/** Keys and values that follow one another. */
export function pairsOf(args: readonly Value[]): Map<string, Value> {
  if (args.length % 2 !== 0) return fail('Every key needs a value')
  const map = new Map<string, Value>()
  for (let index = 0; index < args.length; index += 2) map.set(textAt(args, index), valueAt(args, index + 1))
  return map
}

import type { ColumnType } from '#columns/column-type.ts'
import { compareDecimals, Decimal, numberToDecimal } from './decimal.ts'
import type { FieldRules } from './field-rules.ts'
import { isKnownFormat, matchesFormat } from './formats.ts'
import { compileJavaRegex } from './java-regex.ts'
import { EvaluationFailure, isArray, textOf, type Value } from './values.ts'

export const ENUM_CODE = 'HW-SCHEMA-ENUM'
export const PATTERN_CODE = 'HW-SCHEMA-PATTERN'
export const LENGTH_CODE = 'HW-SCHEMA-LENGTH'
export const FORMAT_CODE = 'HW-SCHEMA-FORMAT'
export const RANGE_CODE = 'HW-SCHEMA-RANGE'

/** A rule of the schema that a value breaks. The reason holds no data: it is told once for many rows. */
export interface Violation {
  readonly code: string
  /** The word of the schema and what it says: `maxLength: 5`. */
  readonly rule: string
  /** Follows the name of the field: `is not one of "a", "b"`. */
  readonly reason: string
}

export type Check = (value: NonNullable<Value>) => Violation | undefined

/** A check of converted values; `undefined` where there is nothing to check. The first broken rule counts. */
export function compileCheck(rules: FieldRules | undefined, type?: ColumnType): Check | undefined {
  if (rules === undefined) return undefined
  const checks = [
    type === undefined ? itemsCheck(rules) : enumCheck(rules),
    ...(type?.kind === 'string' ? textChecks(rules) : []),
    ...(type !== undefined && NUMBERS.has(type.kind) ? [rangeCheck(rules)] : []),
  ].filter((check) => check !== undefined)
  if (checks.length === 0) return undefined
  return (value) => {
    for (const check of checks) {
      const violation = check(value)
      if (violation) return violation
    }
    return undefined
  }
}

const NUMBERS: ReadonlySet<ColumnType['kind']> = new Set(['int', 'long', 'float', 'double', 'decimal'])

const SHOWN_VALUES = 10

function enumCheck({ enum: allowed }: FieldRules): Check | undefined {
  if (allowed === undefined) return undefined
  const known = new Set(allowed.map(String))
  const shown = allowed.slice(0, SHOWN_VALUES).map((value) => JSON.stringify(value))
  const more = allowed.length > SHOWN_VALUES ? ' …' : ''
  const list = `${shown.join(', ')}${more}`
  const violation = { code: ENUM_CODE, rule: `enum: ${list}`, reason: `is not one of ${list}` }
  return (value) => (known.has(textOf(value)) ? undefined : violation)
}

function textChecks(rules: FieldRules): (Check | undefined)[] {
  return [lengthCheck(rules), patternCheck(rules), formatCheck(rules)]
}

function lengthCheck({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: FieldRules): Check | undefined {
  if (minLength <= 0 && maxLength === Number.POSITIVE_INFINITY) return undefined
  const tooShort = {
    code: LENGTH_CODE,
    rule: `minLength: ${minLength}`,
    reason: `is shorter than ${minLength} characters`,
  }
  const tooLong = {
    code: LENGTH_CODE,
    rule: `maxLength: ${maxLength}`,
    reason: `is longer than ${maxLength} characters`,
  }
  return (value) => {
    const text = String(value)
    // Characters are one or two units; counting them is for the few texts in between.
    if (text.length >= 2 * minLength && text.length <= maxLength) return undefined
    const { length } = [...text]
    if (length < minLength) return tooShort
    return length > maxLength ? tooLong : undefined
  }
}

/** A pattern that can't be read is no rule that anything could follow, so it is left alone. */
function patternCheck({ pattern }: FieldRules): Check | undefined {
  const expression = pattern === undefined ? undefined : readPattern(pattern)
  if (expression === undefined) return undefined
  const violation = {
    code: PATTERN_CODE,
    rule: `pattern: ${pattern}`,
    reason: `does not match the pattern ${pattern}`,
  }
  return (value) => (expression.test(String(value)) ? undefined : violation)
}

/** JSON Schema speaks of JavaScript's expressions, the platform runs Java's: the first reading that there is counts. */
function readPattern(pattern: string): RegExp | undefined {
  const readings = [
    () => new RegExp(pattern, 'u'),
    () => compileJavaRegex(pattern),
    () => new RegExp(pattern),
  ]
  for (const read of readings) {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof EvaluationFailure)) throw error
    }
  }
  return undefined
}

function formatCheck({ format }: FieldRules): Check | undefined {
  if (format === undefined || !isKnownFormat(format)) return undefined
  const violation = { code: FORMAT_CODE, rule: `format: ${format}`, reason: `has not the format ${format}` }
  return (value) => (matchesFormat(format, String(value)) ? undefined : violation)
}

function rangeCheck(rules: FieldRules): Check | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = rules
  const bounds = [
    boundCheck(minimum, (order) => order >= 0, ['minimum', 'is less than']),
    boundCheck(maximum, (order) => order <= 0, ['maximum', 'is more than']),
    boundCheck(exclusiveMinimum, (order) => order > 0, ['exclusiveMinimum', 'is not more than']),
    boundCheck(exclusiveMaximum, (order) => order < 0, ['exclusiveMaximum', 'is not less than']),
  ].filter((check) => check !== undefined)
  if (bounds.length === 0) return undefined
  return (value) => bounds.map((check) => check(value)).find((violation) => violation !== undefined)
}

function boundCheck(
  bound: number | undefined,
  isAllowed: (order: number) => boolean,
  [rule, words]: readonly [string, string],
): Check | undefined {
  if (bound === undefined) return undefined
  const violation = { code: RANGE_CODE, rule: `${rule}: ${bound}`, reason: `${words} ${bound}` }
  const exact = numberToDecimal(bound)
  return (value) => {
    if (value instanceof Decimal) {
      return exact && !isAllowed(compareDecimals(value, exact)) ? violation : undefined
    }
    return isAllowed(orderOf(value as number | bigint, bound)) ? undefined : violation
  }
}

/** BigInt and doubles compare exactly; NaN is in no range. */
function orderOf(number: number | bigint, bound: number): number {
  if (number < bound) return -1
  if (number > bound) return 1
  return Number.isNaN(Number(number)) ? Number.NaN : 0
}

function itemsCheck({ minItems = 0, maxItems = Number.POSITIVE_INFINITY }: FieldRules): Check | undefined {
  if (minItems <= 0 && maxItems === Number.POSITIVE_INFINITY) return undefined
  return (value) => {
    if (!isArray(value)) return undefined
    if (value.length < minItems)
      return { code: LENGTH_CODE, rule: `minItems: ${minItems}`, reason: `has fewer than ${minItems} items` }
    return value.length > maxItems
      ? { code: LENGTH_CODE, rule: `maxItems: ${maxItems}`, reason: `has more than ${maxItems} items` }
      : undefined
  }
}

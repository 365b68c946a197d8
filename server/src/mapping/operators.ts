import { DateValue, formatDateValue } from './dates.ts'
import {
  addDecimals,
  compareDecimals,
  Decimal,
  divideDecimals,
  multiplyDecimals,
  numberToDecimal,
  remainderOfDecimals,
  subtractDecimals,
} from './decimal.ts'
import type { BinaryOperator } from './expression.ts'
import { matchesWholly } from './java-regex.ts'
import type { PathStep } from './paths.ts'
import { fail, formatNumber, isArray, isMap, isNumeric, textOf, typeNameOf, type Value } from './values.ts'

/** What an operator does to two values; `&&` and `||` are not here because they may skip the second. */
export type Operate = (left: Value, right: Value) => Value

type Numeric = number | bigint | Decimal

/** Null, 0, NaN, the empty text and the text "false" are false, everything else is true. */
export function isTruthy(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 'false') return false
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value)
  if (typeof value === 'bigint') return value !== 0n
  return value instanceof Decimal ? value.unscaled !== 0n : true
}

interface Arithmetic {
  readonly integers: (left: bigint, right: bigint) => bigint
  readonly doubles: (left: number, right: number) => number
  readonly decimals: (left: Decimal, right: Decimal) => Decimal
}

const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | '%', Arithmetic>> = {
  '+': { integers: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals },
  '-': { integers: (a, b) => a - b, doubles: (a, b) => a - b, decimals: subtractDecimals },
  '*': { integers: (a, b) => a * b, doubles: (a, b) => a * b, decimals: multiplyDecimals },
  '/': {
    integers: (a, b) => a / nonZero(b),
    doubles: (a, b) => a / nonZero(b),
    decimals: (a, b) => divideDecimals(a, nonZeroDecimal(b)),
  },
  '%': {
    integers: (a, b) => a % nonZero(b),
    doubles: (a, b) => a % nonZero(b),
    decimals: (a, b) => remainderOfDecimals(a, nonZeroDecimal(b)),
  },
}

/** Integers beyond this many bits are refused: a short expression must not eat the memory. */
const MAX_INTEGER_BITS = 4096

function arithmetic({ integers, doubles, decimals }: Arithmetic): Operate {
  return (left, right) => {
    const a = operandOf(left)
    const b = operandOf(right)
    if (a instanceof Decimal || b instanceof Decimal)
      return withinBounds(decimals(decimalOf(a), decimalOf(b)))
    if (typeof a === 'number' || typeof b === 'number') return doubles(Number(a), Number(b))
    return boundedInteger(integers(a, b))
  }
}

function boundedInteger(value: bigint): bigint {
  if (value < 2n ** 63n && value >= -(2n ** 63n)) return value
  return BigInt.asIntN(MAX_INTEGER_BITS, value) === value ? value : fail('The number is too large')
}

function withinBounds(value: Decimal): Decimal {
  boundedInteger(value.unscaled)
  return value
}

function nonZero<T extends number | bigint>(divisor: T): T {
  return Number(divisor) === 0 ? fail('Division by zero') : divisor
}

function nonZeroDecimal(divisor: Decimal): Decimal {
  return divisor.unscaled === 0n ? fail('Division by zero') : divisor
}

/** A number for arithmetic; numeric text counts as the number it spells. */
function operandOf(value: Value): Numeric {
  if (value === null) return fail('Null has no arithmetic')
  if (isNumeric(value)) return value
  const number = typeof value === 'string' ? numberInText(value) : undefined
  return number ?? fail(`${typeNameOf(value)} has no arithmetic`)
}

function numberInText(text: string): Numeric | undefined {
  const trimmed = text.trim()
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace('+', ''))
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return undefined
  return Number(trimmed)
}

function decimalOf(value: Numeric): Decimal {
  if (value instanceof Decimal) return value
  if (typeof value === 'bigint') return new Decimal(value, 0)
  return numberToDecimal(value) ?? fail(`${formatNumber(value)} is no decimal number`)
}

const addNumbers = arithmetic(ARITHMETIC['+'])

/** Text on either side joins, anything else adds. */
function add(left: Value, right: Value): Value {
  if (typeof left !== 'string' && typeof right !== 'string') return addNumbers(left, right)
  if (left === null || right === null) return fail('Null has no arithmetic')
  return textOf(left) + textOf(right)
}

function bitwise(operate: (left: bigint, right: bigint) => bigint): Operate {
  return (left, right) => BigInt.asIntN(64, operate(integerOf(left), integerOf(right)))
}

function integerOf(value: Value): bigint {
  const number = operandOf(value)
  if (typeof number === 'bigint') return number
  const decimal = decimalOf(number)
  const divisor = 10n ** BigInt(decimal.scale)
  return decimal.unscaled % divisor === 0n ? decimal.unscaled / divisor : fail('A whole number is needed')
}

/** The number with the other sign. */
export function negate(value: Value): Value {
  const number = operandOf(value)
  return number instanceof Decimal ? new Decimal(-number.unscaled, number.scale) : -number
}

/** All bits turned over. */
export function complement(value: Value): Value {
  return BigInt.asIntN(64, ~integerOf(value))
}

/** Null, the empty text, an array or an object without anything in it. */
export function isEmpty(value: Value): boolean {
  if (value === null || value === '') return true
  return isArray(value) ? value.length === 0 : isMap(value) && value.size === 0
}

/** Characters of a text, items of an array, keys of an object; null has none. */
export function sizeOf(value: Value): bigint {
  if (value === null) return 0n
  if (typeof value === 'string' || isArray(value)) return BigInt(value.length)
  return isMap(value) ? BigInt(value.size) : fail(`${typeNameOf(value)} has no size`)
}

/** Equality of the language: null equals only null, numbers compare by value, also with numeric text. */
export function areEqual(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right
  if (typeof left === 'boolean' || typeof right === 'boolean') return isTruthy(left) === isTruthy(right)
  if (isArray(left) || isMap(left) || isArray(right) || isMap(right)) return areSame(left, right)
  return compareValues(left, right) === 0
}

/** Equality without any conversion, into arrays and objects. */
export function areSame(left: Value, right: Value): boolean {
  if (left === right) return true
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((item, index) => areSame(item, right[index] ?? null))
  }
  if (isMap(left) && isMap(right)) {
    return left.size === right.size && [...left].every(([key, item]) => areSame(item, right.get(key) ?? null))
  }
  if (left instanceof Decimal && right instanceof Decimal) return compareDecimals(left, right) === 0
  return left instanceof DateValue && right instanceof DateValue && left.micros === right.micros
}

/**
 * Order of two values that are not null: numbers by value, also with numeric text; dates by time; everything
 * else as text.
 */
export function compareValues(left: Value, right: Value): number {
  if (isNumeric(left) || isNumeric(right)) {
    const a = numericOrUndefined(left)
    const b = numericOrUndefined(right)
    if (a !== undefined && b !== undefined) return compareNumbers(a, b)
  }
  if (left instanceof DateValue && right instanceof DateValue) {
    return left.micros < right.micros ? -1 : left.micros > right.micros ? 1 : 0
  }
  const [a, b] = [comparableText(left), comparableText(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

function comparableText(value: Value): string {
  return value instanceof DateValue ? formatDateValue(value) : textOf(value)
}

function numericOrUndefined(value: Value): Numeric | undefined {
  if (isNumeric(value)) return value
  return typeof value === 'string' ? numberInText(value) : undefined
}

/** NaN equals itself and is below everything else. Integers and doubles compare exactly. */
function compareNumbers(left: Numeric, right: Numeric): number {
  if (typeof left === 'number' && Number.isNaN(left))
    return typeof right === 'number' && Number.isNaN(right) ? 0 : -1
  if (typeof right === 'number' && Number.isNaN(right)) return 1
  if (!(left instanceof Decimal) && !(right instanceof Decimal))
    return left < right ? -1 : left > right ? 1 : 0
  if (isInfinite(left)) return left > 0 ? 1 : -1
  if (isInfinite(right)) return right > 0 ? -1 : 1
  return compareDecimals(decimalOf(left), decimalOf(right))
}

function isInfinite(value: Numeric): value is number {
  return typeof value === 'number' && !Number.isFinite(value)
}

function ordering(test: (order: number) => boolean, ofNulls: boolean): Operate {
  return (left, right) => {
    if (left === null || right === null) return ofNulls && left === right
    return test(compareValues(left, right))
  }
}

/** Whole match of a regular expression, or presence in an array or among the keys of an object. */
function isIn(left: Value, right: Value): boolean {
  if (isArray(right)) return right.some((item) => areEqual(left, item))
  if (left === null || right === null) return left === right
  if (isMap(right)) return right.has(textOf(left))
  return matchesWholly(textOf(left), textOf(right))
}

function textTest(test: (left: string, right: string) => boolean): (left: Value, right: Value) => boolean {
  return (left, right) =>
    left === null || right === null ? left === right : test(textOf(left), textOf(right))
}

const startsWith = textTest((left, right) => left.startsWith(right))
const endsWith = textTest((left, right) => left.endsWith(right))

/** Longest array that `a..b` makes. */
const MAX_RANGE = 10_000n

function range(left: Value, right: Value): Value {
  const [from, to] = [integerOf(left), integerOf(right)]
  const step = from <= to ? 1n : -1n
  const length = (to - from) * step + 1n
  if (length > MAX_RANGE) return fail(`A range may have ${MAX_RANGE} numbers at most`)
  return Array.from({ length: Number(length) }, (_, index) => from + BigInt(index) * step)
}

/** Every operator of two values but the two that are lazy. */
export const OPERATIONS: Readonly<Record<Exclude<BinaryOperator, '&&' | '||'>, Operate>> = {
  '|': bitwise((a, b) => a | b),
  '^': bitwise((a, b) => a ^ b),
  '&': bitwise((a, b) => a & b),
  '==': areEqual,
  '!=': (left, right) => !areEqual(left, right),
  '..': range,
  '<': ordering((order) => order < 0, false),
  '>': ordering((order) => order > 0, false),
  '<=': ordering((order) => order <= 0, true),
  '>=': ordering((order) => order >= 0, true),
  '=~': isIn,
  '!~': (left, right) => !isIn(left, right),
  '=^': startsWith,
  '!^': (left, right) => !startsWith(left, right),
  '=$': endsWith,
  '!$': (left, right) => !endsWith(left, right),
  '+': add,
  '-': arithmetic(ARITHMETIC['-']),
  '*': arithmetic(ARITHMETIC['*']),
  '/': arithmetic(ARITHMETIC['/']),
  '%': arithmetic(ARITHMETIC['%']),
}

/** A member of an object; null where the object or the member is missing. */
export function memberOf(value: Value, name: string): Value {
  if (value === null) return null
  return isMap(value) ? (value.get(name) ?? null) : fail(`${typeNameOf(value)} has no members`)
}

/** An item of an array by its place from 0, or of an object by its key; null where there is none. */
export function itemOf(value: Value, index: Value): Value {
  if (value === null || index === null) return null
  if (isArray(value)) return value[Number(integerOf(index))] ?? null
  return memberOf(value, textOf(index))
}

/** What is at the end of the steps in every item of an array; further `[*]` give arrays of arrays. */
export function eachOf(value: Value, steps: readonly PathStep[]): Value {
  if (value === null) return null
  if (!isArray(value)) return fail(`${typeNameOf(value)} has no items, which [*] asks for`)
  const end = steps.findIndex((step) => step.kind === 'every')
  const own = end < 0 ? steps : steps.slice(0, end)
  return value.map((item) => {
    const inner = own.reduce(followStep, item)
    return end < 0 ? inner : eachOf(inner, steps.slice(end + 1))
  })
}

function followStep(value: Value, step: PathStep): Value {
  if (step.kind === 'name') return memberOf(value, step.name)
  return step.kind === 'index' ? itemOf(value, BigInt(step.index)) : value
}

/** The methods that a value may be asked for; a missing value equals nothing. */
export const METHODS: ReadonlyMap<string, Operate> = new Map<string, Operate>([
  ['equals', (left, right) => left !== null && areSame(left, right)],
  [
    'equalsIgnoreCase',
    (left, right) =>
      left !== null && right !== null && textOf(left).toLowerCase() === textOf(right).toLowerCase(),
  ],
  ['get', itemOf],
])

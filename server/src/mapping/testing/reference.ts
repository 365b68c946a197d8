import { DateValue } from '#mapping/dates.ts'
import { Decimal, divideDecimals, formatDecimal, parseDecimal } from '#mapping/decimal.ts'
import type { BinaryOperator, Expression } from '#mapping/expression.ts'
import { findFunction } from '#mapping/functions/catalogue.ts'
import { formatNumber, isArray, isMap, textOf, type Value, type ValueMap } from '#mapping/values.ts'

/** Stands for an expression that has no value. */
export const NO_VALUE = Symbol('no value')

class NoValue extends Error {
  override readonly name = 'NoValue'
}

/**
 * Evaluates an expression by walking its tree, without binding, folding or closures. It shares the functions and
 * the texts of values with the compiler and has operators of its own, written for plainness.
 */
export function evaluateByWalking(
  expression: Expression,
  record: ValueMap,
  nowMs: number,
): Value | typeof NO_VALUE {
  try {
    return walk(expression, record, nowMs)
  } catch {
    return NO_VALUE
  }
}

function walk(node: Expression, record: ValueMap, nowMs: number): Value {
  const at = (child: Expression) => walk(child, record, nowMs)
  switch (node.node) {
    case 'literal':
      if (node.type === 'null') return null
      if (node.type === 'boolean') return node.text === 'true'
      if (node.type === 'integer') return BigInt(node.text)
      if (node.type === 'double') return Number(node.text)
      return node.type === 'decimal' ? (parseDecimal(node.text) ?? null) : node.text
    case 'field':
      return record.get(node.name) ?? null
    case 'array':
      return node.items.map(at)
    case 'map':
      return new Map(node.entries.map(({ key, value }) => [textOf(at(key)), at(value)]))
    case 'call': {
      const [condition, then, otherwise] = node.args
      if (node.name === 'iif' && condition && then && otherwise)
        return at(truth(at(condition)) ? then : otherwise)
      const entry = findFunction(node.name)
      if (!entry) throw new NoValue()
      return entry.evaluate(node.args.map(at), { nowMs })
    }
    case 'unary': {
      const value = at(node.operand)
      if (node.operator === '!') return !truth(value)
      if (node.operator !== '-') throw new NoValue()
      const number = numberFor(value)
      return typeof number === 'number' ? -number : arithmetic('-', 0n, number)
    }
    case 'binary':
      if (node.operator === '&&') return truth(at(node.left)) ? truth(at(node.right)) : false
      if (node.operator === '||') return truth(at(node.left)) ? true : truth(at(node.right))
      return binary(node.operator, at(node.left), at(node.right))
    case 'conditional': {
      const value = at(node.test)
      if (node.kind === 'ternary') return at(truth(value) && node.whenTrue ? node.whenTrue : node.otherwise)
      if (node.kind === 'elvis') return truth(value) ? value : at(node.otherwise)
      return value !== null ? value : at(node.otherwise)
    }
    default:
      throw new NoValue()
  }
}

function truth(value: Value): boolean {
  if (value instanceof Decimal) return !/^-?0(\.0*)?$/.test(formatDecimal(value))
  const isFalse = [null, false, '', 'false', 0, 0n].includes(value as null) || Number.isNaN(value)
  return !isFalse
}

function binary(operator: BinaryOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case '<':
      return left !== null && right !== null && order(left, right) < 0
    case '>':
      return left !== null && right !== null && order(left, right) > 0
    case '<=':
      return left === null || right === null ? left === right : order(left, right) <= 0
    case '>=':
      return left === null || right === null ? left === right : order(left, right) >= 0
    case '+':
      if (left !== null && right !== null && [typeof left, typeof right].includes('string')) {
        return `${textOf(left)}${textOf(right)}`
      }
      return arithmetic(operator, left, right)
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right)
    default:
      throw new NoValue()
  }
}

function equal(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === null && right === null
  if (typeof left === 'boolean' || typeof right === 'boolean') return truth(left) === truth(right)
  if (isArray(left) || isArray(right) || isMap(left) || isMap(right)) {
    return typeof left === typeof right && JSON.stringify([left], show) === JSON.stringify([right], show)
  }
  return order(left, right) === 0
}

function show(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Map ? [...value] : value
}

/** A number as its plain decimal text; `undefined` for what is none. */
function digitsOf(value: Value): string | undefined {
  if (typeof value === 'bigint') return `${value}`
  if (value instanceof Decimal) return formatDecimal(value)
  if (typeof value === 'number') return Number.isFinite(value) ? formatNumber(value) : undefined
  const isNumber = typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)
  return isNumber ? value.trim() : undefined
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal
}

function order(left: Value, right: Value): number {
  if (isNumber(left) || isNumber(right)) {
    const [a, b] = [digitsOf(left), digitsOf(right)]
    if (a !== undefined && b !== undefined) return compare(...alignDigits(a, b))
    if (looksNumeric(left) && looksNumeric(right))
      return compareWithNaN(Number(textOf(left)), Number(textOf(right)))
  }
  if (left instanceof DateValue && right instanceof DateValue) return compare(left.micros, right.micros)
  return compare(textOf(left), textOf(right))
}

function looksNumeric(value: Value): boolean {
  return isNumber(value) || digitsOf(value) !== undefined
}

/** NaN is equal to itself and below everything else. */
function compareWithNaN(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left))
  return compare(left, right)
}

function compare<T extends bigint | string | number>(left: T, right: T): number {
  return Number(left > right) - Number(left < right)
}

/** Two decimal texts as whole numbers of the same unit. */
function alignDigits(left: string, right: string): [bigint, bigint] {
  const [a, b] = [parseDecimal(left), parseDecimal(right)]
  if (!a || !b) throw new NoValue()
  return [a.unscaled * 10n ** BigInt(b.scale), b.unscaled * 10n ** BigInt(a.scale)]
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: Value, right: Value): Value {
  const [a, b] = [numberFor(left), numberFor(right)]
  if (!(a instanceof Decimal) && !(b instanceof Decimal)) {
    return typeof a === 'bigint' && typeof b === 'bigint'
      ? integers(operator, a, b)
      : doubles(operator, Number(a), Number(b))
  }
  return decimals(operator, asDecimal(a), asDecimal(b))
}

function numberFor(value: Value): number | bigint | Decimal {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal) return value
  const digits = digitsOf(value)
  if (digits === undefined) throw new NoValue()
  return /^[+-]?\d+$/.test(digits) ? BigInt(digits.replace('+', '')) : Number(digits)
}

function asDecimal(value: number | bigint | Decimal): Decimal {
  const decimal = value instanceof Decimal ? value : parseDecimal(textOf(value))
  if (!decimal) throw new NoValue()
  return decimal
}

function integers(operator: string, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  return operator === '/' ? a / b : a % b
}

function doubles(operator: string, a: number, b: number): number {
  if (operator === '+') return a + b
  // Zero less zero is a plain zero, and so must the sign of zero come out.
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0) throw new NoValue()
  return operator === '/' ? a / b : a % b
}

function decimals(operator: string, a: Decimal, b: Decimal): Decimal {
  if (operator === '*') return new Decimal(a.unscaled * b.unscaled, a.scale + b.scale)
  if (operator === '/') {
    if (b.unscaled === 0n) throw new NoValue()
    return divideDecimals(a, b)
  }
  const scale = Math.max(a.scale, b.scale)
  const [x, y] = [a.unscaled * 10n ** BigInt(scale - a.scale), b.unscaled * 10n ** BigInt(scale - b.scale)]
  return new Decimal(integers(operator, x, y), scale)
}

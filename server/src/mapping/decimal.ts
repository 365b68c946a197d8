/** An exact decimal number: `unscaled` / 10^`scale`. The scale is kept, so that 12.50 stays 12.50. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }
}

/** Significant digits of a quotient, those of IEEE 754 decimal128. Sums and products are exact. */
const QUOTIENT_DIGITS = 34

/** Bounds the memory that a text such as `1e999999999` may ask for. */
const MAX_SCALE = 2000

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/

/** 10^exponent for a non-negative exponent. */
export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

/** Reads `12`, `-12.50`, `.5`, `1e3`; `undefined` for any other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL_TEXT.exec(text)
  const whole = match?.[2] ?? ''
  const fraction = match?.[3] ?? ''
  if (!match || whole.length + fraction.length === 0) return undefined
  const magnitude = BigInt(whole + fraction)
  const unscaled = match[1] === '-' ? -magnitude : magnitude
  const scale = fraction.length - Number(match[4] ?? 0)
  if (Math.abs(scale) > MAX_SCALE) return undefined
  return scale >= 0 ? new Decimal(unscaled, scale) : new Decimal(unscaled * powerOfTen(-scale), 0)
}

/** Plain digits, never an exponent. */
export function formatDecimal(value: Decimal): string {
  if (value.scale === 0) return value.unscaled.toString()
  const isNegative = value.unscaled < 0n
  const digits = (isNegative ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0')
  const point = digits.length - value.scale
  return `${isNegative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** The same number with another scale; `undefined` when digits other than zero would be lost. */
export function rescaleDecimal(value: Decimal, scale: number): Decimal | undefined {
  if (scale === value.scale) return value
  if (scale > value.scale) return new Decimal(value.unscaled * powerOfTen(scale - value.scale), scale)
  const divisor = powerOfTen(value.scale - scale)
  return value.unscaled % divisor === 0n ? new Decimal(value.unscaled / divisor, scale) : undefined
}

/** The whole part, rounded towards zero. */
export function truncateDecimal(value: Decimal): bigint {
  return value.unscaled / powerOfTen(value.scale)
}

/** The nearest double. */
export function decimalToNumber(value: Decimal): number {
  return Number(formatDecimal(value))
}

/** The decimal that a finite double prints as, which is the shortest one that reads back as the same double. */
export function numberToDecimal(value: number): Decimal | undefined {
  return Number.isFinite(value) ? parseDecimal(String(value)) : undefined
}

/** Negative, zero or positive as `left` is below, equal to or above `right`. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const [a, b] = align(left, right)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Exact sum. */
export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const [a, b, scale] = align(left, right)
  return new Decimal(a + b, scale)
}

/** Exact difference. */
export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  const [a, b, scale] = align(left, right)
  return new Decimal(a - b, scale)
}

/** Exact product. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return new Decimal(left.unscaled * right.unscaled, left.scale + right.scale)
}

/** Remainder with the sign of `left`. `right` must not be zero. */
export function remainderOfDecimals(left: Decimal, right: Decimal): Decimal {
  const [a, b, scale] = align(left, right)
  return new Decimal(a % b, scale)
}

/**
 * Quotient to 34 significant digits, half to even, with trailing zeros dropped down to the scale of `left`
 * less that of `right`. `right` must not be zero.
 */
export function divideDecimals(left: Decimal, right: Decimal): Decimal {
  const preferredScale = Math.max(left.scale - right.scale, 0)
  const shift = QUOTIENT_DIGITS + digitCount(right.unscaled) + Math.max(right.scale - left.scale, 0)
  const numerator = left.unscaled * powerOfTen(shift)
  const quotient = numerator / right.unscaled
  const isExact = numerator % right.unscaled === 0n
  // A non-zero remainder is kept as a sticky digit, so that the rounding below sees that the tail goes on.
  const sticky = isExact ? 0n : numerator < 0n === right.unscaled < 0n ? 1n : -1n
  const wide = new Decimal(quotient * 10n + sticky, left.scale - right.scale + shift + 1)
  return dropTrailingZeros(roundToDigits(wide), preferredScale)
}

function roundToDigits(value: Decimal): Decimal {
  const excess = Math.min(digitCount(value.unscaled) - QUOTIENT_DIGITS, value.scale)
  if (excess <= 0) return value
  const divisor = powerOfTen(excess)
  const quotient = value.unscaled / divisor
  const twice = 2n * magnitudeOf(value.unscaled % divisor)
  const isUp = twice > divisor || (twice === divisor && quotient % 2n !== 0n)
  const step = value.unscaled < 0n ? -1n : 1n
  return new Decimal(isUp ? quotient + step : quotient, value.scale - excess)
}

function dropTrailingZeros(value: Decimal, preferredScale: number): Decimal {
  let { unscaled, scale } = value
  while (scale > preferredScale && unscaled % 10n === 0n) {
    unscaled /= 10n
    scale--
  }
  return new Decimal(unscaled, scale)
}

function align(left: Decimal, right: Decimal): [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale)
  const a = left.scale === scale ? left.unscaled : left.unscaled * powerOfTen(scale - left.scale)
  const b = right.scale === scale ? right.unscaled : right.unscaled * powerOfTen(scale - right.scale)
  return [a, b, scale]
}

/** Decimal digits of an integer without its sign. */
export function digitCount(value: bigint): number {
  return magnitudeOf(value).toString().length
}

function magnitudeOf(value: bigint): bigint {
  return value < 0n ? -value : value
}

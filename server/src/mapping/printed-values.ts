import type { ColumnType } from '#columns/column-type.ts'
import { DateValue, isInfinite, partsOf } from './dates.ts'
import { Decimal, formatDecimal, parseDecimal, rescaleDecimal } from './decimal.ts'
import { parsePostgresDay, parsePostgresMoment } from './postgres-dates.ts'
import { INT32_MAX, INT32_MIN } from './read-vector.ts'
import { formatFloat, formatNumber, type Value } from './values.ts'

/**
 * Values as PostgreSQL prints them (ISO dates in UTC, `t` and `f`, `\x` before bytes), and back: nothing is lost on
 * the way, so that a row can wait as text and still be the row.
 */

/** The text of a value that was read from a column of this type; null for NULL. */
export function printValue(value: Value, type: ColumnType): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (typeof value === 'number') return printNumber(value, type)
  if (value instanceof Decimal) return formatDecimal(value)
  if (value instanceof DateValue) return printDate(value, type.kind === 'timestamptz')
  if (type.kind === 'binary') return `\\x${Buffer.from(String(value), 'base64').toString('hex')}`
  return String(value)
}

/** PostgreSQL turns to exponents where the digits that a type is sure to keep don't reach the point. */
const PLAIN_DIGITS = { float: 6, double: 15 } as const

function printNumber(value: number, { kind }: ColumnType): string {
  if (!Number.isFinite(value)) return String(value)
  const plain = kind === 'float' ? formatFloat(value) : formatNumber(value)
  const [digits = '', exponent = '0'] = Number(plain).toExponential().split('e')
  const power = Number(exponent)
  const limit = kind === 'float' ? PLAIN_DIGITS.float : PLAIN_DIGITS.double
  if (value === 0 || (power >= -4 && power < limit)) return plain
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function printDate(value: DateValue, hasZone: boolean): string {
  if (isInfinite(value)) return value.micros < 0n ? '-infinity' : 'infinity'
  const { year, month, day, hour, minute, second, micro } = partsOf(value.micros)
  const two = (part: number) => String(part).padStart(2, '0')
  const shownYear = String(year > 0 ? year : 1 - year).padStart(4, '0')
  const era = year > 0 ? '' : ' BC'
  const date = `${shownYear}-${two(month)}-${two(day)}`
  if (value.isDateOnly) return date + era
  const fraction = micro === 0 ? '' : `.${String(micro).padStart(6, '0').replace(/0+$/, '')}`
  const time = `${two(hour)}:${two(minute)}:${two(second)}${fraction}${hasZone ? '+00' : ''}`
  return `${date} ${time}${era}`
}

/**
 * The value behind a printed text, in the form in which a vector of the type is written: NaN of a decimal and the
 * infinities of days are the ends of their layout.
 * @throws RangeError for a text that no value of the type prints as
 */
export function parsePrinted(text: string, type: ColumnType): Value {
  const value = readPrinted(text, type)
  if (value === undefined) throw new RangeError(`"${text.slice(0, 100)}" is no ${type.kind}`)
  return value
}

function readPrinted(text: string, type: ColumnType): Value | undefined {
  switch (type.kind) {
    case 'boolean':
      return text === 't' ? true : text === 'f' ? false : undefined
    case 'int':
    case 'long':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined
    case 'float':
    case 'double':
      return text === 'NaN' || !Number.isNaN(Number(text)) ? Number(text) : undefined
    case 'decimal':
      return readDecimal(text, type)
    case 'date':
      return readDay(text)
    case 'timestamp':
    case 'timestamptz':
      return parsePostgresMoment(text)
    case 'binary':
      return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('base64') : undefined
    default:
      return text
  }
}

/** Decimals of up to so many digits lie in 64 bits. */
const INT64_DIGITS = 18

function readDecimal(
  text: string,
  { precision, scale }: Extract<ColumnType, { readonly kind: 'decimal' }>,
): Value | undefined {
  if (text === 'NaN') return precision <= INT64_DIGITS ? -(2n ** 63n) : -(2n ** 127n)
  const decimal = parseDecimal(text)
  return decimal && rescaleDecimal(decimal, scale)
}

function readDay(text: string): Value | undefined {
  const day = parsePostgresDay(text)
  if (day === undefined || !isInfinite(day)) return day
  return day.micros < 0n ? INT32_MIN : INT32_MAX
}

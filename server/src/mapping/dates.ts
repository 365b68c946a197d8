/** A moment, or a day when `isDateOnly`. Texts without a zone are read as UTC. */
export class DateValue {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: bigint
  readonly isDateOnly: boolean
  /** The zone in which the moment is printed; the moment itself doesn't depend on it. */
  readonly offsetSeconds: number

  constructor(micros: bigint, isDateOnly = false, offsetSeconds = 0) {
    this.micros = micros
    this.isDateOnly = isDateOnly
    this.offsetSeconds = offsetSeconds
  }
}

/** The wall clock of a moment. */
export interface DateParts {
  /** Astronomical: 0 is 1 BC. */
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micro: number
}

export const MICROS_PER_SECOND = 1_000_000n
export const MICROS_PER_DAY = 86_400_000_000n

/** What PostgreSQL means by `infinity` and `-infinity`. */
export const INFINITY_MICROS = 2n ** 63n - 1n
export const MINUS_INFINITY_MICROS = -(2n ** 63n)

/** True for `infinity` and `-infinity`, which no day and no moment stands for. */
export function isInfinite(value: DateValue): boolean {
  return value.micros === INFINITY_MICROS || value.micros === MINUS_INFINITY_MICROS
}

/** Quotient rounded down, also below zero. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/** Days since 1970-01-01 of a day of the proleptic Gregorian calendar (Howard Hinnant's algorithm). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The inverse of {@link daysFromCivil}. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const mp = Math.floor((5 * dayOfYear + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** Days of a month, 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : 28
}

/** The wall clock at `offsetSeconds` east of UTC. */
export function partsOf(micros: bigint, offsetSeconds = 0): DateParts {
  const local = micros + BigInt(offsetSeconds) * MICROS_PER_SECOND
  const days = floorDivide(local, MICROS_PER_DAY)
  const rest = Number(local - days * MICROS_PER_DAY)
  const seconds = Math.floor(rest / 1_000_000)
  return {
    ...civilFromDays(Number(days)),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micro: rest % 1_000_000,
  }
}

/** Microseconds of a wall clock read as UTC; `undefined` when a part is out of range (no 31 February). */
export function microsOfParts(parts: DateParts): bigint | undefined {
  const { year, month, day, hour, minute, second, micro } = parts
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59
  if (!isDay || !isTime) return undefined
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  return BigInt(seconds) * MICROS_PER_SECOND + BigInt(micro)
}

/**
 * ISO 8601: `2019-10-23`, `2019-10-23T11:24:00Z`, with three or six digits of a fraction when there is one;
 * `infinity` and `-infinity` for what PostgreSQL calls so.
 */
export function formatDateValue(value: DateValue): string {
  if (isInfinite(value)) return value.micros < 0n ? '-infinity' : 'infinity'
  const parts = partsOf(value.micros, value.offsetSeconds)
  const day = `${formatYear(parts.year)}-${two(parts.month)}-${two(parts.day)}`
  if (value.isDateOnly) return day
  const time = `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}${formatFraction(parts.micro)}`
  return `${day}T${time}${value.offsetSeconds === 0 ? 'Z' : formatOffset(value.offsetSeconds, ':')}`
}

/** `15:04:05`, `15:04:05.250000` of microseconds since midnight. */
export function formatTimeOfDay(micros: bigint): string {
  const seconds = Number(micros / MICROS_PER_SECOND)
  const fraction = formatFraction(Number(micros % MICROS_PER_SECOND))
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`
}

/** Microseconds since midnight of `15:04`, `15:04:05`, `15:04:05.25`; `undefined` for any other text. */
export function parseTimeOfDay(text: string): bigint | undefined {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text)
  if (!match) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  const micro = Number((match[4] ?? '').padEnd(6, '0'))
  if (hour === 24 && minute === 0 && second === 0 && micro === 0) return MICROS_PER_DAY
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return BigInt(hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + BigInt(micro)
}

/** `+0200` or, with a separator, `+02:00`; seconds only where the zone has some. */
export function formatOffset(offsetSeconds: number, separator: string): string {
  const size = Math.abs(offsetSeconds)
  const seconds = size % 60 === 0 ? '' : `${separator}${two(size % 60)}`
  const sign = offsetSeconds < 0 ? '-' : '+'
  return `${sign}${two(Math.floor(size / 3600))}${separator}${two(Math.floor(size / 60) % 60)}${seconds}`
}

function formatFraction(micro: number): string {
  if (micro === 0) return ''
  const digits = String(micro).padStart(6, '0')
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`
}

function formatYear(year: number): string {
  if (year > 9999) return `+${year}`
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

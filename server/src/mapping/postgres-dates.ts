import {
  DateValue,
  INFINITY_MICROS,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  MINUS_INFINITY_MICROS,
  microsOfParts,
} from './dates.ts'

const DAY = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/
const MOMENT =
  /^(\d{4,7})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/

/** The day that PostgreSQL prints in the style ISO: `2024-02-29`, `0044-03-15 BC`, `infinity`. */
export function parsePostgresDay(text: string): DateValue | undefined {
  const infinite = infinityOf(text, true)
  if (infinite !== undefined) return infinite
  const match = DAY.exec(text)
  if (match === null) return undefined
  const micros = dayMicros(match, match[4])
  return micros === undefined ? undefined : new DateValue(micros, true)
}

/** The moment that PostgreSQL prints in the style ISO, in UTC or without a zone: `2024-02-29 01:02:03.5+00`. */
export function parsePostgresMoment(text: string): DateValue | undefined {
  const infinite = infinityOf(text, false)
  if (infinite !== undefined) return infinite
  const match = MOMENT.exec(text)
  if (match === null) return undefined
  const day = dayMicros(match, match[12])
  if (day === undefined) return undefined
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])]
  const seconds = BigInt(hour * 3600 + minute * 60 + second)
  const micros = day + seconds * MICROS_PER_SECOND + BigInt((match[7] ?? '').padEnd(6, '0'))
  return new DateValue(micros - offsetMicros(match))
}

function infinityOf(text: string, isDateOnly: boolean): DateValue | undefined {
  if (text === 'infinity') return new DateValue(INFINITY_MICROS, isDateOnly)
  return text === '-infinity' ? new DateValue(MINUS_INFINITY_MICROS, isDateOnly) : undefined
}

function dayMicros([, year, month, day]: RegExpExecArray, era: string | undefined): bigint | undefined {
  // The year before 1 is 1 BC, which astronomers call 0.
  const astronomical = era === undefined ? Number(year) : 1 - Number(year)
  const midnight = { hour: 0, minute: 0, second: 0, micro: 0 }
  return microsOfParts({ year: astronomical, month: Number(month), day: Number(day), ...midnight })
}

function offsetMicros(match: RegExpExecArray): bigint {
  const [sign, hours, minutes, seconds] = [match[8], match[9] ?? '0', match[10] ?? '0', match[11] ?? '0']
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return (BigInt(sign === '-' ? -total : total) * MICROS_PER_DAY) / 86_400n
}

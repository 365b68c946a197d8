import { MONTHS, type PatternPart, parseDatePattern, WEEKDAYS } from './date-pattern.ts'
import { type DateParts, type DateValue, daysFromCivil, formatOffset, isInfinite, partsOf } from './dates.ts'
import { fail } from './values.ts'

interface Moment extends DateParts {
  readonly dayOfYear: number
  /** Monday is 1. */
  readonly weekday: number
  readonly days: number
  readonly offsetSeconds: number
}

/** Writes a date by a pattern in the letters of Java's `DateTimeFormatter`, in English. */
export function formatByPattern(value: DateValue, pattern: string): string {
  if (isInfinite(value)) return fail('An infinite date has no parts')
  const moment = momentOf(value)
  return parseDatePattern(pattern)
    .map((part) => formatPart(part, moment))
    .join('')
}

/** Fails on a pattern with a letter that can't be written. */
export function assertWritable(pattern: string): void {
  for (const part of parseDatePattern(pattern)) {
    if (part.kind === 'field' && !WRITERS[part.letter]) fail(`The letter ${part.letter} can't be written`)
  }
}

function momentOf(value: DateValue): Moment {
  const parts = partsOf(value.micros, value.offsetSeconds)
  const days = daysFromCivil(parts.year, parts.month, parts.day)
  return {
    ...parts,
    days,
    dayOfYear: days - daysFromCivil(parts.year, 1, 1) + 1,
    weekday: weekdayOf(days),
    offsetSeconds: value.offsetSeconds,
  }
}

/** Monday is 1, Sunday is 7. */
export function weekdayOf(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1
}

/** Week and its year by ISO 8601: weeks start on Monday, the first week holds 4 January. */
export function isoWeekOf(days: number, year: number): { weekYear: number; week: number } {
  for (const weekYear of [year + 1, year, year - 1]) {
    const fourth = daysFromCivil(weekYear, 1, 4)
    const start = fourth - weekdayOf(fourth) + 1
    if (days >= start) return { weekYear, week: Math.floor((days - start) / 7) + 1 }
  }
  return { weekYear: year, week: 1 }
}

function formatPart(part: PatternPart, moment: Moment): string {
  if (part.kind === 'text') return part.text
  const write = WRITERS[part.letter]
  return write ? write(moment, part.count) : fail(`The letter ${part.letter} can't be written`)
}

type Writer = (moment: Moment, count: number) => string

const WRITERS: Readonly<Record<string, Writer>> = {
  G: (moment) => (moment.year > 0 ? 'AD' : 'BC'),
  u: (moment, count) => formatYear(moment.year, count),
  y: (moment, count) => formatYear(moment.year > 0 ? moment.year : 1 - moment.year, count),
  Y: (moment, count) => formatYear(isoWeekOf(moment.days, moment.year).weekYear, count),
  w: (moment, count) => padded(isoWeekOf(moment.days, moment.year).week, count),
  W: (moment, count) => padded(Math.ceil((moment.day + 7 - moment.weekday) / 7), count),
  F: (moment, count) => padded(Math.ceil(moment.day / 7), count),
  D: (moment, count) => padded(moment.dayOfYear, count),
  M: (moment, count) => named(MONTHS, moment.month, count),
  L: (moment, count) => named(MONTHS, moment.month, count),
  d: (moment, count) => padded(moment.day, count),
  E: (moment, count) => named(WEEKDAYS, moment.weekday, Math.max(count, 3)),
  e: (moment, count) => named(WEEKDAYS, moment.weekday, count),
  a: (moment) => (moment.hour < 12 ? 'AM' : 'PM'),
  H: (moment, count) => padded(moment.hour, count),
  k: (moment, count) => padded(moment.hour === 0 ? 24 : moment.hour, count),
  K: (moment, count) => padded(moment.hour % 12, count),
  h: (moment, count) => padded(moment.hour % 12 === 0 ? 12 : moment.hour % 12, count),
  m: (moment, count) => padded(moment.minute, count),
  s: (moment, count) => padded(moment.second, count),
  S: (moment, count) => String(moment.micro).padStart(6, '0').padEnd(9, '0').slice(0, count),
  n: (moment, count) => padded(moment.micro * 1000, count),
  Q: (moment, count) => formatQuarter(moment, count),
  q: (moment, count) => formatQuarter(moment, count),
  z: (moment) => (moment.offsetSeconds === 0 ? 'UTC' : formatOffset(moment.offsetSeconds, ':')),
  V: (moment) => (moment.offsetSeconds === 0 ? 'Z' : formatOffset(moment.offsetSeconds, ':')),
  O: (moment) => (moment.offsetSeconds === 0 ? 'GMT' : `GMT${formatOffset(moment.offsetSeconds, ':')}`),
  Z: (moment, count) => formatZ(moment.offsetSeconds, count),
  X: (moment, count) => (moment.offsetSeconds === 0 ? 'Z' : formatX(moment.offsetSeconds, count)),
  x: (moment, count) => formatX(moment.offsetSeconds, count),
}

function formatYear(year: number, count: number): string {
  return count === 2 ? padded(((year % 100) + 100) % 100, 2) : padded(year, count)
}

function padded(value: number, count: number): string {
  const digits = String(Math.abs(value)).padStart(count, '0')
  return value < 0 ? `-${digits}` : digits
}

function named(names: readonly string[], ordinal: number, count: number): string {
  if (count < 3) return padded(ordinal, count)
  const name = names[ordinal - 1] ?? ''
  return count === 3 ? name.slice(0, 3) : count === 4 ? name : name.slice(0, 1)
}

function formatQuarter(moment: Moment, count: number): string {
  const quarter = Math.ceil(moment.month / 3)
  return count === 3 ? `Q${quarter}` : padded(quarter, Math.min(count, 2))
}

function formatZ(offsetSeconds: number, count: number): string {
  if (count < 4) return formatOffset(offsetSeconds, '')
  if (count === 4) return offsetSeconds === 0 ? 'GMT' : `GMT${formatOffset(offsetSeconds, ':')}`
  return offsetSeconds === 0 ? 'Z' : formatOffset(offsetSeconds, ':')
}

function formatX(offsetSeconds: number, count: number): string {
  if (count === 1 && offsetSeconds % 3600 === 0) return formatOffset(offsetSeconds, '').slice(0, 3)
  return formatOffset(offsetSeconds, count === 3 || count === 5 ? ':' : '')
}

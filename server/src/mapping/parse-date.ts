import { type DatePattern, MONTHS, type PatternPart, parseDatePattern, WEEKDAYS } from './date-pattern.ts'
import { civilFromDays, DateValue, daysFromCivil, MICROS_PER_SECOND, microsOfParts } from './dates.ts'
import { findTimeZone, offsetOfLocalTime, parseOffset } from './time-zones.ts'
import { fail } from './values.ts'

/** The formats that are tried, in this order, where no pattern is given. */
export const AUTOMATIC_DATE_PATTERNS: readonly string[] = [
  'yyyy-MM-dd HH:mm:ssZ',
  'yyyy-MM-dd HH:mm:ss.SSSZ',
  'yyyy-MM-dd HH:mm:ss.SSS',
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  "yyyy-MM-dd'T'HH:mm:ss'Z'",
  'yyyy-MM-dd',
  'yyyy/MM/dd',
  'yyyy.MM.dd',
  'yyyy-MMM-dd',
  'yyyyMMdd',
  'MM-dd-yyyy',
  'MMddyyyy',
  'M/dd/yyyy',
  'dd.M.yyyy',
  'M/dd/yyyy hh:mm:ss a',
  'dd.M.yyyy hh:mm:ss a',
  'dd.MMM.yyyy',
  'dd-MMM-yyyy',
]

/** RFC 3339 with the freedoms of the automatic formats: a blank for the T, no seconds, a zone's name. */
const ISO_TEXT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?|\[?[A-Za-z]+(?:\/[A-Za-z_]+)+\]?|[A-Z]{2,4})?)?$/

/**
 * Reads a date by the automatic formats or as RFC 3339; `undefined` when no format fits. Every format that
 * starts with `yyyy-MM-dd` is covered by the one expression that is tried first.
 */
export function parseDateAutomatically(text: string): DateValue | undefined {
  const iso = ISO_TEXT.exec(text)
  if (iso) return readIso(iso)
  for (const pattern of AUTOMATIC_DATE_PATTERNS) {
    const value = parseByPattern(text, pattern)
    if (value) return value
  }
  return undefined
}

function readIso(match: RegExpExecArray): DateValue | undefined {
  const fraction = (match[7] ?? '').padEnd(6, '0')
  // More than microseconds can't be kept; only zeros may go.
  if (/[1-9]/.test(fraction.slice(6))) return undefined
  const micros = microsOfParts({
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4] ?? 0),
    minute: Number(match[5] ?? 0),
    second: Number(match[6] ?? 0),
    micro: Number(fraction.slice(0, 6)),
  })
  return micros === undefined ? undefined : atZone(micros, match[8])
}

function atZone(localMicros: bigint, zoneText: string | undefined): DateValue | undefined {
  if (zoneText === undefined) return new DateValue(localMicros)
  const offset = parseOffset(zoneText) ?? offsetOfName(zoneText.replace(/^\[|\]$/g, ''), localMicros)
  return offset === undefined ? undefined : new DateValue(localMicros - BigInt(offset) * MICROS_PER_SECOND)
}

function offsetOfName(name: string, localMicros: bigint): number | undefined {
  const zone = findTimeZone(name)
  return zone ? offsetOfLocalTime(zone, Number(localMicros / 1000n)) : undefined
}

/** What the letters of a pattern found in a text. */
interface Found {
  era?: number
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  hour?: number
  halfDayHour?: number
  isAfternoon?: boolean
  minute?: number
  second?: number
  micro?: number
  zone?: string
}

/** Reads a date by a pattern of Java's letters; `undefined` when the text doesn't fit it exactly. */
export function parseByPattern(text: string, pattern: string): DateValue | undefined {
  const reader = readerOf(pattern)
  const match = reader.expression.exec(text)
  if (!match) return undefined
  const found: Found = {}
  for (const [index, part] of reader.fields.entries()) {
    if (!take(found, part, match[index + 1] ?? '')) return undefined
  }
  return assemble(found)
}

/** Letters that say something about a moment when they are read. */
const READABLE = 'GuyMLDdEeaHkKhmsSzVOZXx'

/** Fails on a pattern by which no text could be read as a date. */
export function assertReadable(pattern: string): void {
  const letters = parseDatePattern(pattern).flatMap((part) => (part.kind === 'field' ? [part.letter] : []))
  const wrong = letters.find((letter) => !READABLE.includes(letter))
  if (wrong !== undefined) {
    const hint = wrong === 'Y' ? '; the year is y' : ''
    fail(`The letter ${wrong} can't be read from a text${hint}`)
  }
  if (!letters.some((letter) => letter === 'y' || letter === 'u')) fail('The pattern has no year (y)')
  const isHalfDay = letters.includes('h') || letters.includes('K')
  if (isHalfDay && !letters.includes('a')) fail('The pattern has h or K but not a, which tells AM from PM')
}

interface Reader {
  readonly expression: RegExp
  readonly fields: readonly Field[]
}

type Field = Extract<PatternPart, { kind: 'field' }>

const readers = new Map<string, Reader>()
const MAX_KNOWN_READERS = 500

function readerOf(pattern: string): Reader {
  const known = readers.get(pattern)
  if (known) return known
  const reader = makeReader(parseDatePattern(pattern))
  if (readers.size < MAX_KNOWN_READERS) readers.set(pattern, reader)
  return reader
}

function makeReader(pattern: DatePattern): Reader {
  const fields = pattern.filter((part) => part.kind === 'field')
  const source = pattern.map((part) => (part.kind === 'text' ? escapeText(part.text) : expressionOf(part)))
  return { expression: new RegExp(`^${source.join('')}$`, 'i'), fields }
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

const OFFSET = 'Z|[+-]\\d\\d(?::?\\d\\d)?'
const ZONE_NAME = `${OFFSET}|(?:GMT|UTC|UT)[+-]\\d{1,2}(?::?\\d\\d)?|[A-Za-z]+(?:/[A-Za-z_]+)+|[A-Z]{1,4}`

function expressionOf({ letter, count }: Field): string {
  if ('zVO'.includes(letter)) return `(${ZONE_NAME})`
  if ('ZXx'.includes(letter)) return `(${count === 4 ? ZONE_NAME : OFFSET})`
  if (letter === 'a') return '(AM|PM)'
  if (letter === 'G') return '(AD|BC|CE|BCE)'
  if ('ML'.includes(letter) && count >= 3) return `(${namesOf(MONTHS, count)})`
  if (letter === 'E' || (letter === 'e' && count >= 3)) return `(${namesOf(WEEKDAYS, Math.max(count, 3))})`
  if (letter === 'S' || count > 1) return `(\\d{${count}})`
  return letter === 'y' || letter === 'u' ? '(\\d{1,9})' : letter === 'D' ? '(\\d{1,3})' : '(\\d{1,2})'
}

function namesOf(names: readonly string[], count: number): string {
  return names.map((name) => (count === 3 ? name.slice(0, 3) : name)).join('|')
}

/** Files one found text under what its letter means; false for a letter that can't be read. */
function take(found: Found, { letter, count }: Field, text: string): boolean {
  switch (letter) {
    case 'G':
      found.era = /^B/i.test(text) ? -1 : 1
      return true
    case 'u':
    case 'y':
      found.year = count === 2 ? 2000 + Number(text) : Number(text)
      return true
    case 'M':
    case 'L':
      found.month = count >= 3 ? indexOfName(MONTHS, text) : Number(text)
      return true
    case 'd':
      found.day = Number(text)
      return true
    case 'D':
      found.dayOfYear = Number(text)
      return true
    case 'E':
    case 'e':
      // The day of the week follows from the date; a text can't move it.
      return true
    case 'a':
      found.isAfternoon = text.toUpperCase() === 'PM'
      return true
    default:
      return takeTime(found, letter, text)
  }
}

function takeTime(found: Found, letter: string, text: string): boolean {
  switch (letter) {
    case 'H':
      found.hour = Number(text)
      return true
    case 'k':
      found.hour = Number(text) === 24 ? 0 : Number(text)
      return true
    case 'h':
      if (Number(text) < 1 || Number(text) > 12) return false
      found.halfDayHour = Number(text) % 12
      return true
    case 'K':
      found.halfDayHour = Number(text)
      return Number(text) <= 11
    case 'm':
      found.minute = Number(text)
      return true
    case 's':
      found.second = Number(text)
      return true
    case 'S':
      found.micro = Number(text.padEnd(6, '0').slice(0, 6))
      return !/[1-9]/.test(text.slice(6))
    case 'z':
    case 'V':
    case 'O':
    case 'Z':
    case 'X':
    case 'x':
      found.zone = text
      return true
    default:
      return false
  }
}

function indexOfName(names: readonly string[], text: string): number {
  return names.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()) + 1
}

function assemble(found: Found): DateValue | undefined {
  if (found.year === undefined) return undefined
  // Half past three is two moments of a day.
  if (found.halfDayHour !== undefined && found.isAfternoon === undefined) return undefined
  const year = found.era === -1 ? 1 - found.year : found.year
  const day = dayOf(found, year)
  if (!day) return undefined
  const { minute = 0, second = 0, micro = 0 } = found
  const micros = microsOfParts({ ...day, hour: hourOf(found), minute, second, micro })
  return micros === undefined ? undefined : atZone(micros, found.zone)
}

function dayOf(found: Found, year: number): { year: number; month: number; day: number } | undefined {
  if (found.dayOfYear === undefined) return { year, month: found.month ?? 1, day: found.day ?? 1 }
  const date = civilFromDays(daysFromCivil(year, 1, 1) + found.dayOfYear - 1)
  return date.year === year && found.dayOfYear > 0 ? date : undefined
}

function hourOf(found: Found): number {
  if (found.halfDayHour !== undefined) return found.halfDayHour + (found.isAfternoon ? 12 : 0)
  return found.hour ?? 0
}

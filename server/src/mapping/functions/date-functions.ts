import {
  DateValue,
  daysFromCivil,
  daysInMonth,
  MICROS_PER_SECOND,
  microsOfParts,
  partsOf,
} from '#mapping/dates.ts'
import { assertWritable, formatByPattern, isoWeekOf, weekdayOf } from '#mapping/format-date.ts'
import { assertReadable, parseByPattern, parseDateAutomatically } from '#mapping/parse-date.ts'
import { findTimeZone, offsetOfLocalTime } from '#mapping/time-zones.ts'
import { fail, textOf, typeNameOf, type Value } from '#mapping/values.ts'
import { dateAt, integerAt, textAt, valueAt } from './arguments.ts'
import { checked, defineFunction, type MappingFunction, optional, required } from './define-function.ts'

const category = 'Date and time' as const
const dateParam = required('date', 'date', 'The date, or a text in one of the automatic formats')
const patternParam = checked(
  required('pattern', 'string', 'Pattern in the letters of Java, such as yyyy-MM-dd'),
  assertWritable,
)

const now = defineFunction({
  name: 'now',
  category,
  description: 'The moment at which the run began, to the second.',
  params: [],
  returns: 'The moment',
  returnType: 'date',
  example: 'now()',
  result: '2021-10-26T10:10:24Z',
  evaluate: (_args, { nowMs }) => new DateValue(BigInt(Math.floor(nowMs / 1000)) * MICROS_PER_SECOND),
})

const timestamp = defineFunction({
  name: 'timestamp',
  category,
  description: 'The moment at which the run began, in milliseconds since 1970.',
  params: [],
  returns: 'Milliseconds',
  returnType: 'long',
  example: 'timestamp()',
  result: '1635243024571',
  evaluate: (_args, { nowMs }) => BigInt(Math.floor(nowMs)),
})

const format = defineFunction({
  name: 'format',
  category,
  description: 'Writes a date by a pattern.',
  params: [dateParam, patternParam],
  returns: 'The date as text',
  returnType: 'string',
  example: 'format(date("2019-10-23T11:24:00+00:00"), "yyyy-MM-dd HH:mm:ss")',
  result: '2019-10-23 11:24:00',
  evaluate: (args) => formatByPattern(dateAt(args, 0), textAt(args, 1)),
})

const dformat = defineFunction({
  name: 'dformat',
  category,
  description: 'Writes milliseconds since 1970 as a date by a pattern.',
  params: [required('milliseconds', 'long', 'Milliseconds since 1970'), patternParam],
  returns: 'The date as text',
  returnType: 'string',
  example: `dformat(1571829875000, "yyyy-MM-dd'T'HH:mm:ss.SSSX")`,
  result: '2019-10-23T11:24:35.000Z',
  evaluate: (args) => formatByPattern(new DateValue(BigInt(integerAt(args, 0)) * 1000n), textAt(args, 1)),
})

const date = defineFunction({
  name: 'date',
  category,
  description:
    'Reads a date from a text, by a pattern or by the automatic formats. Without a zone it is UTC.',
  params: [
    required('text', 'string', 'The text'),
    checked(optional('pattern', 'string', 'How the text is written, in the letters of Java'), assertReadable),
    optional('otherwise', 'date', 'The date to take when the text is null'),
  ],
  returns: 'The date',
  returnType: 'date',
  example: 'date("2019-10-23 11:24", "yyyy-MM-dd HH:mm")',
  result: '2019-10-23T11:24:00Z',
  nulls: 'handle',
  evaluate: (args) => {
    const source = valueAt(args, 0)
    if (source === null) return valueAt(args, 2) === null ? null : dateAt(args, 2)
    return source instanceof DateValue ? source : readDate(source, valueAt(args, 1))
  },
})

function readDate(source: Value, pattern: Value): DateValue {
  if (typeof source !== 'string') return fail(`${typeNameOf(source)} can't be read as a date`)
  const text = source.trim()
  const value = pattern === null ? parseDateAutomatically(text) : parseByPattern(text, textOf(pattern))
  return (
    value ??
    fail(pattern === null ? 'The text is in no known date format' : "The text doesn't fit the pattern")
  )
}

interface Component {
  readonly names: string
  readonly read: (value: DateValue) => number
}

const partsOfDate = (value: DateValue) => partsOf(value.micros, value.offsetSeconds)

function daysOf(value: DateValue): { year: number; days: number } {
  const { year, month, day } = partsOfDate(value)
  return { year, days: daysFromCivil(year, month, day) }
}

const COMPONENTS: readonly Component[] = [
  { names: 'year yyyy yy', read: (value) => partsOfDate(value).year },
  { names: 'quarter qq q', read: (value) => Math.ceil(partsOfDate(value).month / 3) },
  { names: 'month mm m', read: (value) => partsOfDate(value).month },
  { names: 'dayofyear dy y', read: (value) => dayOfYear(value) },
  { names: 'day dd d', read: (value) => partsOfDate(value).day },
  { names: 'week ww w', read: (value) => isoWeekOf(daysOf(value).days, daysOf(value).year).week },
  { names: 'weekday dw', read: (value) => weekdayOf(daysOf(value).days) },
  { names: 'hour hh hh24', read: (value) => partsOfDate(value).hour },
  { names: 'hh12', read: (value) => partsOfDate(value).hour % 12 || 12 },
  { names: 'minute mi n', read: (value) => partsOfDate(value).minute },
  { names: 'second ss s', read: (value) => partsOfDate(value).second },
  { names: 'millisecond sss', read: (value) => Math.floor(partsOfDate(value).micro / 1000) },
]

function dayOfYear(value: DateValue): number {
  const { year, days } = daysOf(value)
  return days - daysFromCivil(year, 1, 1) + 1
}

function componentAt(args: readonly Value[]): Component {
  return findComponent(textAt(args, 0))
}

function findComponent(text: string): Component {
  const name = text.toLowerCase()
  const component = COMPONENTS.find(({ names }) => names.split(' ').includes(name))
  return component ?? fail(`"${name}" is no part of a date`)
}

const datePart = defineFunction({
  name: 'date_part',
  category,
  description: 'One part of a date as a number. Weeks follow ISO 8601, and Monday is day 1 of the week.',
  params: [
    checked(
      required(
        'component',
        'string',
        'year, quarter, month, dayofyear, day, week, weekday, hour, hh12, minute, second, millisecond or a short form',
      ),
      findComponent,
    ),
    dateParam,
  ],
  returns: 'The part',
  returnType: 'integer',
  example: 'date_part("MM", date("2019-10-17 11:55:12"))',
  result: '10',
  evaluate: (args) => BigInt(componentAt(args).read(dateAt(args, 1))),
})

const SETTABLE: ReadonlyMap<string, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'> = new Map([
  ['year yyyy yy', 'year'],
  ['month mm m', 'month'],
  ['day dd d', 'day'],
  ['hour hh hh24', 'hour'],
  ['minute mi n', 'minute'],
  ['second ss s', 'second'],
])

const setDatePart = defineFunction({
  name: 'set_date_part',
  category,
  description: 'Changes one part of a date and drops the fraction of the second.',
  params: [
    checked(
      required('component', 'string', 'year, month, day, hour, minute, second or a short form'),
      settable,
    ),
    required('value', 'integer', 'The new value of the part'),
    dateParam,
  ],
  returns: 'The changed date; a day that the month lacks becomes its last',
  returnType: 'date',
  example: 'set_date_part("m", 4, date("2016-11-09T11:44:44.797"))',
  result: '2016-04-09T11:44:44Z',
  evaluate: (args) => changePart(dateAt(args, 2), componentAt(args), integerAt(args, 1)),
})

function settable(text: string): string {
  return settableField(findComponent(text))
}

function settableField({ names }: Component) {
  return SETTABLE.get(names) ?? fail("This part of a date can't be set")
}

function changePart(value: DateValue, component: Component, number: number): DateValue {
  const field = settableField(component)
  const parts = { ...partsOfDate(value), micro: 0, [field]: number }
  if (field !== 'day' && parts.month >= 1 && parts.month <= 12) {
    parts.day = Math.min(parts.day, daysInMonth(parts.year, parts.month))
  }
  const local = microsOfParts(parts) ?? fail('The part is out of its range')
  return new DateValue(local - BigInt(value.offsetSeconds) * MICROS_PER_SECOND, false, value.offsetSeconds)
}

const zoneParam = checked(
  required('zone', 'string', 'Name or offset of the zone, such as Europe/Paris'),
  findZone,
)

const makeDateTime = defineFunction({
  name: 'make_date_time',
  aliases: ['make_timestamp'],
  category,
  description: 'Builds a moment from its parts, read in a zone.',
  params: ['year', 'month', 'day', 'hour', 'minute', 'second', 'nanosecond']
    .map((name) => required(name, 'integer', `The ${name}`))
    .concat(zoneParam),
  returns: 'The moment, to the microsecond',
  returnType: 'date',
  example: 'make_date_time(2019, 10, 17, 11, 55, 12, 999, "America/Los_Angeles")',
  result: '2019-10-17T18:55:12Z',
  evaluate: (args) => {
    const local = localMicros(args)
    const offset = offsetOfLocalTime(zoneAt(args, 7), Number(local / 1000n))
    return new DateValue(local - BigInt(offset) * MICROS_PER_SECOND)
  },
})

function localMicros(args: readonly Value[]): bigint {
  const nanos = integerAt(args, 6)
  const micros = microsOfParts({
    year: integerAt(args, 0),
    month: integerAt(args, 1),
    day: integerAt(args, 2),
    hour: integerAt(args, 3),
    minute: integerAt(args, 4),
    second: integerAt(args, 5),
    micro: Math.floor(nanos / 1000),
  })
  if (micros === undefined || nanos < 0 || nanos > 999_999_999) return fail('A part is out of its range')
  return micros
}

function zoneAt(args: readonly Value[], index: number) {
  return findZone(textAt(args, index))
}

function findZone(name: string) {
  return findTimeZone(name) ?? fail('There is no such time zone')
}

const zoneDateToUtc = defineFunction({
  name: 'zone_date_to_utc',
  category,
  description: 'The same moment, printed in UTC.',
  params: [dateParam],
  returns: 'The moment',
  returnType: 'date',
  example: 'zone_date_to_utc("2019-10-17T11:55:12 PST")',
  result: '2019-10-17T19:55:12Z',
  evaluate: (args) => new DateValue(dateAt(args, 0).micros),
})

const zoneDateToZone = defineFunction({
  name: 'zone_date_to_zone',
  category,
  description: 'The same moment, printed with the clock of a zone.',
  params: [dateParam, zoneParam],
  returns: 'The moment',
  returnType: 'date',
  example: 'zone_date_to_zone(now(), "Europe/Paris")',
  result: '2021-10-26T12:10:24+02:00',
  evaluate: (args) => {
    const { micros } = dateAt(args, 0)
    return new DateValue(micros, false, zoneAt(args, 1).offsetSecondsAt(Number(micros / 1000n)))
  },
})

export const DATE_FUNCTIONS: readonly MappingFunction[] = [
  now,
  timestamp,
  format,
  dformat,
  date,
  datePart,
  setDatePart,
  makeDateTime,
  zoneDateToUtc,
  zoneDateToZone,
]

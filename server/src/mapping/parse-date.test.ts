import { describe, expect, it } from 'vitest'
import {
  civilFromDays,
  DateValue,
  daysFromCivil,
  formatDateValue,
  microsOfParts,
  parseTimeOfDay,
  partsOf,
} from './dates.ts'
import { formatByPattern } from './format-date.ts'
import { AUTOMATIC_DATE_PATTERNS, parseByPattern, parseDateAutomatically } from './parse-date.ts'
import { findTimeZone, offsetOfLocalTime } from './time-zones.ts'

function read(text: string): string | undefined {
  const value = parseDateAutomatically(text)
  return value && formatDateValue(value)
}

describe('the automatic formats', () => {
  it.each([
    ['2019-10-23 11:24:35+0200', '2019-10-23T09:24:35Z'],
    ['2019-10-23 11:24:35.678+0000', '2019-10-23T11:24:35.678Z'],
    ['2019-10-23 11:24:35.678', '2019-10-23T11:24:35.678Z'],
    ['2019-10-23T11:24:35.678Z', '2019-10-23T11:24:35.678Z'],
    ['2019-10-23T11:24:35Z', '2019-10-23T11:24:35Z'],
    ['2019-10-23', '2019-10-23T00:00:00Z'],
    ['2019/10/23', '2019-10-23T00:00:00Z'],
    ['2019.10.23', '2019-10-23T00:00:00Z'],
    ['2019-Oct-23', '2019-10-23T00:00:00Z'],
    ['20191023', '2019-10-23T00:00:00Z'],
    ['10-23-2019', '2019-10-23T00:00:00Z'],
    ['10232019', '2019-10-23T00:00:00Z'],
    ['4/23/2019', '2019-04-23T00:00:00Z'],
    ['23.4.2019', '2019-04-23T00:00:00Z'],
    ['4/23/2019 01:24:35 PM', '2019-04-23T13:24:35Z'],
    ['23.4.2019 12:24:35 AM', '2019-04-23T00:24:35Z'],
    ['23.Oct.2019', '2019-10-23T00:00:00Z'],
    ['23-Oct-2019', '2019-10-23T00:00:00Z'],
    ['12112020', '2020-12-11T00:00:00Z'],
    ['2019-10-23 11:24', '2019-10-23T11:24:00Z'],
    ['2016-11-09T11:44:44.797', '2016-11-09T11:44:44.797Z'],
    ['2019-10-17T11:55:12 PST', '2019-10-17T19:55:12Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    '',
    'x',
    '2019-13-01',
    '2019-02-29',
    '2019-10-23T25:00:00Z',
    '2019-10-23 11',
    '1/2/3',
    '2019-10-23T11:24:35.1234567Z',
  ])('"%s" is no date', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('reads what each of its patterns writes', () => {
    const moment = new DateValue(BigInt(Date.UTC(2019, 9, 23, 11, 24, 35)) * 1000n)
    for (const pattern of AUTOMATIC_DATE_PATTERNS) {
      const text = formatByPattern(moment, pattern)
      const byPattern = parseByPattern(text, pattern)
      expect(byPattern, pattern).toBeDefined()
      expect(parseDateAutomatically(text)?.micros, `${pattern}: ${text}`).toBe(byPattern?.micros)
    }
  })
})

describe('dates', () => {
  it('goes to civil days and back over ten thousand years', () => {
    for (let days = -2_500_000; days < 2_500_000; days += 997) {
      const { year, month, day } = civilFromDays(days)
      expect(daysFromCivil(year, month, day)).toBe(days)
    }
  })

  it('agrees with the calendar of the machine', () => {
    for (let ms = -6e13; ms < 6e13; ms += 1.234567e11) {
      const iso = new Date(Math.round(ms)).toISOString().replace('.000Z', 'Z')
      expect(formatDateValue(new DateValue(BigInt(Math.round(ms)) * 1000n))).toBe(iso)
    }
  })

  it('keeps microseconds, years before Christ and far years', () => {
    expect(formatDateValue(new DateValue(-1n))).toBe('1969-12-31T23:59:59.999999Z')
    const far = microsOfParts({ year: 12_345, month: 1, day: 2, hour: 0, minute: 0, second: 0, micro: 10 })
    expect(formatDateValue(new DateValue(far ?? 0n))).toBe('+12345-01-02T00:00:00.000010Z')
    expect(partsOf(-62_198_755_200_000_000n).year).toBe(-1)
  })

  it('reads times of day', () => {
    expect(parseTimeOfDay('15:04:05.25')).toBe(54_245_250_000n)
    expect(parseTimeOfDay('24:00:00')).toBe(86_400_000_000n)
    expect(parseTimeOfDay('24:00:01')).toBeUndefined()
    expect(parseTimeOfDay('5:00')).toBeUndefined()
  })

  it('takes the earlier of two moments and the offset before a gap', () => {
    const paris = findTimeZone('Europe/Paris')
    expect(paris && offsetOfLocalTime(paris, Date.UTC(2021, 9, 31, 2, 30))).toBe(7200)
    expect(paris && offsetOfLocalTime(paris, Date.UTC(2021, 2, 28, 2, 30))).toBe(3600)
    expect(paris && offsetOfLocalTime(paris, Date.UTC(2021, 2, 28, 3, 30))).toBe(7200)
  })
})

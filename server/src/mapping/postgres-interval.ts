import type { Value } from './values.ts'

const UNIT = /([+-]?\d+) (year|mon|day)s? ?/y
const CLOCK = /([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?/y

/** What PostgreSQL itself keeps for `infinity`. */
const INFINITE = [2_147_483_647n, 2_147_483_647n, 9_223_372_036_854_775_807n] as const
const MINUS_INFINITE = [-2_147_483_648n, -2_147_483_648n, -9_223_372_036_854_775_808n] as const

/**
 * The three numbers that PostgreSQL keeps of an interval, read from its style `postgres`: `1 year 2 mons -3 days
 * -04:05:06.5`. They do not follow from each other: a day may have 25 hours. `undefined` for a text of another form.
 */
export function parsePostgresInterval(text: string): Value | undefined {
  if (text === 'infinity') return intervalOf(...INFINITE)
  if (text === '-infinity') return intervalOf(...MINUS_INFINITE)
  let [months, days, position] = [0n, 0n, 0]
  for (UNIT.lastIndex = 0; ; ) {
    const match = UNIT.exec(text)
    if (match === null) break
    position = UNIT.lastIndex
    const count = BigInt(match[1] ?? '0')
    if (match[2] === 'day') days += count
    else months += match[2] === 'year' ? count * 12n : count
  }
  if (position === text.length && position > 0) return intervalOf(months, days, 0n)
  CLOCK.lastIndex = position
  const clock = CLOCK.exec(text)
  if (clock === null || CLOCK.lastIndex !== text.length) return undefined
  return intervalOf(months, days, microsOf(clock))
}

function microsOf([
  ,
  sign,
  hours = '0',
  minutes = '0',
  seconds = '0',
  fraction = '',
]: RegExpExecArray): bigint {
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)
  const micros = whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

function intervalOf(months: bigint, days: bigint, microseconds: bigint): Value {
  return new Map([
    ['months', months],
    ['days', days],
    ['microseconds', microseconds],
  ])
}

import type { PostgresColumnType } from '#typemap/postgres-types.ts'

/** A literal as text, and the type that it is cast to; empty: the server infers it. */
export interface FilterLiteral {
  readonly text: string
  readonly cast: string
}

/** Why a value can't be compared with a column: a hint that follows the sentence saying so, or nothing. */
export interface Unfit {
  readonly hint: string
}

type Fitted = FilterLiteral | Unfit

const INTEGER = /^[+-]?\d{1,18}$/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const NOT_FINITE = /^(?:nan|[+-]?inf(?:inity)?)$/i
const UUID = /^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$/i
const HEX_BYTES = /^\\x(?:[0-9a-f]{2})*$/i
const TIME = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/
const TIME_WITH_ZONE = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:Z|[+-]\d{2}(?::?\d{2})?)?$/i

const NO_HINT: Unfit = { hint: '' }
const LONG_NUMBER: Unfit = {
  hint: ' A whole number beyond 2^53 may have lost digits in JSON; write it in quotes.',
}

/**
 * Checks what can be known without the server: a literal of the wrong kind never becomes part of a query, and
 * none that PostgreSQL would round, cut or read in another way than it was meant.
 */
export function literalFor(type: PostgresColumnType, value: unknown): Fitted {
  const { literalCast } = type
  if (literalCast !== 'real' && literalCast !== 'double precision' && hasLostDigits(value)) return LONG_NUMBER
  return (BY_CAST[literalCast] ?? scalar)(value, literalCast)
}

/** How a literal becomes one of the type that it is cast to. */
const BY_CAST: Readonly<Record<string, (value: unknown, cast: string) => Fitted>> = {
  boolean,
  bigint: integer,
  real: number,
  'double precision': number,
  numeric: number,
  // As money, PostgreSQL would round it.
  'numeric::money': (value) => (isNotFinite(value) ? NO_HINT : number(value, 'numeric')),
  date: dateOrTime,
  timestamp: dateOrTime,
  timestamptz: dateOrTime,
  time: textLike(TIME, ' Write times as HH:MM:SS.'),
  timetz: textLike(TIME_WITH_ZONE, ' Write times as HH:MM:SS+HH:MM.'),
  interval: textLike(/\S/, ' Write intervals as a text, such as "2 days".'),
  uuid: textLike(UUID, ''),
  bytea: textLike(HEX_BYTES, ' Write bytes in hexadecimal digits: "\\\\x00ff" in PQL text and in JSON.'),
}

function hasLostDigits(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
}

function boolean(value: unknown, cast: string): Fitted {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : String(value)
  return text === 'true' || text === 'false' ? { text, cast } : { hint: ' Use true or false.' }
}

/** 1.5 and numbers beyond 64 bits are fair to compare an integer with, but not as an integer. */
function integer(value: unknown): Fitted {
  const text = numberText(value)
  return NUMBER.test(text) ? { text, cast: INTEGER.test(text) ? 'bigint' : 'numeric' } : NO_HINT
}

function number(value: unknown, cast: string): Fitted {
  const text = numberText(value)
  return NUMBER.test(text) || NOT_FINITE.test(text) ? { text, cast } : NO_HINT
}

function numberText(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
}

function isNotFinite(value: unknown): boolean {
  return NOT_FINITE.test(numberText(value))
}

const DATE_TIME =
  /^\d{4,6}-\d{1,2}-\d{1,2}(?<time>[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.(?<fraction>\d+))?)?)?(?: ?(?<zone>Z|[+-]\d{2}(?::?\d{2})?))?(?: BC)?$/i

/**
 * ISO 8601 only, which keeps out the words that mean another day each day, `today` and its kin. A date is
 * compared with a moment as a moment: cast to a date, the time would be cut off.
 */
function dateOrTime(value: unknown, cast: string): Fitted {
  const text = typeof value === 'string' ? value.trim() : ''
  if (/^-?infinity$/i.test(text)) return { text, cast }
  const parts = DATE_TIME.exec(text)?.groups
  if (parts === undefined || (parts['zone'] !== undefined && parts['time'] === undefined))
    return { hint: ' Write dates as YYYY-MM-DD and times as YYYY-MM-DDTHH:MM:SS.' }
  if (/[1-9]/.test(parts['fraction']?.slice(6) ?? ''))
    return { hint: ' PostgreSQL keeps microseconds; write no more.' }
  if (cast === 'timestamptz') return { text, cast }
  if (!/^(?:Z|[+-]00(?::?00)?)?$/i.test(parts['zone'] ?? ''))
    return { hint: ' The column has no time zone; write the time without an offset.' }
  return { text, cast: parts['time'] === undefined ? cast : 'timestamp' }
}

function textLike(form: RegExp, hint: string): (value: unknown, cast: string) => Fitted {
  return (value, cast) =>
    typeof value === 'string' && form.test(value.trim()) ? { text: value.trim(), cast } : { hint }
}

function scalar(value: unknown, cast: string): Fitted {
  if (typeof value === 'string') return { text: value, cast }
  return typeof value === 'number' || typeof value === 'boolean' ? { text: String(value), cast } : NO_HINT
}

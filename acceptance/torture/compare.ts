import type { Told } from './oracle.ts'
import { type Found, floatText } from './readers.ts'

/**
 * Whether a reader found what the server told. Written for plainness and apart from the product's own decoders: texts
 * are compared as texts, numbers by their digits, days and moments by arithmetic on what their texts say.
 */
export function isSame(told: Told, found: Found): boolean {
  if (told === null || found === null) return told === found
  if (typeof told === 'string') return isSameScalar(told, found)
  if (Array.isArray(told)) return isSameList(told, found)
  const members = told as { readonly [name: string]: Told }
  const parts = partsOf(found)
  if (parts === undefined) return false
  const names = new Set([...Object.keys(members), ...Object.keys(parts)])
  return [...names].every((name) => isSame(members[name] ?? null, parts[name] ?? null))
}

function isSameList(told: readonly Told[], found: Found): boolean {
  if (typeof found !== 'object' || found === null || !('list' in found)) return false
  const { list } = found
  return list.length === told.length && told.every((item, index) => isSame(item, list[index] ?? null))
}

function partsOf(found: Found): { readonly [name: string]: Found } | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  if ('struct' in found) return found.struct
  return 'map' in found ? found.map : undefined
}

function isSameScalar(text: string, found: Exclude<Found, null>): boolean {
  if (typeof found === 'string') return text === found
  if (typeof found === 'boolean')
    return (text === 't' || text === 'true') === found && /^(t|f|true|false)$/.test(text)
  if ('int' in found) return /^-?\d+$/.test(text) && BigInt(text) === BigInt(found.int)
  if ('float' in found) return isSameFloat(text, found)
  if ('decimal' in found) return plainDigits(text) === plainDigits(found.decimal)
  if ('days' in found) return daysOf(text) === BigInt(found.days)
  if ('micros' in found) return microsOf(text, found.of) === BigInt(found.micros)
  if ('hex' in found) return text === `\\x${found.hex}`
  return false
}

/** DuckDB's floats come as doubles; those of pyarrow say how wide they are, and are held to it. */
function isSameFloat(
  text: string,
  { float, bits }: { readonly float: string; readonly bits: 32 | 64 },
): boolean {
  const [told, found] = [Number(text), Number(float)]
  const isAsDouble = floatText(told) === floatText(found)
  return (
    isAsDouble || (Object.is(Math.fround(told), found) && bits === 32) || Object.is(Math.fround(told), found)
  )
}

/** Without a sign of zero, leading zeros and zeros at the end of a fraction. */
function plainDigits(text: string): string | undefined {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  return whole === '' && fraction === '' ? '0' : `${sign}${whole}.${fraction}`
}

const DAY = /^(\d{4,})-(\d\d)-(\d\d)/

function daysOf(text: string): bigint | undefined {
  const match = DAY.exec(text)
  if (match === null) return undefined
  const year = text.endsWith(' BC') ? 1 - Number(match[1]) : Number(match[1])
  // By the server's own arithmetic of Julian days, and not by that of the product.
  return julianDay(year, Number(match[2]), Number(match[3])) - julianDay(1970, 1, 1)
}

/** Fliegel and Van Flandern's formula, shifted by whole cycles of 400 years so that nothing is negative. */
function julianDay(year: number, month: number, day: number): bigint {
  const cycles = 20_000n
  const y = BigInt(year) + cycles * 400n
  const [m, d] = [BigInt(month), BigInt(day)]
  const a = (m - 14n) / 12n
  const j =
    (1461n * (y + 4800n + a)) / 4n +
    (367n * (m - 2n - 12n * a)) / 12n -
    (3n * ((y + 4900n + a) / 100n)) / 4n +
    d -
    32075n
  return j - cycles * 146_097n
}

const CLOCK = /(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?(?: BC)?$/

function microsOf(text: string, of: 'time' | 'timestamp' | 'timestamptz'): bigint | undefined {
  const clock = CLOCK.exec(text)
  if (clock === null || (of === 'timestamptz') !== /\+00( BC)?$/.test(text)) return undefined
  const seconds = BigInt(clock[1] ?? 0) * 3600n + BigInt(clock[2] ?? 0) * 60n + BigInt(clock[3] ?? 0)
  const micros = seconds * 1_000_000n + BigInt((clock[4] ?? '').padEnd(6, '0'))
  if (of === 'time') return micros
  const days = daysOf(text)
  return days === undefined ? undefined : days * 86_400_000_000n + micros
}

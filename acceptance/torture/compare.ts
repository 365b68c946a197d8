import type { Told } from './oracle.ts'
import type { Found } from './readers.ts'
import { NONE, type Parts } from './table.ts'

/**
 * Whether a reader found what the server told. Written for plainness and apart from the product's own decoders: texts
 * are compared as texts, numbers by their digits, days and moments by arithmetic on what their texts say. `parts` say
 * what the type is made of, so that a number is held to its width.
 */
export function isSame(told: Told, found: Found, parts: Parts): boolean {
  if (told === null || found === null) return told === found
  if (typeof told === 'string') {
    return parts.kind === 'float' ? isSameFloat(told, found, parts.bits) : isSameScalar(told, found)
  }
  if (Array.isArray(told)) return isSameList(told, found, itemOf(parts))
  return isSameMembers(told as Members<Told>, found, parts)
}

type Members<T> = { readonly [name: string]: T }

function itemOf(parts: Parts): Parts {
  if (parts.kind === 'multirange') return { kind: 'range' }
  return parts.kind === 'array' ? parts.element : NONE
}

function isSameList(told: readonly Told[], found: Found, item: Parts): boolean {
  if (typeof found !== 'object' || found === null || !('list' in found)) return false
  const { list } = found
  return list.length === told.length && list.every((each, index) => isSame(told[index] ?? null, each, item))
}

/** A member that is missing is not one that is NULL. */
function isSameMembers(told: Members<Told>, found: Found, parts: Parts): boolean {
  const members = partsOf(found)
  const names = Object.keys(told)
  if (members === undefined || names.length !== Object.keys(members).length) return false
  const inner = parts.kind === 'composite' ? parts.attributes : {}
  return names.every((name) => {
    const [mine, other] = [told[name], members[name]]
    return mine !== undefined && other !== undefined && isSame(mine, other, inner[name] ?? NONE)
  })
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
  if ('decimal' in found) return isSameDecimal(text, found.decimal)
  if ('days' in found) return daysOf(text) === BigInt(found.days)
  if ('micros' in found) return microsOf(text, found.of) === BigInt(found.micros)
  if ('hex' in found) return text === `\\x${found.hex}`
  return false
}

const FLOAT = /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/

/** Held to the width of its type: a double that was squeezed into 32 bits is another number, or may be one. */
function isSameFloat(text: string, found: Found, bits: 32 | 64): boolean {
  if (typeof found !== 'object' || found === null || !('float' in found) || found.bits !== bits) return false
  if (!FLOAT.test(text) || !FLOAT.test(found.float)) return false
  const told = Number(text)
  return Object.is(bits === 32 ? Math.fround(told) : told, Number(found.float))
}

function isSameDecimal(text: string, found: string): boolean {
  const digits = plainDigits(text)
  return digits !== undefined && digits === plainDigits(found)
}

/** Without a sign of zero, leading zeros and zeros at the end of a fraction; absent for what is no decimal. */
function plainDigits(text: string): string | undefined {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (match === null || !/\d/.test(text)) return undefined
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

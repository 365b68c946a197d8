import { type DatePattern, parseDatePattern } from '#mapping/date-pattern.ts'

/**
 * Texts that hold a time in one fixed form. They are compared as texts, part by part from the year down: nothing
 * has to be converted, so that a value which is no time can't fail the statement that meets it.
 */
export interface TextTime {
  /** Every digit of the form as a 9: what a text of this form becomes when its digits do. */
  readonly shape: string
  /** Places of the parts in the text from the year down; `undefined` when the text as it stands sorts by time. */
  readonly places: readonly Place[] | undefined
  /** The key of the first time in this form that is not before a moment, both on the wall clock, in milliseconds. */
  keyAt(wallMs: number): string
}

/** As `substr` counts. */
export interface Place {
  readonly from: number
  readonly length: number
}

/** The parts of a time, the coarsest first; fractions of a second have as many digits as are written. */
const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction'] as const
type Unit = (typeof UNITS)[number]

/** What letters mean. Years and days are often written in capitals, which in Java mean something else. */
const LETTERS: Readonly<Record<string, { readonly unit: Unit; readonly width: number | undefined }>> = {
  y: { unit: 'year', width: 4 },
  u: { unit: 'year', width: 4 },
  Y: { unit: 'year', width: 4 },
  M: { unit: 'month', width: 2 },
  L: { unit: 'month', width: 2 },
  d: { unit: 'day', width: 2 },
  D: { unit: 'day', width: 2 },
  H: { unit: 'hour', width: 2 },
  m: { unit: 'minute', width: 2 },
  s: { unit: 'second', width: 2 },
  S: { unit: 'fraction', width: undefined },
}

interface Part extends Place {
  /** `undefined` for text that stands for itself. */
  readonly unit: Unit | undefined
  readonly text: string
}

/** Reads a pattern in the letters of Java's `DateTimeFormatter`; `undefined` for one that has no fixed form. */
export function readTextTime(pattern: string): TextTime | undefined {
  const parts = placeParts(pattern)
  const units = parts?.flatMap(({ unit }) => unit ?? []) ?? []
  if (parts === undefined || !isWhole(units)) return undefined
  const sorted = parts.filter(({ unit }) => unit !== undefined).toSorted(byUnit)
  const isSorted = units.every((unit, index) => unit === sorted[index]?.unit)
  const fractionDigits = parts.find(({ unit }) => unit === 'fraction')?.length ?? 0
  const finest = UNITS[units.length - 1] ?? 'day'
  const keyParts = isSorted ? parts : sorted
  return {
    shape: parts.map(({ unit, text, length }) => (unit === undefined ? text : '9'.repeat(length))).join(''),
    places: isSorted ? undefined : sorted.map(({ from, length }) => ({ from, length })),
    keyAt: (wallMs) => formatKey(keyParts, roundUp(wallMs, finest, fractionDigits)),
  }
}

function byUnit(a: Part, b: Part): number {
  return UNITS.indexOf(a.unit ?? 'year') - UNITS.indexOf(b.unit ?? 'year')
}

function placeParts(pattern: string): readonly Part[] | undefined {
  let from = 1
  const parts: Part[] = []
  for (const piece of parsePattern(pattern) ?? []) {
    const known = piece.kind === 'field' ? LETTERS[piece.letter] : undefined
    if (piece.kind === 'field' && known === undefined) return undefined
    const text = piece.kind === 'text' ? piece.text : ''
    const length = piece.kind === 'field' ? piece.count : text.length
    // A digit that stands for itself could not be told from one of a part.
    if (/\d/.test(text) || (known?.width !== undefined && known.width !== length)) return undefined
    parts.push({ unit: known?.unit, text, from, length })
    from += length
  }
  return parts.length === 0 ? undefined : parts
}

function parsePattern(pattern: string): DatePattern | undefined {
  try {
    return parseDatePattern(pattern)
  } catch {
    return undefined
  }
}

/** At least a date, then one unit finer after the other, each once. */
function isWhole(units: readonly Unit[]): boolean {
  const wanted = UNITS.slice(0, units.length)
  return units.length >= 3 && wanted.every((unit) => units.includes(unit))
}

const SIZES_MS: Readonly<Record<string, number>> = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
}

/** A value stands for the beginning of its unit; the years have four digits. */
function roundUp(wallMs: number, finest: Unit, fractionDigits: number): number {
  const sizeMs = finest === 'fraction' ? 10 ** Math.max(0, 3 - fractionDigits) : (SIZES_MS[finest] ?? 1)
  return Math.min(Math.ceil(wallMs / sizeMs) * sizeMs, END_OF_9999_MS)
}

const END_OF_9999_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

function formatKey(parts: readonly Part[], wallMs: number): string {
  const [date = '', time = ''] = new Date(wallMs).toISOString().replace('Z', '').split('T')
  const [year, month, day] = date.split('-')
  const [hour, minute, rest = ''] = time.split(':')
  const [second, fraction] = rest.split('.')
  const values = { year, month, day, hour, minute, second, fraction }
  return parts
    .map(({ unit, text, length }) => {
      return unit === undefined ? text : (values[unit] ?? '').slice(0, length).padEnd(length, '0')
    })
    .join('')
}

import { fail } from './values.ts'

/** One piece of a pattern: a letter with how often it is repeated, or text that stands for itself. */
export type PatternPart =
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }
  | { readonly kind: 'text'; readonly text: string }

/** A pattern in the letters of Java's `DateTimeFormatter`, read once and used for many values. */
export type DatePattern = readonly PatternPart[]

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const

const LETTERS = 'GuyYMLwWDdFEeaHkKhmsSnNzZXxVOQq'
const patterns = new Map<string, DatePattern>()
const MAX_KNOWN_PATTERNS = 500

/** Reads a pattern such as `yyyy-MM-dd'T'HH:mm:ss.SSSX`; fails on letters that mean nothing. */
export function parseDatePattern(text: string): DatePattern {
  const known = patterns.get(text)
  if (known) return known
  const pattern = splitPattern(text)
  if (patterns.size < MAX_KNOWN_PATTERNS) patterns.set(text, pattern)
  return pattern
}

function splitPattern(text: string): DatePattern {
  const parts: PatternPart[] = []
  for (const [piece] of text.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (piece.startsWith("'")) parts.push({ kind: 'text', text: unquote(piece) })
    else if (/^[A-Za-z]/.test(piece)) parts.push(fieldPart(piece))
    else parts.push({ kind: 'text', text: piece })
  }
  return parts
}

function unquote(piece: string): string {
  if (piece === "''") return "'"
  if (piece.length < 2 || !piece.endsWith("'")) return fail('A quote in the date pattern is not closed')
  return piece.slice(1, -1).replaceAll("''", "'")
}

function fieldPart(piece: string): PatternPart {
  const letter = piece.charAt(0)
  if (!LETTERS.includes(letter)) return fail(`The letter ${letter} means nothing in a date pattern`)
  return { kind: 'field', letter, count: piece.length }
}

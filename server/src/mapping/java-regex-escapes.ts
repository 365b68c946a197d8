import { fail } from './values.ts'

/** What ends a line in Java: more than in JavaScript. */
const LINE_ENDS = '\\n\\r\\u0085\\u2028\\u2029'

// The flag m is never set, so that ^ and $ are the ends of the text.
export const TEXT_START = '^'
export const TEXT_END = '$'
/** The end of the text, or before the line break that ends it. */
export const FINAL_END = '(?=(?:\\r\\n|(?<!\\r)\\n|[\\r\\u0085\\u2028\\u2029])?$)'
/** The end of each line. */
export const LINE_END = '(?:$|(?=[\\r\\u0085\\u2028\\u2029])|(?<!\\r)(?=\\n))'
/** The start of each line; not after a line break that ends the text. */
export const LINE_START = '(?:^|(?<=[\\n\\u0085\\u2028\\u2029]|\\r(?!\\n)))(?!$)'
export const ANY_BUT_LINE_END = `[^${LINE_ENDS}]`

const BLANKS = ' \\t\\n\\x0b\\f\\r'
const HORIZONTAL = ' \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000'
const VERTICAL = '\\n\\x0b\\f\\r\\x85\\u2028\\u2029'

/** Characters of a class, as they stand between brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\0-/:-\\u{10ffff}',
  w: 'a-zA-Z0-9_',
  W: '\\0-/:-@\\[-\\^`\\{-\\u{10ffff}',
  s: BLANKS,
  S: '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}',
  h: HORIZONTAL,
  v: VERTICAL,
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Cntrl: '\\x00-\\x1f\\x7f',
  Space: BLANKS,
  XDigit: '0-9a-fA-F',
  Blank: ' \\t',
}

/** General categories and scripts mean the same in both languages; these few categories have cases. */
const CASED: ReadonlySet<string> = new Set(['Lower', 'Upper', 'Lu', 'Ll', 'Lt', 'IsLu', 'IsLl', 'IsLt'])
const CATEGORY = /^(?:Is)?(L[ulmot]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfs]?)$/

/** The items of a class that a backslash and a letter stand for; `undefined` when they are no class. */
export function classOfLetter(letter: string): string | undefined {
  return CLASSES[letter]
}

/** The items of `\p{Name}`; fails for what JavaScript does not have or has otherwise. */
export function classOfProperty(name: string, isNegative: boolean, ignoresCase: boolean): string {
  if (ignoresCase && CASED.has(name)) return fail(`\\p{${name}} without regard to case is not supported`)
  const set = POSIX[name]
  if (set !== undefined) return isNegative ? fail(`\\P{${name}} is not supported`) : set
  const letter = isNegative ? 'P' : 'p'
  const category = CATEGORY.exec(name)?.[1]
  if (category !== undefined) return `\\${letter}{${category}}`
  const script = /^Is([A-Z][a-z]{2,})$/.exec(name)?.[1]
  if (script === undefined || NOT_SCRIPTS.has(script)) return fail(`\\p{${name}} is not supported`)
  return `\\${letter}{Script=${script}}`
}

/** Properties of Java that look like scripts. */
const NOT_SCRIPTS: ReadonlySet<string> = new Set([
  ...['Alphabetic', 'Ideographic', 'Letter', 'Lowercase', 'Uppercase', 'Titlecase', 'Punctuation'],
  ...['Control', 'Digit', 'Assigned', 'Emoji', 'Alnum', 'Alpha', 'Blank', 'Graph', 'Print', 'Space'],
])

const CONTROLS: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  f: '\f',
  a: '\x07',
  e: '\x1b',
}

/** The character that an escape of a letter stands for; `undefined` when it is none. */
export function escapedControl(letter: string): string | undefined {
  return CONTROLS[letter]
}

/** A character as itself, within brackets and without. */
export function escapePlain(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character
}

/** The letter in its other case, for letters of ASCII; Java's flag `i` knows no others. */
export function otherCase(character: string): string | undefined {
  if (/^[a-z]$/.test(character)) return character.toUpperCase()
  return /^[A-Z]$/.test(character) ? character.toLowerCase() : undefined
}

/** What a range of characters has to be completed with so that it ignores case. */
export function otherCases(from: string, to: string): string {
  return [...overlap(from, to, 'a', 'z', -32), ...overlap(from, to, 'A', 'Z', 32)].join('')
}

function overlap(from: string, to: string, first: string, last: string, shift: number): string[] {
  const start = Math.max(codeOf(from), codeOf(first))
  const end = Math.min(codeOf(to), codeOf(last))
  if (start > end) return []
  return [`${String.fromCodePoint(start + shift)}-${String.fromCodePoint(end + shift)}`]
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0
}

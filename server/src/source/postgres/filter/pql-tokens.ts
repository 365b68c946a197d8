import { RowFilterError, shown } from './row-filter-error.ts'

export interface Token {
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'sign' | 'end'
  /** What it means: a string without its quotes and escapes, a quoted name without its backticks. */
  readonly value: string
  /** Offsets into the text. */
  readonly start: number
  readonly end: number
}

const BLANK = /\s*/y
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy
const NUMBER = /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SIGN = /[=!<>]=|[=!<>()[\],.]/y

/**
 * The token at or after an offset. Each character is looked at once.
 * @throws RowFilterError at a character that begins nothing, an unknown escape, a quote that is never closed
 */
export function nextToken(text: string, from: number): Token {
  const start = from + matched(BLANK, text, from).length
  if (start === text.length) return { kind: 'end', value: '', start, end: start }
  const first = text[start] ?? ''
  if (first === '"' || first === "'") return readString(text, start, first)
  if (first === '`') return readQuotedName(text, start)
  for (const [kind, pattern] of PLAIN_TOKENS) {
    const value = matched(pattern, text, start)
    if (value !== '') return { kind, value, start, end: start + value.length }
  }
  const found = String.fromCodePoint(text.codePointAt(start) ?? 0)
  throw new RowFilterError('syntax', `The character ${shown(found)} can't stand here.${hintFor(found)}`, {
    position: start,
    token: found,
  })
}

const PLAIN_TOKENS = [
  ['name', NAME],
  ['number', NUMBER],
  ['sign', SIGN],
] as const

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function hintFor(character: string): string {
  if (/[\u2018-\u201f\u00ab\u00bb\uff02\uff07]/.test(character)) return ` Use straight quotes, " or '.`
  return ' Write names that are more than letters, digits and _ in backticks, texts in quotes.'
}

/** Backticks, as PQL does. One inside is doubled; a backslash is itself, since a column's name may have it. */
function readQuotedName(text: string, start: number): Token {
  const pieces: string[] = []
  let at = start + 1
  for (;;) {
    const close = text.indexOf('`', at)
    if (close < 0) throw unclosed(text, start, 'name')
    pieces.push(text.slice(at, close))
    at = close + 1
    if (text[at] !== '`') return { kind: 'quoted', value: pieces.join('`'), start, end: at }
    at++
  }
}

/** Up to the next backslash or quote of the kind. */
const UNTIL = { '"': /[^"\\]*/y, "'": /[^'\\]*/y } as const

function readString(text: string, start: number, quote: '"' | "'"): Token {
  const pieces: string[] = []
  let at = start + 1
  for (;;) {
    const plain = matched(UNTIL[quote], text, at)
    pieces.push(plain)
    at += plain.length
    if (at >= text.length) throw unclosed(text, start, 'text')
    if (text[at] === '\\') {
      const [character, length] = readEscape(text, at)
      pieces.push(character)
      at += length
    } else if (text[at + 1] === quote) {
      pieces.push(quote)
      at += 2
    } else {
      return { kind: 'string', value: pieces.join(''), start, end: at + 1 }
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const CODE_UNIT = /\\u[0-9a-fA-F]{4}/y

/** The character that an escape stands for, and how long the escape is. */
function readEscape(text: string, at: number): readonly [string, number] {
  const known = ESCAPES[text[at + 1] ?? '']
  if (known !== undefined) return [known, 2]
  const code = matched(CODE_UNIT, text, at)
  if (code !== '') return [String.fromCharCode(Number.parseInt(code.slice(2), 16)), code.length]
  const token = text.slice(at, at + 2)
  throw new RowFilterError(
    'syntax',
    `The escape ${token} is not known. Write \\\\ for a backslash; escapes are \\" \\' \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX.`,
    { position: at, token },
  )
}

function unclosed(text: string, start: number, what: string): RowFilterError {
  const token = text.slice(start, start + 20)
  const message = `The ${what} that begins with ${shown(token)} is never closed.`
  return new RowFilterError('syntax', message, { position: start, token })
}

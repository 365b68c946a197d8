import { MappingSyntaxError } from './mapping-syntax-error.ts'

/** One word of an expression. `text` of a string is its content, of a number its digits without a suffix. */
export interface Token {
  readonly kind: 'name' | 'reference' | 'string' | 'integer' | 'double' | 'decimal' | 'symbol' | 'end'
  readonly text: string
  readonly position: number
}

/** Words that can't name a field unless they stand in `${}`. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  (
    'new mod or break var lt for false while eq gt div not null continue else and ne true le if ge return ' +
    '_errors do function empty size'
  ).split(' '),
)

const BLANK = /(?:\s+|##[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const NAME = /[\p{L}$_][\p{L}\p{N}$_]*/uy
const HEX = /0[xX]([0-9a-fA-F]+)([lLhH]?)/y
const NUMBER = /(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,5})?)([lLhHfFdDbB]?)/y
const STRING = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'/y
const REFERENCE = /\$\{((?:[^}\\]|\\[\s\S])*)\}/y
/** Longer symbols first, since the first that fits is taken. */
const SYMBOL = /\?\?|\?:|\|\||&&|==|!=|<=|>=|=~|!~|=\^|!\^|=\$|!\$|\.\.|[?:|^&<>+\-*/%~!.,()[\]{}]/y

/** Cuts an expression into words; blanks and comments go. The last token is always `end`. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let position = skipBlanks(source, 0)
  while (position < source.length) {
    const { token, end } = readToken(source, position)
    tokens.push(token)
    position = skipBlanks(source, end)
  }
  tokens.push({ kind: 'end', text: '', position })
  return tokens
}

function skipBlanks(source: string, position: number): number {
  return matchAt(BLANK, source, position) ? BLANK.lastIndex : position
}

function readToken(source: string, position: number): { token: Token; end: number } {
  const reference = matchAt(REFERENCE, source, position)
  if (reference) return found('reference', reference[1] ?? '', position, REFERENCE)
  const name = matchAt(NAME, source, position)
  if (name) return found('name', name[0], position, NAME)
  const text = matchAt(STRING, source, position)
  if (text) return found('string', unescapeText(text[1] ?? text[2] ?? ''), position, STRING)
  const number = readNumber(source, position)
  if (number) return number
  const symbol = matchAt(SYMBOL, source, position)
  if (symbol) return found('symbol', symbol[0], position, SYMBOL)
  const character = source.charAt(position)
  if (`"'`.includes(character)) throw new MappingSyntaxError('The quoted text is not closed', position)
  throw new MappingSyntaxError(`"${character}" means nothing here`, position)
}

function found(kind: Token['kind'], text: string, position: number, expression: RegExp) {
  return { token: { kind, text, position }, end: expression.lastIndex }
}

function readNumber(source: string, position: number): { token: Token; end: number } | undefined {
  const hex = matchAt(HEX, source, position)
  if (hex) return found('integer', BigInt(`0x${hex[1]}`).toString(), position, HEX)
  const match = matchAt(NUMBER, source, position)
  if (!match) return undefined
  const digits = match[1] ?? ''
  return found(
    kindOfNumber(digits, (match[2] ?? '').toLowerCase()),
    withoutOctal(digits, position),
    position,
    NUMBER,
  )
}

function kindOfNumber(digits: string, suffix: string): Token['kind'] {
  if (suffix === 'b') return 'decimal'
  if (suffix === 'f' || suffix === 'd') return 'double'
  return /^\d+$/.test(digits) ? 'integer' : 'double'
}

/** A leading zero means octal, as in Java. */
function withoutOctal(digits: string, position: number): string {
  if (!/^0\d+$/.test(digits)) return digits
  if (/[89]/.test(digits)) throw new MappingSyntaxError(`${digits} is no octal number`, position)
  return BigInt(`0o${digits}`).toString()
}

function matchAt(expression: RegExp, source: string, position: number): RegExpExecArray | null {
  expression.lastIndex = position
  return expression.exec(source)
}

/** Any other escape stands for itself with its backslash, so that regular expressions can be written plainly. */
function unescapeText(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\\"']))/g,
    (_whole, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

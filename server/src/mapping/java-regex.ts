import { fail } from './values.ts'

const expressions = new Map<string, RegExp>()
const MAX_KNOWN_EXPRESSIONS = 500

/**
 * The JavaScript twin of a regular expression written for Java, with the Unicode flag. What has no twin
 * (possessive quantifiers, atomic groups, intersections of classes) fails and is never read as something else.
 */
export function compileJavaRegex(source: string, extraFlags = ''): RegExp {
  return remember(`${extraFlags}/${source}`, () => {
    const { body, flags } = takeLeadingFlags(source)
    return build(new RegexTranslator(body).translate(), `u${flags}${extraFlags}`)
  })
}

/** True when all of the text fits the expression, as Java's `matches` has it. */
export function matchesWholly(text: string, source: string): boolean {
  const expression = remember(`=${source}`, () => {
    const { body, flags } = takeLeadingFlags(source)
    // Unlike ^ and $, these hold at the ends of the text alone whatever the flags say.
    return build(`(?<![^])(?:${new RegexTranslator(body).translate()})(?![^])`, `u${flags}`)
  })
  return expression.test(text)
}

function remember(key: string, make: () => RegExp): RegExp {
  const known = expressions.get(key)
  if (known) return known
  const expression = make()
  if (expressions.size < MAX_KNOWN_EXPRESSIONS) expressions.set(key, expression)
  return expression
}

function build(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch {
    return fail('The regular expression is not valid')
  }
}

function takeLeadingFlags(source: string): { body: string; flags: string } {
  const match = /^\(\?([a-zA-Z]+)\)/.exec(source)
  if (!match) return { body: source, flags: '' }
  const flags = match[1] ?? ''
  if (/[^ismu]/.test(flags)) return fail(`The flags (?${flags}) of a regular expression are not supported`)
  return { body: source.slice(match[0].length), flags: [...new Set(flags.replaceAll('u', ''))].join('') }
}

const SPACE = ' \\t\\n\\x0b\\f\\r'

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: SPACE,
  XDigit: '0-9a-fA-F',
  Blank: ' \\t',
}

/** Rewrites one expression piece by piece. */
class RegexTranslator {
  readonly #source: string
  #position = 0
  #isInClass = false
  #output = ''

  constructor(source: string) {
    this.#source = source
  }

  translate(): string {
    while (this.#position < this.#source.length) {
      this.#output += this.#isInClass ? this.#classPiece() : this.#piece()
    }
    return this.#output
  }

  #piece(): string {
    const rest = this.#source.slice(this.#position)
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})\+/.test(rest)) return fail('Possessive quantifiers are not supported')
    if (rest.startsWith('(?>')) return fail('Atomic groups are not supported')
    const quantifier = /^\{\d+(?:,\d*)?\}/.exec(rest)
    if (quantifier) return this.#advance(quantifier[0].length, quantifier[0])
    const character = rest.charAt(0)
    if (character === '\\') return this.#escape()
    if (character === '[') return this.#openClass(rest)
    if (character === '{') return fail('A "{" in the regular expression needs a backslash')
    return this.#advance(1, character === '}' || character === ']' ? `\\${character}` : character)
  }

  #openClass(rest: string): string {
    this.#isInClass = true
    const open = rest.startsWith('[^') ? '[^' : '['
    this.#advance(open.length, '')
    // Java reads a bracket that comes first as itself.
    return this.#source.charAt(this.#position) === ']' ? this.#advance(1, `${open}\\]`) : open
  }

  #classPiece(): string {
    const character = this.#source.charAt(this.#position)
    if (character === '\\') return this.#escape()
    if (character === '[') return fail('A character class within another is not supported')
    if (this.#source.startsWith('&&', this.#position))
      return fail('"&&" in a character class is not supported')
    if (character === ']') this.#isInClass = false
    const isPlain = character === ']' || !'(){}|/$'.includes(character)
    return this.#advance(1, isPlain ? character : `\\${character}`)
  }

  #escape(): string {
    const rest = this.#source.slice(this.#position)
    const property = /^\\([pP])(?:\{(\w+)\}|([A-Z]))/.exec(rest)
    if (property) return this.#advance(property[0].length, this.#property(property))
    const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
    if (quoted) return this.#advance(quoted[0].length, escapePlain(quoted[1] ?? ''))
    const long = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|k<\w+>|[1-9])/.exec(rest)
    if (long) return this.#advance(long[0].length, long[0])
    return this.#advance(2, this.#plainEscape(rest.charAt(1)))
  }

  #plainEscape(character: string): string {
    if (character === '') return fail('The regular expression ends with a backslash')
    if ('dDwWbBtnrf'.includes(character)) return `\\${character}`
    if (character === 'S') return this.#isInClass ? '\\S' : `[^${SPACE}]`
    if (character === 's') return this.#isInClass ? SPACE : `[${SPACE}]`
    if (character === 'h') return this.#isInClass ? ' \\t\\xa0' : '[ \\t\\xa0]'
    if (character === 'A') return '^'
    if (character === 'z' || character === 'Z') return '$'
    if (character === 'R') return '(?:\\r\\n|[\\n\\r\\u2028\\u2029\\x0b\\f\\x85])'
    if (character === '-') return this.#isInClass ? '\\-' : '-'
    if (/[a-zA-Z0-9]/.test(character)) return fail(`\\${character} in a regular expression is not supported`)
    return escapePlain(character)
  }

  #property(match: RegExpExecArray): string {
    const isNegative = match[1] === 'P'
    const name = match[2] ?? match[3] ?? ''
    const set = POSIX[name]
    if (set === undefined) return `\\${match[1]}{${name.replace(/^Is(?=[A-Z][a-z]{2})/, 'Script=')}}`
    if (this.#isInClass && isNegative) return fail(`\\P{${name}} in a character class is not supported`)
    return this.#isInClass ? set : `[${isNegative ? '^' : ''}${set}]`
  }

  #advance(length: number, output: string): string {
    this.#position += length
    return output
  }
}

function escapePlain(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

import {
  ANY_BUT_LINE_END,
  classOfLetter,
  classOfProperty,
  escapedControl,
  escapePlain,
  FINAL_END,
  LINE_END,
  LINE_START,
  otherCase,
  otherCases,
  TEXT_END,
  TEXT_START,
} from './java-regex-escapes.ts'
import { fail } from './values.ts'

/** A piece of the translation, with what decides whether a quantifier after it means the same in both languages. */
interface Piece {
  readonly text: string
  /** It can match without taking a character. */
  readonly isNullable: boolean
  /** Numbers of the groups in it. */
  readonly groups: readonly number[]
  /** Those of them that a match of the piece may leave unset. */
  readonly loose: readonly number[]
}

interface Quantifier {
  readonly text: string
  readonly min: number
  readonly max: number
}

const EMPTY: Piece = { text: '', isNullable: true, groups: [], loose: [] }
const NO_MORE_THAN = 1_000

/** Rewrites a regular expression of Java for JavaScript's flag `u`. Fails on what would not find the same. */
export function translateJavaRegex(source: string): string {
  const flags = /^\(\?([a-zA-Z]+)\)/.exec(source)
  const letters = flags?.[1] ?? ''
  if (/[^ismu]/.test(letters) || (letters.includes('u') && letters.includes('i')))
    fail(`The flags (?${letters}) of a regular expression are not supported`)
  return new Translator(source.slice(flags?.[0].length ?? 0), letters).translate()
}

/** Recursive descent over the expression. */
class Translator {
  readonly #source: string
  readonly #ignoresCase: boolean
  readonly #isMultiline: boolean
  readonly #dot: string
  #position = 0
  #depth = 0
  #groupCount = 0
  #isLookingBehind = false
  /** Groups that are closed, by number and name. */
  readonly #closed = new Set<string>()
  /** Groups that may be unset where they are closed. */
  readonly #loose = new Set<string>()
  readonly #references: string[] = []

  constructor(source: string, flags: string) {
    this.#source = source
    this.#ignoresCase = flags.includes('i')
    this.#isMultiline = flags.includes('m')
    this.#dot = flags.includes('s') ? '[^]' : ANY_BUT_LINE_END
  }

  translate(): string {
    const { text } = this.#alternation()
    if (this.#position < this.#source.length) fail('A ")" of the regular expression closes nothing')
    // Java fails to match a group that is not set, JavaScript takes it as empty.
    if (this.#references.some((reference) => this.#loose.has(reference)))
      fail('A reference to a group that may not have matched is not supported')
    return text
  }

  #alternation(): Piece {
    if (++this.#depth > NO_MORE_THAN) return fail('The regular expression is nested too deeply')
    const branches = [this.#sequence()]
    while (this.#accept('|')) branches.push(this.#sequence())
    this.#depth--
    const [only] = branches
    if (branches.length === 1 && only) return only
    const groups = branches.flatMap((branch) => branch.groups)
    this.#loosen(groups)
    return {
      text: branches.map((branch) => branch.text).join('|'),
      isNullable: branches.some((branch) => branch.isNullable),
      groups,
      loose: groups,
    }
  }

  #sequence(): Piece {
    let sequence = EMPTY
    while (this.#position < this.#source.length && !'|)'.includes(this.#source.charAt(this.#position))) {
      const piece = this.#quantified()
      sequence = {
        text: sequence.text + piece.text,
        isNullable: sequence.isNullable && piece.isNullable,
        groups: [...sequence.groups, ...piece.groups],
        loose: [...sequence.loose, ...piece.loose],
      }
    }
    return sequence
  }

  #quantified(): Piece {
    const piece = this.#atom()
    const quantifier = this.#quantifier()
    if (!quantifier) return piece
    const { min, max } = quantifier
    if (piece.isNullable && (max > 1 || min === 0))
      return fail('Repeating what may match nothing is not supported')
    // Java keeps what a group held in an earlier round, JavaScript forgets it.
    if (max > 1 && piece.loose.length > 0)
      return fail('Repeating a group that not every round sets is not supported')
    if (this.#isLookingBehind && max === Number.POSITIVE_INFINITY)
      return fail('Looking behind over any length is not supported')
    if (min === 0) this.#loosen(piece.groups)
    return {
      text: piece.text + quantifier.text,
      isNullable: piece.isNullable || min === 0,
      groups: piece.groups,
      loose: min === 0 ? piece.groups : piece.loose,
    }
  }

  #quantifier(): Quantifier | undefined {
    const match = this.#match(/(?:([*+?])|\{(\d{1,5})(,(\d{1,5})?)?\})([?+]?)/y)
    if (!match) return undefined
    const [whole, sign, least, comma, most, kind] = match
    if (kind === '+') return fail('Possessive quantifiers are not supported')
    if (sign !== undefined)
      return {
        text: whole,
        min: sign === '+' ? 1 : 0,
        max: sign === '?' ? 1 : Number.POSITIVE_INFINITY,
      }
    const min = Number(least)
    return { text: whole, min, max: comma === undefined ? min : Number(most ?? Number.POSITIVE_INFINITY) }
  }

  #atom(): Piece {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return taking(this.#class())
      case '\\':
        return this.#escape()
      case '.':
        return taking(this.#dot)
      case '^':
        return nothing(this.#isMultiline ? LINE_START : TEXT_START)
      case '$':
        return nothing(this.#isMultiline ? LINE_END : FINAL_END)
      case '{':
        return fail('A "{" in the regular expression needs a backslash')
      case '*':
      case '+':
      case '?':
        return fail(`The "${character}" of the regular expression repeats nothing`)
      default:
        return taking(this.#literal(character))
    }
  }

  #group(): Piece {
    const opening = this.#match(/\?(?:<?[=!]|:|<([a-zA-Z][a-zA-Z0-9]*)>)/y)
    if (!opening && this.#source.startsWith('?', this.#position))
      return fail('Atomic groups, and flags within the regular expression, are not supported')
    const kind = opening?.[0] ?? ''
    const name = opening?.[1]
    const isCapturing = !opening || name !== undefined
    const number = isCapturing ? ++this.#groupCount : 0
    const wasLookingBehind = this.#isLookingBehind
    this.#isLookingBehind ||= kind === '?<=' || kind === '?<!'
    const inner = this.#alternation()
    this.#isLookingBehind = wasLookingBehind
    if (!this.#accept(')')) return fail('A "(" of the regular expression is not closed')
    const text = `(${kind}${inner.text})`
    if (kind.endsWith('=') || kind.endsWith('!')) return this.#lookAround(text, inner)
    if (isCapturing) this.#close(number, name)
    return { ...inner, text, groups: isCapturing ? [number, ...inner.groups] : inner.groups }
  }

  #lookAround(text: string, inner: Piece): Piece {
    if (inner.groups.length > 0) return fail('Groups within a look-around are not supported')
    return nothing(text)
  }

  #close(number: number, name: string | undefined): void {
    this.#closed.add(String(number))
    if (name === undefined) return
    if (this.#closed.has(name)) fail(`The regular expression has two groups named ${name}`)
    this.#closed.add(name)
    this.#names.set(number, name)
  }

  readonly #names = new Map<number, string>()

  #loosen(groups: readonly number[]): void {
    for (const group of groups) {
      this.#loose.add(String(group))
      const name = this.#names.get(group)
      if (name !== undefined) this.#loose.add(name)
    }
  }

  #escape(): Piece {
    const reference = this.#match(/k<([a-zA-Z][a-zA-Z0-9]*)>|([1-9])(?!\d)/y)
    if (reference) return this.#reference(reference[1] ?? reference[2] ?? '')
    const quoted = this.#match(/Q([\s\S]*?)(?:\\E|$)/y)
    if (quoted) return this.#quoted(quoted[1] ?? '')
    const anchor = this.#match(/[bBAzZ]/y)
    if (anchor) return nothing(ANCHORS[anchor[0]] ?? `\\${anchor[0]}`)
    if (this.#match(/R/y)) return taking('(?:\\r\\n|(?!\\r\\n)[\\n\\x0b\\f\\r\\x85\\u2028\\u2029])')
    const set = this.#escapedClass()
    if (set !== undefined) return taking(`[${set}]`)
    return taking(this.#literal(this.#escapedCharacter()))
  }

  #reference(to: string): Piece {
    if (!this.#closed.has(to))
      return fail('A reference of the regular expression leads to no group before it')
    if (this.#ignoresCase) return fail('References without regard to case are not supported')
    this.#references.push(to)
    const text = /^\d$/.test(to) ? `(?:\\${to})` : `\\k<${to}>`
    return { text, isNullable: true, groups: [], loose: [] }
  }

  /** The last character alone is repeated by a quantifier. */
  #quoted(text: string): Piece {
    const characters = Array.from(text, (character) => this.#literal(character))
    if (characters.length === 0) return EMPTY
    if (characters.length > 1 && /[*+?{]/.test(this.#source.charAt(this.#position)))
      return fail('A quantifier after \\Q…\\E is not supported')
    return taking(characters.join(''))
  }

  /** The items of `\d`, `\p{Lu}` and the like. */
  #escapedClass(): string | undefined {
    const property = this.#match(/([pP])(?:\{(\w+)\}|([A-Z]))/y)
    if (property)
      return classOfProperty(property[2] ?? property[3] ?? '', property[1] === 'P', this.#ignoresCase)
    const set = classOfLetter(this.#source.charAt(this.#position))
    if (set !== undefined) this.#position++
    return set
  }

  /** The character that an escape stands for. */
  #escapedCharacter(): string {
    const code = this.#match(/x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y)
    if (code) return characterOf(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16))
    if (this.#position >= this.#source.length) return fail('The regular expression ends with a backslash')
    const letter = this.#next()
    if (!/[a-zA-Z0-9]/.test(letter)) return letter
    return escapedControl(letter) ?? fail(`\\${letter} in a regular expression is not supported`)
  }

  #literal(character: string): string {
    const other = this.#ignoresCase ? otherCase(character) : undefined
    return other === undefined ? escapePlain(character).replace('\\-', '-') : `[${character}${other}]`
  }

  #class(): string {
    const isNegative = this.#accept('^')
    let items = ''
    // Java reads a bracket that comes first as itself.
    for (let isFirst = true; isFirst || !this.#accept(']'); isFirst = false) items += this.#classItem()
    return `[${isNegative ? '^' : ''}${items}]`
  }

  #classItem(): string {
    if (this.#position >= this.#source.length) return fail('A "[" of the regular expression is not closed')
    if (this.#source.startsWith('&&', this.#position))
      return fail('"&&" in a character class is not supported')
    const from = this.#classCharacter()
    if (from.length > 1 && from.startsWith('set:')) return from.slice('set:'.length)
    if (!/^-[^\]]/.test(this.#source.slice(this.#position, this.#position + 2)))
      return this.#inClass(from, from)
    this.#position++
    const to = this.#classCharacter()
    if (to.startsWith('set:')) return fail('A range of the regular expression ends with no character')
    return this.#inClass(from, to)
  }

  /** A character, or `set:` and the items of a class. */
  #classCharacter(): string {
    const character = this.#next()
    if (character === '[') return fail('A character class within another is not supported')
    if (character !== '\\') return character
    if (this.#match(/Q/y)) return fail('\\Q in a character class is not supported')
    const set = this.#escapedClass()
    return set === undefined ? this.#escapedCharacter() : `set:${set}`
  }

  #inClass(from: string, to: string): string {
    const others = this.#ignoresCase ? otherCases(from, to) : ''
    return from === to ? escapePlain(from) + others : `${escapePlain(from)}-${escapePlain(to)}${others}`
  }

  #next(): string {
    const code = this.#source.codePointAt(this.#position)
    if (code === undefined) return fail('The regular expression ends too early')
    const character = String.fromCodePoint(code)
    this.#position += character.length
    return character
  }

  #accept(character: string): boolean {
    if (!this.#source.startsWith(character, this.#position)) return false
    this.#position += character.length
    return true
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#position
    const match = expression.exec(this.#source)
    if (match) this.#position = expression.lastIndex
    return match
  }
}

const ANCHORS: Readonly<Record<string, string>> = { A: TEXT_START, z: TEXT_END, Z: FINAL_END }

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fail('There is no such character')
}

function taking(text: string): Piece {
  return { text, isNullable: false, groups: [], loose: [] }
}

function nothing(text: string): Piece {
  return { text, isNullable: true, groups: [], loose: [] }
}

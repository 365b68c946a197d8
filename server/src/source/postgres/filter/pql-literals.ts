import { MAX_ITEMS } from './filter-limits.ts'
import { type FilterValue, filterValue, type Scalar } from './filter-tree.ts'
import { nextToken, type Token } from './pql-tokens.ts'
import { type FilterPlace, RowFilterError, shown } from './row-filter-error.ts'

/** Walks over the tokens of a PQL text, and reads its literals. */
export class PqlLiterals {
  readonly places = new WeakMap<object, FilterPlace>()
  readonly #text: string
  #token: Token

  constructor(text: string) {
    this.#text = text
    this.#token = nextToken(text, 0)
  }

  get token(): Token {
    return this.#token
  }

  advance(): void {
    this.#token = nextToken(this.#text, this.#token.end)
  }

  here(): FilterPlace {
    const { start, end } = this.#token
    return { position: start, token: this.#text.slice(start, end) }
  }

  takeSign(sign: string): boolean {
    return this.#take('sign', sign, this.#token.value)
  }

  /** A word of the language, in any case. */
  takeWord(word: string): boolean {
    return this.#take('name', word.toLowerCase(), this.#token.value.toLowerCase())
  }

  #take(kind: Token['kind'], wanted: string, found: string): boolean {
    if (this.#token.kind !== kind || found !== wanted) return false
    this.advance()
    return true
  }

  startsLiteral(): boolean {
    const { kind, value } = this.#token
    if (kind === 'string' || kind === 'number') return true
    if (kind !== 'name') return false
    const word = value.toLowerCase()
    return word === 'true' || word === 'false' || (word === 'date' && this.#isCall())
  }

  #isCall(): boolean {
    return nextToken(this.#text, this.#token.end).value === '('
  }

  /** A text, a number, true, false, or `date(2020, 3, 14)`. */
  literal(): FilterValue {
    const { kind, value } = this.#token
    if (kind === 'number') {
      this.advance()
      return numberLiteral(value)
    }
    return filterValue(this.#scalar())
  }

  /** `[1, 2]` or `(1, 2)`; numbers that JavaScript would change are texts. */
  list(): readonly Scalar[] {
    const close = this.takeSign('[') ? ']' : this.takeSign('(') ? ')' : undefined
    if (close === undefined) throw this.expected('a list in [ ] or ( )')
    const items: Scalar[] = []
    while (!this.takeSign(close)) {
      if (items.length > 0 && !this.takeSign(',')) throw this.expected(`"," or "${close}"`)
      if (items.length >= MAX_ITEMS)
        throw new RowFilterError('too-large', `A filter may have ${MAX_ITEMS} literals.`, this.here())
      items.push(this.#item())
    }
    return items
  }

  #item(): Scalar {
    const { kind, value } = this.#token
    if (kind !== 'number') return this.#scalar()
    this.advance()
    return exactNumber(value) ?? value
  }

  #scalar(): Scalar {
    const { kind, value } = this.#token
    const word = kind === 'name' ? value.toLowerCase() : ''
    if (!this.startsLiteral()) throw this.#noLiteral(word)
    if (word === 'date') return this.#date()
    this.advance()
    return word === '' ? value : word === 'true'
  }

  #noLiteral(word: string): RowFilterError {
    if (word === 'null') return this.expected('a literal', ' Nothing equals null; use isNull or isNotNull.')
    if (this.#token.kind === 'quoted' || word !== '')
      return this.expected('a literal', ' A column is compared with literals only; texts go in quotes.')
    return this.expected('a literal')
  }

  #date(): string {
    this.advance()
    const [year, month, day] = [this.#dateField('('), this.#dateField(','), this.#dateField(',')]
    if (!this.takeSign(')')) throw this.expected('")"')
    return `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }

  #dateField(before: string): string {
    if (!this.takeSign(before)) throw this.expected(`"${before}"`)
    const { kind, value } = this.#token
    if (kind !== 'number' || !/^\d{1,4}$/.test(value))
      throw this.expected('a whole number: date(year, month, day)')
    this.advance()
    return value
  }

  expected(what: string, hint = ''): RowFilterError {
    const place = this.here()
    const found = this.#token.kind === 'end' ? 'the end' : shown(place.token)
    return new RowFilterError('syntax', `Expected ${what}, found ${found}.${hint}`, place)
  }
}

function numberLiteral(text: string): FilterValue {
  const exact = exactNumber(text)
  if (exact !== undefined) return filterValue(exact)
  return { nodeType: 'literal', literalType: /^[+-]?\d+$/.test(text) ? 'Integer' : 'Double', value: text }
}

/** The number, if JavaScript prints it as it was written and knows it from its neighbours. */
function exactNumber(text: string): number | undefined {
  const value = Number(text)
  const isExact = String(value) === text && (!Number.isInteger(value) || Number.isSafeInteger(value))
  return isExact ? value : undefined
}

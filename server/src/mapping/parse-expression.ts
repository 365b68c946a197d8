import {
  type BinaryOperator,
  type ConditionalNode,
  type Expression,
  type MapEntry,
  stepInto,
  type UnaryOperator,
} from './expression.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { parsePath } from './paths.ts'
import { RESERVED_WORDS, type Token, tokenize } from './tokens.ts'

/** Longest expression that is accepted. */
export const MAX_EXPRESSION_LENGTH = 4096

/** Deepest nesting; far beyond what people write, well within the stack. */
const MAX_DEPTH = 200

interface Operator {
  readonly operator: BinaryOperator
  readonly level: number
  /** `a == b == c` is no expression. */
  readonly isSingle: boolean
}

const LEVELS: readonly { readonly symbols: string; readonly isSingle: boolean }[] = [
  { symbols: '|| or', isSingle: false },
  { symbols: '&& and', isSingle: false },
  { symbols: '|', isSingle: false },
  { symbols: '^', isSingle: false },
  { symbols: '&', isSingle: false },
  { symbols: '== eq != ne ..', isSingle: true },
  { symbols: '< lt > gt <= le >= ge =~ !~ =^ !^ =$ !$', isSingle: true },
  { symbols: '+ -', isSingle: false },
  { symbols: '* / div % mod', isSingle: false },
]

const WORDS: Readonly<Record<string, BinaryOperator>> = {
  or: '||',
  and: '&&',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
  div: '/',
  mod: '%',
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  LEVELS.flatMap(({ symbols, isSingle }, level) =>
    symbols
      .split(' ')
      .map((symbol): [string, Operator] => [
        symbol,
        { operator: WORDS[symbol] ?? (symbol as BinaryOperator), level, isSingle },
      ]),
  ),
)

const UNARY: ReadonlyMap<string, UnaryOperator> = new Map([
  ['-', '-'],
  ['~', '~'],
  ['!', '!'],
  ['not', '!'],
  ['empty', 'empty'],
  ['size', 'size'],
])

/**
 * Parses an expression of the mapping language, a subset of Apache Commons JEXL. Whether functions and fields
 * exist is not looked at here.
 * @throws MappingSyntaxError when the text is no expression or longer than {@link MAX_EXPRESSION_LENGTH}
 */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    const message = `An expression of ${source.length} characters is too long; the most is ${MAX_EXPRESSION_LENGTH}`
    throw new MappingSyntaxError(message, MAX_EXPRESSION_LENGTH)
  }
  return new ExpressionParser(tokenize(source)).parse()
}

/** Precedence climbing over the tokens of one expression. */
class ExpressionParser {
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Expression {
    const expression = this.#expression()
    const rest = this.#peek()
    if (rest.kind !== 'end') throw this.#unexpected(rest)
    return expression
  }

  #expression(): Expression {
    this.#depth++
    if (this.#depth > MAX_DEPTH) {
      throw new MappingSyntaxError(
        `The expression is nested deeper than ${MAX_DEPTH} levels`,
        this.#peek().position,
      )
    }
    const expression = this.#conditional()
    this.#depth--
    return expression
  }

  #conditional(): Expression {
    const test = this.#binary(0)
    if (this.#accept('?')) return this.#ternary(test)
    const kind: ConditionalNode['kind'] | undefined = this.#accept('?:')
      ? 'elvis'
      : this.#accept('??')
        ? 'coalesce'
        : undefined
    return kind ? { node: 'conditional', kind, test, otherwise: this.#expression() } : test
  }

  #ternary(test: Expression): Expression {
    const whenTrue = this.#expression()
    this.#expect(':')
    return { node: 'conditional', kind: 'ternary', test, whenTrue, otherwise: this.#expression() }
  }

  #binary(level: number): Expression {
    if (level === LEVELS.length) return this.#unary()
    let left = this.#binary(level + 1)
    let hasOperator = false
    for (;;) {
      const token = this.#peek()
      const operator = this.#operatorAt(token)
      if (operator?.level !== level) return left
      if (hasOperator && operator.isSingle) throw this.#unexpected(token)
      hasOperator = true
      this.#index++
      left = { node: 'binary', operator: operator.operator, left, right: this.#binary(level + 1) }
    }
  }

  #operatorAt(token: Token): Operator | undefined {
    return token.kind === 'symbol' || token.kind === 'name' ? OPERATORS.get(token.text) : undefined
  }

  #unary(): Expression {
    const token = this.#peek()
    const isOperator = token.kind === 'symbol' || token.kind === 'name'
    const operator = isOperator ? UNARY.get(token.text) : undefined
    if (!operator) return this.#postfix(this.#primary())
    this.#index++
    this.#depth++
    if (this.#depth > MAX_DEPTH) throw new MappingSyntaxError('Too many signs in a row', token.position)
    const operand = this.#unary()
    this.#depth--
    return { node: 'unary', operator, operand }
  }

  #postfix(start: Expression): Expression {
    let expression = start
    for (;;) {
      if (this.#accept('.')) expression = this.#memberOf(expression)
      else if (this.#accept('[')) expression = this.#itemOf(expression)
      else return expression
    }
  }

  #memberOf(of: Expression): Expression {
    const token = this.#next()
    if (token.kind === 'reference')
      return stepInto(of, { kind: 'name', name: token.text.replace(/\\(.)/g, '$1') })
    if (token.kind !== 'name') throw this.#unexpected(token)
    if (!this.#accept('(')) return stepInto(of, { kind: 'name', name: token.text })
    return { node: 'method', of, name: token.text, args: this.#list(')'), position: token.position }
  }

  #itemOf(of: Expression): Expression {
    if (this.#accept('*')) {
      this.#expect(']')
      return stepInto(of, { kind: 'every' })
    }
    const { position } = this.#peek()
    const index = this.#expression()
    this.#expect(']')
    if (of.node !== 'each') return { node: 'item', of, index }
    if (index.node === 'literal' && index.type === 'integer')
      return stepInto(of, { kind: 'index', index: Number(index.text) })
    throw new MappingSyntaxError('Behind [*] the place of an item must be a number', position)
  }

  #primary(): Expression {
    const token = this.#next()
    switch (token.kind) {
      case 'string':
      case 'integer':
      case 'double':
      case 'decimal':
        return { node: 'literal', type: token.kind, text: token.text }
      case 'reference':
        return referenceOf(token)
      case 'name':
        return this.#named(token)
      default:
        return this.#bracketed(token)
    }
  }

  #named(token: Token): Expression {
    if (token.text === 'null') return { node: 'literal', type: 'null', text: '' }
    if (token.text === 'true' || token.text === 'false') {
      return { node: 'literal', type: 'boolean', text: token.text }
    }
    if (RESERVED_WORDS.has(token.text)) throw reservedWord(token)
    if (this.#accept('(')) {
      return { node: 'call', name: token.text, args: this.#list(')'), position: token.position }
    }
    return { node: 'field', name: token.text, position: token.position }
  }

  #bracketed(token: Token): Expression {
    if (token.kind === 'symbol' && token.text === '(') {
      const expression = this.#expression()
      this.#expect(')')
      return expression
    }
    if (token.kind === 'symbol' && token.text === '[')
      return { node: 'array', items: this.#list(']'), isSet: false }
    if (token.kind === 'symbol' && token.text === '{') return this.#braced()
    throw this.#unexpected(token)
  }

  /** `{"k": v}` is a map, `{a, b}` a set, `{}` and `{:}` an empty map. */
  #braced(): Expression {
    if (this.#accept('}')) return { node: 'map', entries: [] }
    if (this.#accept(':')) {
      this.#expect('}')
      return { node: 'map', entries: [] }
    }
    const first = this.#expression()
    if (this.#accept(':')) return { node: 'map', entries: this.#entries(first) }
    const items = [first]
    while (this.#accept(',')) items.push(this.#expression())
    this.#expect('}')
    return { node: 'array', items, isSet: true }
  }

  #entries(firstKey: Expression): MapEntry[] {
    const entries = [{ key: firstKey, value: this.#expression() }]
    while (this.#accept(',')) {
      const key = this.#expression()
      this.#expect(':')
      entries.push({ key, value: this.#expression() })
    }
    this.#expect('}')
    return entries
  }

  #list(close: string): Expression[] {
    const items: Expression[] = []
    if (this.#accept(close)) return items
    do items.push(this.#expression())
    while (this.#accept(','))
    this.#expect(close)
    return items
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', position: 0 }
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#index++
    return token
  }

  #accept(symbol: string): boolean {
    const token = this.#peek()
    if (token.kind !== 'symbol' || token.text !== symbol) return false
    this.#index++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#unexpected(this.#peek(), symbol)
  }

  #unexpected(token: Token, wanted?: string): MappingSyntaxError {
    const what = token.kind === 'end' ? 'The expression ends too early' : `"${token.text}" can't stand here`
    return new MappingSyntaxError(wanted ? `${what}; "${wanted}" is missing` : what, token.position)
  }
}

function reservedWord(token: Token): MappingSyntaxError {
  const message = `"${token.text}" is a word of the language; write \${${token.text}} for a field of that name`
  return new MappingSyntaxError(message, token.position)
}

/** `${a.b}` is a path: a dot that belongs to a name is written `\.`. */
function referenceOf(token: Token): Expression {
  const [first, ...rest] = parsePath(token.text)
  if (first?.kind !== 'name') throw new MappingSyntaxError('A reference begins with a name', token.position)
  let expression: Expression = { node: 'field', name: first.name, position: token.position }
  for (const step of rest) expression = stepInto(expression, step)
  return expression
}

import { findFunction, unknownFunction } from './filter-functions.ts'
import { MAX_CHARACTERS, MAX_DEPTH } from './filter-limits.ts'
import {
  type FieldLookup,
  type FilterNode,
  type FilterValue,
  type FnApply,
  fieldLookup,
  filterValue,
  fnApply,
} from './filter-tree.ts'
import { PqlLiterals } from './pql-literals.ts'
import { type FilterPlace, RowFilterError } from './row-filter-error.ts'

/** A parsed text: its tree, and where each node stands in the text. */
export interface ParsedPql {
  readonly node: FnApply
  readonly places: WeakMap<object, FilterPlace>
}

/**
 * Parses what filters can say of PQL's text form into the tree of its JSON form:
 *
 *     or        = and { "or" and }
 *     and       = not { "and" not }
 *     not       = ( "not" | "!" ) not | "(" or ")" | condition
 *     condition = column sign literal | literal sign column
 *               | column [ "not" ] "like" string
 *               | column ( "in" | "notIn" | "not" "in" ) list
 *               | column "is" [ "not" ] "null"
 *               | column "." function "(" [ literal { "," literal } ] ")"
 *               | ( "isNull" | "isNotNull" ) "(" column ")"
 *
 * Words are known in any case. Time and stack are bounded: one pass, at most 64 levels.
 * @throws RowFilterError with the offset and the token
 */
export function parsePql(text: string): ParsedPql {
  if (text.length > MAX_CHARACTERS) {
    const message = `The filter has ${text.length} characters; ${MAX_CHARACTERS} are allowed.`
    throw new RowFilterError('too-large', message)
  }
  const parser = new PqlParser(text)
  return { node: parser.whole(), places: parser.places }
}

/** Words that are no column, unless they stand in backticks. */
const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'notin', 'like', 'is', 'null'])

/** A part of a column's name, or the name of a function of it. */
interface Segment {
  readonly name: string
  readonly place: FilterPlace
}

class PqlParser extends PqlLiterals {
  whole(): FnApply {
    const node = this.#or(0)
    if (this.token.kind !== 'end') throw this.expected('"and", "or" or the end')
    return node
  }

  #or(depth: number): FnApply {
    return this.#chain('or', () => this.#chain('and', () => this.#not(depth)))
  }

  /** One operand, or all of a chain as one n-ary function. */
  #chain(word: 'and' | 'or', operand: () => FnApply): FnApply {
    const first = operand()
    const place = this.here()
    if (!this.takeWord(word)) return first
    const operands = [first, operand()]
    while (this.takeWord(word)) operands.push(operand())
    return this.#placed(place, fnApply(word, ...operands))
  }

  #not(depth: number): FnApply {
    const place = this.here()
    if (depth > MAX_DEPTH) {
      throw new RowFilterError('too-deep', `The filter is nested deeper than ${MAX_DEPTH} levels.`, place)
    }
    if (this.takeWord('not') || this.takeSign('!')) {
      // The parentheses after "not" are part of it, and no level of their own.
      const operand = this.#isSign('(') ? this.#group(depth) : this.#not(depth + 1)
      return this.#placed(place, fnApply('not', operand))
    }
    return this.#isSign('(') ? this.#group(depth) : this.#condition()
  }

  #group(depth: number): FnApply {
    this.takeSign('(')
    const node = this.#or(depth + 1)
    if (!this.takeSign(')')) throw this.expected('"and", "or" or ")"')
    return node
  }

  #condition(): FnApply {
    if (this.startsLiteral()) return this.#flipped()
    const path = this.#path()
    if (!this.#isSign('(')) return this.#afterColumn(this.#column(path))
    // @NOTE a path has a first segment.
    const last = path.at(-1) as Segment
    return path.length === 1 ? this.#prefixCall(last) : this.#method(this.#column(path.slice(0, -1)), last)
  }

  /** `5 < column`: the tree keeps the order, the compiler turns it round. */
  #flipped(): FnApply {
    const literal = this.#value()
    const place = this.here()
    const sign = this.#takeComparison()
    if (sign === undefined) throw this.expected('a comparison')
    if (this.startsLiteral())
      throw this.expected('a column', ' A text in quotes is a literal; names of columns go in backticks.')
    return this.#placed(place, fnApply(sign, literal, this.#column(this.#path())))
  }

  /** Names with dots between them: all of one column's name, or at last a function of it. */
  #path(): readonly Segment[] {
    const { kind, value } = this.token
    if (kind === 'name' && RESERVED.has(value.toLowerCase()))
      throw this.expected('a column', ` ${value} is a word of PQL; a column of that name goes in backticks.`)
    const path = [this.#segment('a column')]
    while (this.takeSign('.')) path.push(this.#segment('a name after the dot'))
    return path
  }

  #segment(what: string): Segment {
    const { kind, value } = this.token
    const place = this.here()
    if (kind !== 'name' && kind !== 'quoted') throw this.expected(what)
    this.advance()
    return { name: value, place }
  }

  #column(path: readonly Segment[]): FieldLookup {
    const token = path.map(({ place }) => place.token).join('.')
    const node = fieldLookup(path.map(({ name }) => name).join('.'))
    return this.#placed({ position: path[0]?.place.position ?? 0, token }, node)
  }

  #afterColumn(column: FieldLookup): FnApply {
    const place = this.here()
    const sign = this.#takeComparison()
    if (sign !== undefined) return this.#placed(place, fnApply(sign, column, this.#value()))
    if (this.takeWord('is')) return this.#isNull(column, place)
    const isNegated = this.takeWord('not')
    if (this.takeWord('like')) return this.#like(column, isNegated, place)
    if (this.takeWord('in')) return this.#in(isNegated ? 'notIn' : 'in', column, place)
    if (!isNegated && this.takeWord('notIn')) return this.#in('notIn', column, place)
    throw this.#noOperator(isNegated)
  }

  #like(column: FieldLookup, isNegated: boolean, place: FilterPlace): FnApply {
    if (this.token.kind !== 'string') throw this.expected('a text in quotes after "like"')
    const node = this.#placed(place, fnApply('like', column, this.#value()))
    return isNegated ? this.#placed(place, fnApply('not', node)) : node
  }

  #in(name: 'in' | 'notIn', column: FieldLookup, place: FilterPlace): FnApply {
    const listPlace = this.here()
    const list = this.#placed(listPlace, filterValue(this.list()))
    return this.#placed(place, fnApply(name, column, list))
  }

  #isNull(column: FieldLookup, place: FilterPlace): FnApply {
    const isNegated = this.takeWord('not')
    if (!this.takeWord('null')) throw this.expected(isNegated ? '"null"' : '"null" or "not null"')
    return this.#placed(place, fnApply(isNegated ? 'isNotNull' : 'isNull', column))
  }

  #noOperator(isNegated: boolean): RowFilterError {
    if (isNegated) return this.expected('"in" or "like" after "not"')
    const { kind, value } = this.token
    if (kind === 'name' && !RESERVED.has(value.toLowerCase()))
      throw unknown({ name: value, place: this.here() })
    return this.expected('a comparison', ' A column of booleans is compared with true or false.')
  }

  #prefixCall({ name, place }: Segment): FnApply {
    const known = findFunction(name)
    if (known === undefined) throw unknown({ name, place })
    if (known.kind !== 'null') {
      const form = known.kind === 'text' ? `column.${known.name}(…)` : `${known.name} between its operands`
      throw this.expected(form)
    }
    this.takeSign('(')
    const column = this.#column(this.#path())
    if (!this.takeSign(')')) throw this.expected('")"')
    return this.#placed(place, fnApply(known.name, column))
  }

  /** `column.startsWith("a", false)`. How many parameters a function takes is the compiler's to check. */
  #method(column: FieldLookup, { name, place }: Segment): FnApply {
    const known = findFunction(name)
    if (known?.kind !== 'text' && known?.kind !== 'null') throw unknown({ name, place })
    this.takeSign('(')
    const params: FilterNode[] = [column]
    while (!this.takeSign(')')) {
      if (params.length > 1 && !this.takeSign(',')) throw this.expected('"," or ")"')
      params.push(this.#value())
    }
    return this.#placed(place, fnApply(known.name, ...params))
  }

  #value(): FilterValue {
    const place = this.here()
    return this.#placed(place, this.literal())
  }

  #takeComparison(): string | undefined {
    const { kind, value } = this.token
    if (kind !== 'sign' || findFunction(value)?.kind !== 'comparison') return undefined
    this.advance()
    return value
  }

  #isSign(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.value === sign
  }

  #placed<Node extends FilterNode>(place: FilterPlace, node: Node): Node {
    this.places.set(node, place)
    return node
  }
}

function unknown({ name, place }: Segment): RowFilterError {
  return new RowFilterError('unknown-function', unknownFunction(name), place)
}

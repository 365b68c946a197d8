import { isObject } from '#kit/json.ts'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import { type FilterFunction, findFunction, unknownFunction } from './filter-functions.ts'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS } from './filter-limits.ts'
import { endsInEscape, findTextMatch } from './like-pattern.ts'
import { nearestKnown } from './nearest-known.ts'
import type { FilterColumn } from './row-filter.ts'
import { type FilterPlace, type RowFilterCode, RowFilterError, shown } from './row-filter-error.ts'
import { literalFor } from './row-filter-literal.ts'

/** A condition under construction: pieces of SQL, and literals between them. */
export type Part = string | LiteralPart

export interface LiteralPart {
  readonly text: string
  /** The column that it is compared with. */
  readonly column: string
}

/** Columns turned round: what `literal sign column` says of the column. */
const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** Compiles a tree, which is checked on the way, to SQL for one relation. */
export class ConditionCompiler {
  readonly #columns: ReadonlyMap<string, FilterColumn>
  readonly #places: WeakMap<object, FilterPlace>
  #items = 0
  #characters = 0

  constructor(columns: readonly FilterColumn[], places: WeakMap<object, FilterPlace>) {
    this.#columns = new Map(columns.map((column) => [column.name, column]))
    this.#places = places
  }

  /** The caller puts what comes out in parentheses where it goes on. @throws RowFilterError */
  condition(node: unknown, depth: number): Part[] {
    if (depth > MAX_DEPTH)
      throw this.#error('too-deep', `The filter is nested deeper than ${MAX_DEPTH} levels.`, node)
    if (!isObject(node) || node['nodeType'] !== 'fnApply')
      throw this.#error('syntax', 'A condition must be an object with nodeType "fnApply".', node)
    const { fnName, params } = node
    if (typeof fnName !== 'string') throw this.#error('syntax', 'A function needs a name in fnName.', node)
    if (!Array.isArray(params))
      throw this.#error('syntax', `The function ${shown(fnName)} needs a list of params.`, node)
    this.#count(1, 0)
    const known = findFunction(fnName)
    if (known === undefined) throw this.#error('unknown-function', unknownFunction(fnName), node)
    if (params.length < known.min || params.length > known.max)
      throw this.#error('arity', arityOf(known, fnName, params.length), node)
    return this.#apply(known, params, depth)
  }

  #apply({ kind, name }: FilterFunction, params: readonly unknown[], depth: number): Part[] {
    switch (kind) {
      case 'join':
        return this.#join(name, params, depth)
      case 'not':
        return ['not (', ...this.condition(params[0], depth + 1), ')']
      case 'comparison':
        return this.#comparison(name, params)
      case 'like':
        return this.#like(params)
      case 'list':
        return this.#list(name, params)
      case 'null':
        return [`${quoteIdentifier(this.#column(params[0]).name)} is ${name === 'isNull' ? '' : 'not '}null`]
      case 'text':
        return this.#textMatch(name, params)
    }
  }

  #join(operator: string, params: readonly unknown[], depth: number): Part[] {
    const conditions = params.map((param) => ['(', ...this.condition(param, depth + 1), ')'])
    return conditions.flatMap((parts, index) => (index === 0 ? parts : [` ${operator} `, ...parts]))
  }

  #comparison(operator: string, [left, right]: readonly unknown[]): Part[] {
    if (isLiteral(left)) return this.#compare(this.#column(right), FLIPPED[operator] ?? operator, left)
    return this.#compare(this.#column(left), operator, right)
  }

  #compare(column: FilterColumn, operator: string, node: unknown): Part[] {
    const { value, isNumber } = this.#literal(node)
    if (operator !== '=' && operator !== '!=') this.#assertOrder(column, isNumber, node)
    return [`${operand(column)} ${operator} `, ...this.#fitted(column, value, node)]
  }

  /** `<` on a type that is compared as its text would mean the order of letters; so would 9 < "10". */
  #assertOrder({ name, type }: FilterColumn, isNumber: boolean, node: unknown): void {
    if (type.comparesAsText) {
      const message = `The column ${shown(name)} of type ${type.typeName} has no order; use =, !=, in or like.`
      throw this.#error('no-order', message, node)
    }
    if (isNumber && (type.patternCast === '' || type.literalCast === 'bpchar')) {
      const message = `The column ${shown(name)} of type ${type.typeName} is text and has no order of numbers; write the literal in quotes to compare texts.`
      throw this.#error('no-order', message, node)
    }
  }

  #like([left, right]: readonly unknown[]): Part[] {
    const column = this.#column(left)
    const pattern = this.#text('like', right)
    if (endsInEscape(pattern))
      throw this.#error(
        'literal',
        `The pattern ${shown(pattern)} ends in a lone backslash; write two.`,
        right,
      )
    return this.#matches(column, ' like ', this.#counted(column, pattern, right))
  }

  /** `equals` with case is a plain comparison, so that an index may serve it. */
  #textMatch(name: string, [left, right, flag]: readonly unknown[]): Part[] {
    const column = this.#column(left)
    const isCaseSensitive = flag === undefined || this.#flag(name, flag)
    if (isCaseSensitive && name === 'equals') return this.#compare(column, '=', right)
    if (isCaseSensitive && name === 'notEqualTo') return this.#compare(column, '!=', right)
    const { isNegated, patternOf } = findTextMatch(name) ?? { isNegated: false, patternOf: String }
    const pattern = patternOf(this.#text(name, right))
    const operator = `${isNegated ? ' not' : ''} ${isCaseSensitive ? 'like' : 'ilike'} `
    return this.#matches(column, operator, this.#counted(column, pattern, right))
  }

  #matches({ name, type }: FilterColumn, operator: string, pattern: LiteralPart): Part[] {
    return [`${quoteIdentifier(name)}${type.patternCast}${operator}`, pattern, '::text']
  }

  /** As PQL has it, `notIn` is false, not unknown, for a null. */
  #list(name: string, [left, right]: readonly unknown[]): Part[] {
    const column = this.#column(left)
    const { value } = this.#literal(right)
    if (!Array.isArray(value))
      throw this.#error('literal', `The second parameter of "${name}" must be a list.`, right)
    const isIn = name === 'in'
    const notNull = isIn ? '' : `${quoteIdentifier(column.name)} is not null`
    if (value.length === 0) return [isIn ? 'false' : notNull]
    const items = value.map((item) => this.#fitted(column, item, right))
    const before = isIn ? `${operand(column)} in (` : `${notNull} and ${operand(column)} not in (`
    return [before, ...items.flatMap((item, index) => (index === 0 ? item : [', ', ...item])), ')']
  }

  #column(node: unknown): FilterColumn {
    if (!isObject(node) || node['nodeType'] !== 'fieldLookup' || typeof node['fieldName'] !== 'string') {
      const message = 'A function needs a column: an object with nodeType "fieldLookup" and a fieldName.'
      throw this.#error('syntax', message, node)
    }
    const { fieldName, object } = node
    if (isObject(object) && object['nodeType'] === 'fieldLookup')
      throw this.#error(
        'syntax',
        `The column ${shown(fieldName)} is looked up in another; columns have no paths.`,
        node,
      )
    const column = this.#columns.get(fieldName)
    if (column === undefined) throw this.#unknownColumn(fieldName, node)
    return column
  }

  #literal(node: unknown): { readonly value: unknown; readonly isNumber: boolean } {
    if (!isLiteral(node)) {
      const message = 'A column is compared with a literal: an object with nodeType "literal" and a value.'
      throw this.#error('syntax', message, node)
    }
    const { value, literalType } = node
    return {
      value,
      isNumber: typeof value === 'number' || literalType === 'Integer' || literalType === 'Double',
    }
  }

  #text(name: string, node: unknown): string {
    const { value, isNumber } = this.#literal(node)
    if (typeof value === 'string' && !isNumber) return value
    throw this.#error('literal', `The second parameter of "${name}" must be a string.`, node)
  }

  #flag(name: string, node: unknown): boolean {
    const { value } = this.#literal(node)
    if (typeof value === 'boolean') return value
    throw this.#error(
      'literal',
      `The third parameter of "${name}", case sensitive, must be true or false.`,
      node,
    )
  }

  #fitted(column: FilterColumn, value: unknown, node: unknown): Part[] {
    const fitted = literalFor(column.type, value)
    if ('hint' in fitted) {
      const what = `${shown(value)} can't be compared with column ${shown(column.name)} of type ${column.type.typeName}.`
      throw this.#error('literal', `${what}${fitted.hint}`, node)
    }
    const literal = this.#counted(column, fitted.text, node)
    return [literal, fitted.cast === '' ? '' : `::${fitted.cast}`]
  }

  #counted({ name }: FilterColumn, text: string, node: unknown): LiteralPart {
    this.#count(1, text.length)
    if (text.includes('\0')) throw this.#error('literal', 'A literal must not contain a NUL character.', node)
    if (!text.isWellFormed())
      throw this.#error('literal', `The literal ${shown(text)} holds half of a character.`, node)
    return { text, column: name }
  }

  #count(items: number, characters: number): void {
    this.#items += items
    this.#characters += characters
    if (this.#items > MAX_ITEMS)
      throw new RowFilterError('too-large', `A filter may have ${MAX_ITEMS} conditions and literals.`)
    if (this.#characters > MAX_CHARACTERS)
      throw new RowFilterError('too-large', `The literals of a filter may have ${MAX_CHARACTERS} characters.`)
  }

  #unknownColumn(name: string, node: object): RowFilterError {
    const nearest = nearestKnown(name, [...this.#columns.keys()])
    const hint = nearest === undefined ? '' : ` Did you mean ${shown(nearest)}?`
    return this.#error('unknown-column', `There is no column ${shown(name)}.${hint}`, node)
  }

  #error(code: RowFilterCode, message: string, node: unknown): RowFilterError {
    return new RowFilterError(code, message, isObject(node) ? this.#places.get(node) : undefined)
  }
}

/** The column as it is compared. Money is compared as the number that it is, since as money a literal is rounded. */
function operand({ name, type }: FilterColumn): string {
  const cast = type.comparesAsText ? '::text' : type.literalCast === 'numeric::money' ? '::numeric' : ''
  return quoteIdentifier(name) + cast
}

function isLiteral(node: unknown): node is Record<string, unknown> {
  return isObject(node) && node['nodeType'] === 'literal' && 'value' in node
}

function arityOf({ min, max }: FilterFunction, fnName: string, given: number): string {
  const wanted = max === Number.POSITIVE_INFINITY ? 'at least one' : min === max ? min : `${min} or ${max}`
  const noun = max === 1 || max === Number.POSITIVE_INFINITY ? 'parameter' : 'parameters'
  return `The function ${shown(fnName)} takes ${wanted} ${noun}, ${given} are given.`
}

import { isObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import { RowFilterError } from './row-filter-error.ts'
import { literalFor } from './row-filter-literal.ts'

/** A condition for a `where`, in the two forms that statements take. */
export interface RowFilter {
  /** With `$1`, `$2`, … for `values`. */
  readonly sql: string
  readonly values: readonly string[]
  /** The same with quoted literals, for COPY. */
  readonly literalSql: string
}

export interface FilterColumn {
  readonly name: string
  readonly type: PostgresColumnType
}

/** Deeper filters are refused before they exhaust anything. */
const MAX_DEPTH = 64
const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>='])

/**
 * Compiles a row filter in PQL's JSON form, with or without its envelope `{type, format, value}`. Columns are
 * checked against `columns`; every literal is cast to its column's type.
 * @throws RowFilterError for an unknown column or function, a wrong number of parameters, an unfit literal
 */
export function compileRowFilter(filter: unknown, columns: readonly FilterColumn[]): RowFilter {
  const node = isObject(filter) && 'value' in filter && !('nodeType' in filter) ? filter['value'] : filter
  const compiler = new Compiler(columns)
  const parts = compiler.condition(node, 0)
  const values: string[] = []
  const sql = parts
    .map((part) => (typeof part === 'string' ? part : `$${values.push(part.literal)}`))
    .join('')
  const literalSql = parts
    .map((part) => (typeof part === 'string' ? part : quoteLiteral(part.literal)))
    .join('')
  return { sql, values, literalSql }
}

/** A condition under construction: pieces of SQL, and literals between them. */
type Part = string | { readonly literal: string }

class Compiler {
  readonly #columns: ReadonlyMap<string, FilterColumn>

  constructor(columns: readonly FilterColumn[]) {
    this.#columns = new Map(columns.map((column) => [column.name, column]))
  }

  condition(node: unknown, depth: number): Part[] {
    if (depth > MAX_DEPTH) throw new RowFilterError(`The filter is nested deeper than ${MAX_DEPTH} levels.`)
    if (!isObject(node) || node['nodeType'] !== 'fnApply') {
      throw new RowFilterError('A condition must be an object with nodeType "fnApply".')
    }
    const { fnName, params } = node
    if (typeof fnName !== 'string') throw new RowFilterError('A function needs a name in fnName.')
    if (!Array.isArray(params)) throw new RowFilterError(`The function "${fnName}" needs a list of params.`)
    return this.#apply(fnName, params, depth)
  }

  #apply(fnName: string, params: readonly unknown[], depth: number): Part[] {
    const name = fnName.trim().toLowerCase()
    const operator = name === '==' ? '=' : name
    if (COMPARISONS.has(operator)) return this.#compare(operator, pair(fnName, params))
    switch (operator) {
      case 'and':
      case 'or':
        return this.#join(operator, fnName, params, depth)
      case 'not':
        return ['not (', ...this.condition(single(fnName, params), depth + 1), ')']
      case 'like':
        return this.#like(pair(fnName, params))
      case 'in':
        return this.#among(pair(fnName, params))
      case 'isnull':
        return [`${quoteIdentifier(this.#column(single(fnName, params)).name)} is null`]
      default:
        throw new RowFilterError(`The function "${fnName}" is not known; use ${FUNCTION_LIST}.`)
    }
  }

  #join(operator: string, fnName: string, params: readonly unknown[], depth: number): Part[] {
    if (params.length === 0)
      throw new RowFilterError(`The function "${fnName}" needs at least one parameter.`)
    const conditions = params.map((param) => ['(', ...this.condition(param, depth + 1), ')'])
    return conditions.flatMap((parts, index) => (index === 0 ? parts : [` ${operator} `, ...parts]))
  }

  #compare(operator: string, [left, right]: readonly [unknown, unknown]): Part[] {
    const column = this.#column(left)
    return [`${operand(column)} ${operator} `, ...castLiteral(column, literalOf(right))]
  }

  #like([left, right]: readonly [unknown, unknown]): Part[] {
    const column = this.#column(left)
    const pattern = literalOf(right)
    if (typeof pattern !== 'string')
      throw new RowFilterError('The second parameter of "like" must be a string.')
    const isText = column.type.literalCast === 'text' && !column.type.comparesAsText
    const subject = quoteIdentifier(column.name) + (isText ? '' : '::text')
    return [`${subject} like `, { literal: checked(pattern) }, '::text']
  }

  #among([left, right]: readonly [unknown, unknown]): Part[] {
    const column = this.#column(left)
    const list = literalOf(right)
    if (!Array.isArray(list)) throw new RowFilterError('The second parameter of "in" must be a list.')
    if (list.length === 0) return ['false']
    const items = list.map((item) => castLiteral(column, item))
    return [
      `${operand(column)} in (`,
      ...items.flatMap((item, index) => (index === 0 ? item : [', ', ...item])),
      ')',
    ]
  }

  #column(node: unknown): FilterColumn {
    if (!isObject(node) || node['nodeType'] !== 'fieldLookup' || typeof node['fieldName'] !== 'string') {
      throw new RowFilterError(
        'The first parameter must be an object with nodeType "fieldLookup" and a fieldName.',
      )
    }
    const column = this.#columns.get(node['fieldName'])
    if (column) return column
    const nearest = nearestName(node['fieldName'], this.#columns.keys())
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`
    throw new RowFilterError(`There is no column "${node['fieldName']}".${hint}`)
  }
}

const FUNCTION_LIST = '=, !=, <, <=, >, >=, like, in, isNull, and, or, not'

function operand(column: FilterColumn): string {
  return quoteIdentifier(column.name) + (column.type.comparesAsText ? '::text' : '')
}

function castLiteral(column: FilterColumn, value: unknown): Part[] {
  const { text, cast } = literalFor(column, value)
  return [{ literal: checked(text) }, cast === '' ? '' : `::${cast}`]
}

function checked(text: string): string {
  if (text.includes('\0')) throw new RowFilterError('A literal must not contain a NUL character.')
  return text
}

function literalOf(node: unknown): unknown {
  if (!isObject(node) || node['nodeType'] !== 'literal' || !('value' in node)) {
    throw new RowFilterError('The second parameter must be an object with nodeType "literal" and a value.')
  }
  return node['value']
}

function single(fnName: string, params: readonly unknown[]): unknown {
  if (params.length !== 1) throw arity(fnName, 1, params.length)
  return params[0]
}

function pair(fnName: string, params: readonly unknown[]): readonly [unknown, unknown] {
  if (params.length !== 2) throw arity(fnName, 2, params.length)
  return [params[0], params[1]]
}

function arity(fnName: string, wanted: number, given: number): RowFilterError {
  return new RowFilterError(`The function "${fnName}" takes ${wanted} parameters, ${given} are given.`)
}

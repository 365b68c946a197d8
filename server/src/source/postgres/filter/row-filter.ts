import { quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import { ConditionCompiler, type LiteralPart, type Part } from './compile-condition.ts'
import { readFilter } from './filter-document.ts'

/** A condition for a `where`, in the two forms that statements take. */
export interface RowFilter {
  /** With `$1`, `$2`, … for `values`. */
  readonly sql: string
  readonly values: readonly string[]
  /** The same with quoted literals, for COPY. */
  readonly literalSql: string
  /** Where the literals stand in `literalSql`. */
  readonly literals: readonly PlacedLiteral[]
}

export interface PlacedLiteral extends LiteralPart {
  /** Offset behind its last character. */
  readonly end: number
}

export interface FilterColumn {
  readonly name: string
  readonly type: PostgresColumnType
}

/**
 * Compiles a row filter, in PQL's JSON form or its text form, with or without the envelope `{type, format,
 * value}`. Columns are checked against `columns`; every literal is cast to its column's type.
 * @throws RowFilterError for an unknown column or function, a wrong number of parameters, an unfit literal, a
 *   text that can't be parsed, and a filter beyond the limits
 */
export function compileRowFilter(filter: unknown, columns: readonly FilterColumn[]): RowFilter {
  const { node, places } = readFilter(filter)
  const parts = new ConditionCompiler(columns, places).condition(node, 0)
  const values: string[] = []
  const sql = parts.map((part) => (typeof part === 'string' ? part : `$${values.push(part.text)}`)).join('')
  return { sql, values, ...quoted(parts) }
}

function quoted(parts: readonly Part[]): Pick<RowFilter, 'literalSql' | 'literals'> {
  const pieces: string[] = []
  const literals: PlacedLiteral[] = []
  let end = 0
  for (const part of parts) {
    const piece = typeof part === 'string' ? part : quoteLiteral(part.text)
    pieces.push(piece)
    end += piece.length
    if (typeof part !== 'string') literals.push({ ...part, end })
  }
  return { literalSql: pieces.join(''), literals }
}

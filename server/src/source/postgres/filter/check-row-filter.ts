import type { Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import type { PlacedLiteral, RowFilter } from './row-filter.ts'
import { RowFilterError, shown } from './row-filter-error.ts'

/**
 * Asks the server whether it takes a filter, without reading a row: planning converts every literal to the type
 * of its column and finds the operators.
 * @throws RowFilterError with the column and the literal that the server refuses
 * @throws SourceError for anything that is not the filter's fault
 */
export async function checkRowFilter(
  session: Session,
  relation: { readonly schema: string; readonly name: string },
  filter: RowFilter,
): Promise<void> {
  const before = `explain select from ${quoteQualified(relation.schema, relation.name)} where `
  try {
    await session.query(before + filter.literalSql)
  } catch (error) {
    if (!(error instanceof SourceError) || !REFUSALS.test(error.code)) throw error
    throw refusal(error, filter, before)
  }
}

/** Data exceptions; no such function or operator, or an ambiguous one; types that don't match; not supported. */
const REFUSALS = /^(?:22...|42883|42725|42804|42P22|0A000)$/

/** PostgreSQL repeats the literal in its message, however long it is. */
const MAX_REASON = 200

function refusal(error: SourceError, { literalSql, literals }: RowFilter, before: string): RowFilterError {
  const { message, position } = error.cause as { readonly message: string; readonly position?: string }
  const literal =
    position === undefined
      ? sole(literals)
      : literalAt(position, before + literalSql, before.length, literals)
  const what =
    literal === undefined ? 'the filter' : `${shown(literal.text)} for column ${shown(literal.column)}`
  return new RowFilterError('refused', `PostgreSQL refuses ${what}: ${message.slice(0, MAX_REASON)}.`)
}

/** The literal at, or next after, the place that the server complains of; it counts characters from 1. */
function literalAt(
  position: string,
  sql: string,
  start: number,
  literals: readonly PlacedLiteral[],
): PlacedLiteral | undefined {
  const offset = [...sql].slice(0, Number(position) - 1).join('').length - start
  return literals.find(({ end }) => end > offset)
}

function sole(literals: readonly PlacedLiteral[]): PlacedLiteral | undefined {
  return literals.length === 1 ? literals[0] : undefined
}

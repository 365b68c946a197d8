import type { Session } from '#source/postgres/connect/session.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'
import type { RelationShape } from './describe-relation.ts'

/** Numbers of one width, of a type that sets no bounds. */
export interface NumberWidth {
  /** Digits before the point; 0 below one. */
  readonly wholeDigits: number
  /** Digits after it, without zeros at the end. */
  readonly scale: number
  /** How many of them there were among the rows that were looked at. */
  readonly count: number
}

/** So many rows are looked at: enough to see the kind of numbers, little enough for a table of any size. */
const LOOKED_AT_ROWS = 10_000

interface Row {
  readonly whole_digits: number
  readonly scale: number
  readonly count: number
}

/** Looks at some rows of a relation, in no order; NaN and the infinities have no width. Each column by itself. */
export async function measureNumbers(
  session: Session,
  { schema, name }: Pick<RelationShape, 'schema' | 'name'>,
  columns: readonly string[],
): Promise<ReadonlyMap<string, readonly NumberWidth[]>> {
  const widths = new Map<string, readonly NumberWidth[]>()
  for (const column of columns) {
    const rows = await session.query<Row>(
      `select length(trim(leading '0' from trunc(abs(value))::text)) as whole_digits,
              length(rtrim(split_part(value::text, '.', 2), '0')) as scale, count(*)::int as count
         from (select ${quoteIdentifier(column)}::numeric as value
                 from ${quoteQualified(schema, name)} limit ${LOOKED_AT_ROWS}) seen
        where value::text ~ '^-?[0-9]'
        group by 1, 2`,
    )
    widths.set(
      column,
      rows.map(({ whole_digits: wholeDigits, scale, count }) => ({ wholeDigits, scale, count })),
    )
  }
  return widths
}

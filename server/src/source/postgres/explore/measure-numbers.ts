import type { Session } from '#source/postgres/connect/session.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'
import type { RelationShape } from './describe-relation.ts'

/** How wide numbers are whose type sets no bounds. */
export interface NumberWidth {
  /** Most digits before the point; 0 where no number was seen. */
  readonly wholeDigits: number
  /** Most digits after it. */
  readonly scale: number
}

/** So many rows are looked at: enough to see the kind of numbers, little enough for a table of any size. */
const LOOKED_AT_ROWS = 10_000

interface Row {
  readonly whole_digits: number | null
  readonly scale: number | null
}

/** Looks at some rows of a relation, in no order; NaN and the infinities have no width. Each column by itself. */
export async function measureNumbers(
  session: Session,
  { schema, name }: Pick<RelationShape, 'schema' | 'name'>,
  columns: readonly string[],
): Promise<ReadonlyMap<string, NumberWidth>> {
  const widths = new Map<string, NumberWidth>()
  for (const column of columns) {
    const [row] = await session.query<Row>(
      `select max(length(trunc(abs(value))::text)) as whole_digits, max(scale(value)) as scale
         from (select ${quoteIdentifier(column)}::numeric as value
                 from ${quoteQualified(schema, name)} limit ${LOOKED_AT_ROWS}) seen
        where value::text ~ '^-?[0-9]'`,
    )
    widths.set(column, { wholeDigits: row?.whole_digits ?? 0, scale: row?.scale ?? 0 })
  }
  return widths
}

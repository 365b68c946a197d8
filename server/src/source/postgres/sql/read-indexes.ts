import type { Session } from '#source/postgres/connect/session.ts'

export interface RelationIndex {
  readonly name: string
  /** `btree`, `brin` … */
  readonly method: string
  readonly isPrimary: boolean
  readonly isUnique: boolean
  /** Names in the index's order; of an index over expressions, only the first columns before one. */
  readonly columns: readonly string[]
  /** Each of its keys is a column. */
  readonly isOfColumns: boolean
}

interface Row {
  readonly name: string
  readonly method: string
  readonly is_primary: boolean
  readonly is_unique: boolean
  readonly keys: readonly (string | null)[]
}

/** The indexes that hold every row and are fit for use, by name. */
export async function readIndexes(session: Session, oid: number): Promise<RelationIndex[]> {
  const rows = await session.query<Row>(
    `select c.relname::text as name, am.amname::text as method, i.indisprimary as is_primary,
            i.indisunique as is_unique,
            array(select a.attname::text
                    from unnest(i.indkey::smallint[]) with ordinality as key(attnum, place)
                    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
                   where key.place <= i.indnkeyatts
                   order by key.place) as keys
       from pg_catalog.pg_index i
       join pg_catalog.pg_class c on c.oid = i.indexrelid
       join pg_catalog.pg_am am on am.oid = c.relam
      where i.indrelid = $1 and i.indisvalid and i.indisready and i.indpred is null
      order by c.relname`,
    [oid],
  )
  return rows.map(toIndex)
}

/** A key that is no column, but an expression, has no name. */
function toIndex({ name, method, is_primary, is_unique, keys }: Row): RelationIndex {
  const expression = keys.indexOf(null)
  const columns = expression < 0 ? keys : keys.slice(0, expression)
  return {
    name,
    method,
    isPrimary: is_primary,
    isUnique: is_unique,
    columns: columns.map(String),
    isOfColumns: expression < 0,
  }
}

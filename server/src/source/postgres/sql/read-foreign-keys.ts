import type { Session } from '#source/postgres/connect/session.ts'

export interface ForeignKey {
  readonly name: string
  readonly columns: readonly string[]
  /** Schema and name of the relation that it points to, and the columns there. */
  readonly references: readonly [string, string]
  readonly referencedColumns: readonly string[]
}

interface Row {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: readonly [string, string]
  readonly target_columns: readonly string[]
}

/** The foreign keys of a relation, by name; those that partitions got from their root once. */
export async function readForeignKeys(session: Session, oid: number): Promise<ForeignKey[]> {
  const rows = await session.query<Row>(
    `select k.conname::text as name, array[n.nspname::text, c.relname::text] as target,
            array(select a.attname::text from unnest(k.conkey) with ordinality as key(attnum, place)
                    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.attnum
                   order by key.place) as columns,
            array(select a.attname::text from unnest(k.confkey) with ordinality as key(attnum, place)
                    join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = key.attnum
                   order by key.place) as target_columns
       from pg_catalog.pg_constraint k
       join pg_catalog.pg_class c on c.oid = k.confrelid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid
      where k.conrelid = $1 and k.contype = 'f' and (parent.oid is null or parent.conrelid <> k.conrelid)
      order by k.conname`,
    [oid],
  )
  return rows.map(({ name, columns, target, target_columns }) => ({
    name,
    columns,
    references: target,
    referencedColumns: target_columns,
  }))
}

import type { Session } from '#source/postgres/connect/session.ts'

/** Names of the primary key's columns in the key's order; empty without a key. */
export async function readPrimaryKey(session: Session, oid: number): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select a.attname::text as name
       from pg_catalog.pg_index i
       cross join lateral unnest(i.indkey::smallint[]) with ordinality as key(attnum, place)
       join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
      where i.indrelid = $1 and i.indisprimary and key.place <= i.indnkeyatts
      order by key.place`,
    [oid],
    { isPrepared: true },
  )
  return rows.map((row) => row.name)
}

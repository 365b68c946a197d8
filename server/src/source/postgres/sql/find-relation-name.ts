import type { Session } from '#source/postgres/connect/session.ts'

/** Schema and name of a relation as it is called now; `undefined` when it is gone. */
export async function findRelationName(
  session: Session,
  oid: number,
): Promise<readonly [schema: string, name: string] | undefined> {
  const [row] = await session.query<{ schema: string; name: string }>(
    `select n.nspname::text as schema, c.relname::text as name
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.oid = $1`,
    [oid],
  )
  return row && [row.schema, row.name]
}

import type { Session } from '#source/postgres/connect/session.ts'

/** What a person wants to know of a relation, and reading it doesn't need. */
export interface RelationFacts {
  readonly comment?: string | undefined
  readonly isUnlogged: boolean
  readonly isPartition: boolean
  /** `RANGE (placed_at)` for a partitioned table. */
  readonly partitionKey?: string | undefined
  /** Schema and name of what it is a partition of, or inherits from first. */
  readonly parent?: readonly [string, string] | undefined
}

interface Row {
  readonly comment: string | null
  readonly is_unlogged: boolean
  readonly is_partition: boolean
  readonly partition_key: string | null
  readonly parent: readonly [string, string] | null
}

/** `undefined` when the relation is gone. */
export async function readRelationFacts(session: Session, oid: number): Promise<RelationFacts | undefined> {
  const [row] = await session.query<Row>(
    `select pg_catalog.obj_description(c.oid, 'pg_class') as comment, c.relpersistence = 'u' as is_unlogged,
            c.relispartition as is_partition,
            case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as partition_key,
            (select array[n.nspname::text, p.relname::text]
               from pg_catalog.pg_inherits i
               join pg_catalog.pg_class p on p.oid = i.inhparent
               join pg_catalog.pg_namespace n on n.oid = p.relnamespace
              where i.inhrelid = c.oid and i.inhseqno = 1) as parent
       from pg_catalog.pg_class c
      where c.oid = $1`,
    [oid],
  )
  if (!row) return undefined
  return {
    ...(row.comment === null ? {} : { comment: row.comment }),
    isUnlogged: row.is_unlogged,
    isPartition: row.is_partition,
    ...(row.partition_key === null ? {} : { partitionKey: row.partition_key }),
    ...(row.parent === null ? {} : { parent: row.parent }),
  }
}

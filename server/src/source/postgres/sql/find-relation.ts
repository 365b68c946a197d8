import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationName } from '#source/postgres/explore/relation-path.ts'

export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table'

export interface FoundRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly estimatedRows: number | undefined
  readonly hasChildren: boolean
  readonly isReadable: boolean
  /** Row-level security filters what this user sees of it. */
  readonly isFiltered: boolean
}

interface Row {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly tuples: number
  readonly has_children: boolean
  readonly is_readable: boolean
  readonly is_filtered: boolean
}

export const RELATION_KINDS: ReadonlyMap<string, RelationKind> = new Map<string, RelationKind>([
  ['r', 'table'],
  ['p', 'partitioned table'],
  ['v', 'view'],
  ['m', 'materialized view'],
  ['f', 'foreign table'],
])

/** The relation of that name; without a schema the one that an unqualified name means to this user. */
export async function findRelation(
  session: Session,
  relation: RelationName,
): Promise<FoundRelation | undefined> {
  const [row] = await session.query<Row>(
    `select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
            c.reltuples as tuples, c.relhassubclass as has_children,
            has_schema_privilege(n.oid, 'usage')
              and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')) as is_readable,
            pg_catalog.row_security_active(c.oid) as is_filtered
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and case when $2::text is null then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = $2 end`,
    [relation.name, relation.schema ?? null],
  )
  if (!row) return undefined
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    kind: RELATION_KINDS.get(row.kind) ?? 'table',
    // -1 since PostgreSQL 14, and 0 before, is "never counted".
    estimatedRows: row.tuples > 0 ? row.tuples : undefined,
    hasChildren: row.has_children,
    isReadable: row.is_readable,
    isFiltered: row.is_filtered,
  }
}

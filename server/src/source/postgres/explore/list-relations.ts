import type { Session } from '#source/postgres/connect/session.ts'
import { RELATION_KINDS, type RelationKind } from '#source/postgres/sql/find-relation.ts'
import { formatRelationPath } from './relation-path.ts'

/** One relation that the user may read. */
export interface ListedRelation {
  /** As `explore` tells them apart: everything that stores rows is a table. */
  readonly type: 'table' | 'view'
  readonly kind: RelationKind
  readonly schema: string
  readonly name: string
  /** What `parseRelationPath` takes back. */
  readonly path: string
}

export interface ListRelationsOptions {
  /** Partitions of a listed root are left out unless asked for. */
  readonly includePartitions?: boolean | undefined
}

interface Row {
  readonly schema: string
  readonly name: string
  readonly kind: string
}

/** Everything readable outside of the system's schemas, sorted by path. */
export async function listRelations(
  session: Session,
  options: ListRelationsOptions = {},
): Promise<ListedRelation[]> {
  const rows = await session.query<Row>(
    `select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        and ($1::boolean or not c.relispartition)
        and has_schema_privilege(n.oid, 'usage')
        and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select'))`,
    [options.includePartitions ?? false],
  )
  return rows.map(toListed).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function toListed({ schema, name, kind }: Row): ListedRelation {
  return {
    type: kind === 'v' || kind === 'm' ? 'view' : 'table',
    kind: RELATION_KINDS.get(kind) ?? 'table',
    schema,
    name,
    path: formatRelationPath(schema, name),
  }
}

import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationName } from '#source/postgres/explore/relation-path.ts'
import { movedOn } from '#source/postgres/failures/moved-on.ts'
import { quoteIdentifier, quoteQualified } from './quote.ts'
import { countedRows, type RelationKind, relationKindOf } from './relation-kinds.ts'
import { IS_READABLE_KIND } from './user-relations.ts'

export interface FoundRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly estimatedRows: number | undefined
  readonly hasChildren: boolean
  readonly isReadable: boolean
  /** The statements that would let this user read it; none when it may. */
  readonly missingGrants: readonly string[]
  /** Row-level security filters what this user sees of it. */
  readonly isFiltered: boolean
  /** False for a materialised view that was never refreshed: it can't be read. */
  readonly isPopulated: boolean
}

interface Row {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly tuples: number
  readonly has_children: boolean
  /** Null, like the next, of what has been dropped since the snapshot was taken: rights are those of the present. */
  readonly may_use_schema: boolean | null
  readonly may_select: boolean | null
  /** Quoted. */
  readonly grantee: string
  readonly is_filtered: boolean
  readonly is_populated: boolean
}

/**
 * The relation of that name; without a schema the one that an unqualified name means to this user.
 * @throws SourceError RELATION_ALTERED when the snapshot still shows what has been dropped
 */
export async function findRelation(
  session: Session,
  relation: RelationName,
): Promise<FoundRelation | undefined> {
  const [row] = await session.query<Row>(
    `select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
            c.reltuples as tuples, c.relhassubclass as has_children,
            has_schema_privilege(n.oid, 'usage') as may_use_schema,
            has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select') as may_select,
            quote_ident(current_user) as grantee,
            pg_catalog.row_security_active(c.oid) as is_filtered, c.relispopulated as is_populated
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1 and ${IS_READABLE_KIND}
        and case when $2::text is null then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = $2 end`,
    [relation.name, relation.schema ?? null],
    { isPrepared: true },
  )
  if (!row) return undefined
  if (row.may_use_schema === null || row.may_select === null)
    throw movedOn('RELATION_ALTERED', `The relation ${row.schema}.${row.name} was dropped or replaced`)
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    kind: relationKindOf(row.kind),
    estimatedRows: countedRows(row.tuples, row.kind, session.serverMajor),
    hasChildren: row.has_children,
    isReadable: row.may_use_schema && row.may_select,
    missingGrants: missingGrants(row),
    isFiltered: row.is_filtered,
    isPopulated: row.is_populated,
  }
}

function missingGrants({ schema, name, grantee, may_use_schema, may_select }: Row): readonly string[] {
  return [
    ...(may_use_schema ? [] : [`GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${grantee};`]),
    ...(may_select ? [] : [`GRANT SELECT ON ${quoteQualified(schema, name)} TO ${grantee};`]),
  ]
}

import type { RelationName } from '#source/postgres/explore/relation-path.ts'
import { IS_OF_USERS, IS_READABLE_KIND } from './user-relations.ts'

/** Which relations a listing is to show, and where it goes on. */
export interface RelationSelection {
  /** Partitions are left out unless asked for: their root stands for them. */
  readonly includePartitions?: boolean | undefined
  /** Only those of this schema. */
  readonly schema?: string | undefined
  /** Only those with this text in `schema.name`; case doesn't matter. */
  readonly search?: string | undefined
  /** Another way to write `search`: without the quotes of a path. */
  readonly searchUnquoted?: string | undefined
  /** Only those that come after this one. */
  readonly after?: Required<RelationName> | undefined
}

/** A row of {@link SELECT_RELATIONS}. */
export interface SelectedRelation {
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly tuples: number
  readonly pages: number
  readonly block_size: string
  readonly is_unlogged: boolean
  readonly is_partition: boolean
  readonly is_populated: boolean
  /** Schema and name of what it is a partition of, or inherits from first. */
  readonly parent: readonly [string, string] | null
  readonly comment: string | null
}

/**
 * Everything readable outside of the system's schemas, by schema and name in the order of their bytes (the type
 * `name` knows no other); parameters as {@link selectionParameters} gives them.
 *
 * Privileges cost most, so they are asked for last, of as many rows as are fetched: `offset 0` keeps the planner
 * from asking before it sorts. Sizes of files are not shown, because they would cost ten times as much as the
 * rest; the pages of the last VACUUM or ANALYZE cost nothing.
 */
export const SELECT_RELATIONS = `
  select c.schema::text as schema, c.name::text as name, c.kind::text as kind, c.tuples, c.pages,
         current_setting('block_size') as block_size, c.is_unlogged, c.is_partition, c.is_populated,
         (select array[n.nspname::text, p.relname::text]
            from pg_catalog.pg_inherits i
            join pg_catalog.pg_class p on p.oid = i.inhparent
            join pg_catalog.pg_namespace n on n.oid = p.relnamespace
           where i.inhrelid = c.oid and i.inhseqno = 1) as parent,
         (select d.description from pg_catalog.pg_description d
           where d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid = 0) as comment
    from (select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, c.reltuples as tuples,
                 c.relpages as pages, c.relpersistence = 'u' as is_unlogged, c.relispartition as is_partition,
                 c.relispopulated as is_populated
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
           where ${IS_READABLE_KIND} and ${IS_OF_USERS}
             and ($1::boolean or not c.relispartition)
             and ($2::text is null or n.nspname::text = $2)
             and ($3::text is null
                  or strpos(lower((n.nspname::text || '.' || c.relname::text) collate "default"),
                            lower($3 collate "default")) > 0
                  or strpos(lower((n.nspname::text || '.' || c.relname::text) collate "default"),
                            lower($4::text collate "default")) > 0)
             and ($5::name is null or (n.nspname, c.relname) > ($5::name, $6::name))
             and has_schema_privilege(n.oid, 'usage')
           order by n.nspname, c.relname
          offset 0) c
   where has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')
   order by c.schema, c.name`

/** The values of {@link SELECT_RELATIONS}, $1 to $6. */
export function selectionParameters(selection: RelationSelection): unknown[] {
  const { includePartitions = false, schema, search, searchUnquoted, after } = selection
  return [
    includePartitions,
    schema ?? null,
    search ?? null,
    searchUnquoted ?? null,
    after?.schema ?? null,
    after?.name ?? null,
  ]
}

import type { Session } from '#source/postgres/connect/session.ts'
import { countedRows } from './relation-kinds.ts'

/** One relation that stores rows of the relation asked for: itself, a partition, or an inheriting child. */
export interface StoredLeaf {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** Blocks of the heap; 0 where there is none of our own (foreign tables). */
  readonly blocks: number
  /** Heap and out-of-line values. */
  readonly sizeBytes: number
  /** Rows can be addressed by block: it is PostgreSQL's own heap. */
  readonly isAddressable: boolean
  /** The user may read all of it under its own name. */
  readonly isReadable: boolean
  /** Row-level security filters what this user sees of it. */
  readonly isFiltered: boolean
  /** Rows and blocks as VACUUM or ANALYZE last counted them; absent before the first. */
  readonly counted?: { readonly rows: number; readonly blocks: number } | undefined
}

interface Row {
  readonly oid: string
  readonly schema: string
  readonly kind: string
  readonly tuples: number
  readonly pages: number
  readonly name: string
  readonly heap_bytes: string
  readonly toast_bytes: string
  readonly block_size: string
  readonly is_heap: boolean
  readonly is_readable: boolean
  readonly is_filtered: boolean
}

/**
 * The relation's leaves, in the order of their names, found through partitioning and inheritance alike.
 * Views have none. Sizes are those of the files now, not of the last ANALYZE. The limit makes the planner look each
 * leaf up, as it expects a tree to be large and would read the whole catalogue for one table.
 */
export async function readStorage(
  session: Session,
  oid: number,
): Promise<{ leaves: StoredLeaf[]; blockBytes: number }> {
  const rows = await session.query<Row>(
    `with recursive tree as (
       select $1::oid as oid
       union
       select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.oid
     )
     select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
            c.reltuples as tuples, c.relpages as pages,
            case when c.relkind = 'f' then 0 else coalesce(pg_catalog.pg_relation_size(c.oid), 0) end as heap_bytes,
            case when c.reltoastrelid = 0 then 0
                 else coalesce(pg_catalog.pg_relation_size(c.reltoastrelid), 0) end as toast_bytes,
            current_setting('block_size') as block_size,
            coalesce(am.amname = 'heap', false) and c.relkind in ('r', 'm') as is_heap,
            has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as is_readable,
            pg_catalog.row_security_active(c.oid) as is_filtered
       from tree
      cross join lateral (select * from pg_catalog.pg_class where oid = tree.oid limit 1) c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       left join pg_catalog.pg_am am on am.oid = c.relam
      where c.relkind in ('r', 'm', 'f')
      order by 2, 3`,
    [oid],
    { isPrepared: true },
  )
  const blockBytes = Number(rows[0]?.block_size ?? 8192)
  return { leaves: rows.map((row) => toLeaf(row, blockBytes, session.serverMajor)), blockBytes }
}

function toLeaf(row: Row, blockBytes: number, serverMajor: number): StoredLeaf {
  const rows = countedRows(row.tuples, row.kind, serverMajor)
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    blocks: Number(row.heap_bytes) / blockBytes,
    sizeBytes: Number(row.heap_bytes) + Number(row.toast_bytes),
    isAddressable: row.is_heap,
    isReadable: row.is_readable,
    isFiltered: row.is_filtered,
    ...(rows === undefined ? {} : { counted: { rows, blocks: row.pages } }),
  }
}

import type { Session } from '#source/postgres/connect/session.ts'

/** What a person wants to know of a column, and reading it doesn't need. */
export interface ColumnFacts {
  readonly name: string
  /** Where its values come from when a writer gives none. */
  readonly generated?: 'stored' | 'virtual' | 'identity' | undefined
  /** The default as SQL; absent for generated columns. */
  readonly defaultSql?: string | undefined
  /** Dimensions as declared, which PostgreSQL does not enforce; absent for what is no array. */
  readonly arrayDimensions?: number | undefined
  /** The type below the domain, which the column's own type name doesn't show. */
  readonly domainOf?: string | undefined
  /** Labels in their order, of an enum or of an array's elements. */
  readonly enumValues?: readonly string[] | undefined
  /** From -1 to 1: how well the order of values follows the order of rows on disk, from the last ANALYZE. */
  readonly correlation?: number | undefined
}

interface Row {
  readonly name: string
  readonly generated: string
  readonly identity: string
  readonly default_sql: string | null
  readonly dimensions: number
  readonly domain_of: string | null
  readonly labels: readonly string[] | null
  readonly correlation: number | null
}

/** The facts of the columns that the user may read. `pg_stats` shows only what the user may read. */
export async function readColumnFacts(
  session: Session,
  { oid, schema, name }: { readonly oid: number; readonly schema: string; readonly name: string },
): Promise<ColumnFacts[]> {
  const rows = await session.query<Row>(
    `with recursive chain as (
       select a.attnum, a.atttypid as type_oid, a.atttypmod as typmod, a.attndims::int as dimensions, 0 as depth
         from pg_catalog.pg_attribute a
        where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
       union all
       select chain.attnum, t.typbasetype, case when chain.typmod < 0 then t.typtypmod else chain.typmod end,
              greatest(chain.dimensions, t.typndims), chain.depth + 1
         from chain join pg_catalog.pg_type t on t.oid = chain.type_oid
        where t.typtype = 'd'
     ), base as (
       select distinct on (attnum) * from chain order by attnum, depth desc
     ), stats as (
       select s.attname, s.correlation
         from pg_catalog.pg_stats s
        where s.schemaname = $2::name and s.tablename = $3::name and not s.inherited
     )
     select a.attname::text as name, a.attgenerated::text as generated, a.attidentity::text as identity,
            case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as default_sql,
            case when t.typcategory = 'A' then base.dimensions else 0 end as dimensions,
            case when base.depth > 0 then pg_catalog.format_type(base.type_oid, base.typmod) end as domain_of,
            (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_catalog.pg_enum e
              where e.enumtypid = case when t.typcategory = 'A' then t.typelem else t.oid end) as labels,
            stats.correlation
       from pg_catalog.pg_attribute a
       join base using (attnum)
       join pg_catalog.pg_type t on t.oid = base.type_oid
       left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       left join stats on stats.attname = a.attname
      where a.attrelid = $1 and has_column_privilege(a.attrelid, a.attnum, 'select')
      order by a.attnum`,
    [oid, schema, name],
  )
  return rows.map(toFacts)
}

function toFacts(row: Row): ColumnFacts {
  const generated = generatedBy(row)
  return {
    name: row.name,
    ...(generated === undefined ? {} : { generated }),
    ...(row.default_sql === null ? {} : { defaultSql: row.default_sql }),
    ...(row.dimensions > 0 ? { arrayDimensions: row.dimensions } : {}),
    ...(row.domain_of === null ? {} : { domainOf: row.domain_of }),
    ...(row.labels === null ? {} : { enumValues: row.labels }),
    ...(row.correlation === null ? {} : { correlation: row.correlation }),
  }
}

function generatedBy({ generated, identity }: Row): ColumnFacts['generated'] {
  if (identity !== '') return 'identity'
  if (generated === 's') return 'stored'
  return generated === 'v' ? 'virtual' : undefined
}

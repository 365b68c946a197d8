import type { Session } from '#source/postgres/connect/session.ts'

/** What a shape tells of a relation besides its description. Names of members are those of the shape. */
export interface ShapeFacts {
  readonly columns: readonly ColumnShapeFacts[]
  readonly children: readonly string[]
  readonly childCount: number
  readonly queryDigest: string | null
}

export interface ColumnShapeFacts {
  readonly name: string
  readonly number: number
  readonly typeName: string
  readonly isNullable: boolean
  readonly isReadable: boolean
  readonly defaultSql: string | null
  readonly generated: 'stored' | 'virtual' | 'identity' | null
  readonly domainRules: readonly string[] | null
  readonly enumLabels: readonly { readonly number: number; readonly label: string }[] | null
}

const MAX_CHILDREN = 1_000

/**
 * All columns, those too that the user may not read, in ordinal order. Only what generated columns are made of speaks of
 * the relation; to name it for each default costs as much as the relation has columns.
 */
const COLUMN_FACTS = `
  with recursive chain as (
    select a.attnum, a.atttypid as type_oid, 0 as depth
      from pg_catalog.pg_attribute a
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
    union all
    select chain.attnum, t.typbasetype, chain.depth + 1
      from chain join pg_catalog.pg_type t on t.oid = chain.type_oid
     where t.typtype = 'd'
  ), base as (
    select distinct on (attnum) attnum, type_oid, depth from chain order by attnum, depth desc
  ), rule as (
    select chain.attnum, pg_catalog.pg_get_constraintdef(k.oid) as rule
      from chain join pg_catalog.pg_constraint k on k.contypid = chain.type_oid
    union
    select chain.attnum, 'NOT NULL'
      from chain join pg_catalog.pg_type t on t.oid = chain.type_oid
     where t.typtype = 'd' and t.typnotnull
  ), rules as (
    select attnum, pg_catalog.json_agg(rule order by rule) as rules from rule group by attnum
  ), labels as (
    select base.attnum,
           pg_catalog.json_agg(pg_catalog.json_build_object('number', e.oid::bigint, 'label', e.enumlabel)
                               order by e.enumsortorder) as labels
      from base
      join pg_catalog.pg_type t on t.oid = base.type_oid
      join pg_catalog.pg_enum e
        on e.enumtypid = case when t.typcategory = 'A' then t.typelem else t.oid end
     group by base.attnum
  )
  select a.attnum as number, a.attname::text as name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) as "typeName",
         not a.attnotnull as "isNullable",
         pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'select') as "isReadable",
         pg_catalog.pg_get_expr(d.adbin, case when a.attgenerated = '' then 0 else d.adrelid end) as "defaultSql",
         case when a.attidentity <> '' then 'identity' when a.attgenerated = 's' then 'stored'
              when a.attgenerated = 'v' then 'virtual' end as generated,
         case when base.depth > 0 then coalesce(rules.rules, '[]') end as "domainRules",
         labels.labels as "enumLabels"
    from pg_catalog.pg_attribute a
    join base using (attnum)
    left join rules using (attnum)
    left join labels using (attnum)
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1
   order by a.attnum`

const RELATION_FACTS = `
  with recursive tree as (
    select $1::oid as oid
    union
    select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.oid
  ), child as (
    select n.nspname || '.' || c.relname as name
      from tree
      join pg_catalog.pg_class c on c.oid = tree.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where tree.oid <> $1
  )
  select (select coalesce(pg_catalog.json_agg(name order by name), '[]')
            from (select name from child order by name limit ${MAX_CHILDREN}) first) as children,
         (select count(*)::int from child) as "childCount",
         (select case when relkind in ('v', 'm') then pg_catalog.md5(pg_catalog.pg_get_viewdef(oid)) end
            from pg_catalog.pg_class where oid = $1) as "queryDigest"`

export async function readShapeFacts(session: Session, oid: number): Promise<ShapeFacts> {
  type Columns = ColumnShapeFacts & Record<string, unknown>
  type Facts = Omit<ShapeFacts, 'columns'> & Record<string, unknown>
  const columns = await session.query<Columns>(COLUMN_FACTS, [oid], { isPrepared: true })
  const [facts] = await session.query<Facts>(RELATION_FACTS, [oid], { isPrepared: true })
  return { children: [], childCount: 0, queryDigest: null, ...facts, columns }
}

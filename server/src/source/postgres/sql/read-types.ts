import type { Session } from '#source/postgres/connect/session.ts'
import type { CatalogueAttribute, CatalogueType } from '#typemap/text-shape.ts'

interface Row {
  readonly oid: string
  readonly input_function: string
  readonly element_oid: string
  readonly delimiter: string
  readonly base_oid: string
  readonly typmod: number
  readonly subtype_oid: string
  readonly attributes: readonly CatalogueAttribute[]
}

/** These types and all that they are made of, by OID. */
export async function readTypes(
  session: Session,
  oids: readonly number[],
): Promise<ReadonlyMap<number, CatalogueType>> {
  const rows = await session.query<Row>(
    // Multiranges came with PostgreSQL 14; as JSON the catalogue has whichever columns there are.
    `with recursive part as (
       select distinct oid from unnest($1::oid[]) oid
       union
       select inside.oid
         from part
         join pg_catalog.pg_type t on t.oid = part.oid
        cross join lateral (
          select t.typelem where t.typelem <> 0
          union all select t.typbasetype where t.typbasetype <> 0
          union all select r.rngsubtype from pg_catalog.pg_range r
                     where r.rngtypid = t.oid or (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid
          union all select a.atttypid from pg_catalog.pg_attribute a
                     where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
        ) inside (oid)
     )
     select t.oid::text, p.proname::text as input_function, t.typelem::text as element_oid,
            t.typdelim::text as delimiter, t.typbasetype::text as base_oid, t.typtypmod as typmod,
            coalesce((select r.rngsubtype from pg_catalog.pg_range r
                       where r.rngtypid = t.oid or (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid), 0)::text
              as subtype_oid,
            coalesce((select json_agg(json_build_object(
                               'name', a.attname, 'typeOid', a.atttypid::bigint, 'typmod', a.atttypmod,
                               'typeName', pg_catalog.format_type(a.atttypid, a.atttypmod)) order by a.attnum)
                        from pg_catalog.pg_attribute a
                       where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0
                         and not a.attisdropped), '[]') as attributes
       from part
       join pg_catalog.pg_type t on t.oid = part.oid
       join pg_catalog.pg_proc p on p.oid = t.typinput`,
    [oids],
  )
  return new Map(rows.map((row) => [Number(row.oid), toType(row)]))
}

function toType(row: Row): CatalogueType {
  return {
    oid: Number(row.oid),
    inputFunction: row.input_function,
    elementOid: Number(row.element_oid),
    delimiter: row.delimiter,
    baseOid: Number(row.base_oid),
    typmod: row.typmod,
    subtypeOid: Number(row.subtype_oid),
    attributes: row.attributes,
  }
}

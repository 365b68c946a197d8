import type { Session } from '#source/postgres/connect/session.ts'
import {
  describePostgresType,
  type PostgresColumnType,
  type PostgresTypeFacts,
} from '#typemap/postgres-types.ts'
import { readTypes } from './read-types.ts'

export interface RelationColumn {
  readonly name: string
  readonly type: PostgresColumnType
  /** OID of the type, of a domain that of the type below it. */
  readonly baseTypeOid: number
  /** Of the base type; -1 for none. */
  readonly typmod: number
  readonly nullable: boolean
  readonly isGenerated: boolean
  readonly comment?: string | undefined
}

interface Row {
  readonly name: string
  readonly type_name: string
  readonly type_oid: string
  readonly base_type_oid: string
  readonly typmod: number
  readonly category: string
  readonly has_parts: boolean
  readonly not_null: boolean
  readonly is_generated: boolean
  readonly comment: string | null
}

/**
 * The columns that the user may read, in ordinal order. Domains are followed to their base type; the modifier
 * of a domain is that of the first one on the way which has one. Of a column that a snapshot still shows, and that is
 * gone, nobody knows who may read it: it counts, so that its loss is noticed.
 */
export async function readColumns(session: Session, oid: number): Promise<RelationColumn[]> {
  const rows = await session.query<Row>(
    `with recursive chain as (
       select a.attnum, a.atttypid as type_oid, a.atttypmod as typmod, 0 as depth
         from pg_catalog.pg_attribute a
        where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
       union all
       select chain.attnum, t.typbasetype, case when chain.typmod < 0 then t.typtypmod else chain.typmod end,
              chain.depth + 1
         from chain join pg_catalog.pg_type t on t.oid = chain.type_oid
        where t.typtype = 'd'
     ), base as (
       select distinct on (attnum) attnum, type_oid, typmod from chain order by attnum, depth desc
     )
     select a.attname::text as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type_name,
            a.atttypid::text as type_oid, base.type_oid::text as base_type_oid, base.typmod,
            t.typcategory::text as category,
            p.proname in (${PARTED}) as has_parts, a.attnotnull as not_null,
            a.attgenerated <> '' as is_generated, pg_catalog.col_description(a.attrelid, a.attnum) as comment
       from pg_catalog.pg_attribute a
       join base using (attnum)
       join pg_catalog.pg_type t on t.oid = base.type_oid
       join pg_catalog.pg_proc p on p.oid = t.typinput
      where a.attrelid = $1 and coalesce(has_column_privilege(a.attrelid, a.attnum, 'select'), true)
      order by a.attnum`,
    [oid],
    { isPrepared: true },
  )
  const parted = rows.filter((row) => row.has_parts).map((row) => Number(row.base_type_oid))
  const types = parted.length === 0 ? undefined : await readTypes(session, parted)
  const context = { types, isUnchecked: session.isUnencoded }
  return rows.map((row) => toColumn(row, context))
}

/** Functions that read the text of types with parts. */
const PARTED = [
  'array_in',
  'record_in',
  'range_in',
  'multirange_in',
  'interval_in',
  'hstore_in',
  'vector_in',
  'halfvec_in',
]
  .map((name) => `'${name}'`)
  .join(', ')

function toColumn(row: Row, context: Pick<PostgresTypeFacts, 'types' | 'isUnchecked'>): RelationColumn {
  return {
    name: row.name,
    type: describePostgresType({
      typeName: row.type_name,
      typeOid: Number(row.type_oid),
      baseTypeOid: Number(row.base_type_oid),
      typmod: row.typmod,
      category: row.category,
      ...context,
    }),
    baseTypeOid: Number(row.base_type_oid),
    typmod: row.typmod,
    nullable: !row.not_null,
    isGenerated: row.is_generated,
    ...(row.comment === null ? {} : { comment: row.comment }),
  }
}

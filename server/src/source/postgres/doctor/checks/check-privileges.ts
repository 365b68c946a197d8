import type { Session } from '#source/postgres/connect/session.ts'
import type { Finding, MissingRight } from '#source/postgres/doctor/diagnosis.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { formatRelationPath } from '#source/postgres/explore/relation-path.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'
import { IS_OF_USERS, IS_READABLE_KIND } from '#source/postgres/sql/user-relations.ts'
import { type CheckResult, type Checkup, counted, listSome } from './check.ts'

/** Rights that one answer lists; the messages count them all. */
const MAX_LISTED = 500

interface SchemaRow {
  readonly schema: string
  readonly total: number
}

interface RelationRow {
  readonly schema: string
  readonly name: string
  /** Columns that may not be read; null when none may. */
  readonly hidden_columns: readonly string[] | null
  readonly total: number
}

interface CountRow {
  readonly relations: number
  readonly readable: number
  readonly without_usage: number
}

/** Every right to read that the user lacks, and rows that are hidden from it. */
export async function checkPrivileges({ session, facts }: Checkup): Promise<CheckResult> {
  const counts = await countRelations(session)
  const schemas = counts.without_usage === 0 ? [] : await listClosedSchemas(session)
  const closed = await listClosedRelations(session)
  const user = session.target.username
  const findings = [
    ...describeCounts(counts, user, session.target.database),
    ...describeSchemas(schemas, user),
    ...describeRelations(closed, user),
    ...(await checkRowSecurity(session)),
    ...(facts.isSuperuser ? [finding('ROLE_IS_SUPERUSER', `User "${user}" is a superuser.`)] : []),
  ]
  return { findings, missingRights: missingRights(schemas, closed, user) }
}

const RELATIONS = `pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace`
/** Partitions are read through their root; its rights count. */
const OF_USERS = `${IS_READABLE_KIND} and not c.relispartition and ${IS_OF_USERS}`

async function countRelations(session: Session): Promise<CountRow> {
  const [row] = await session.query<CountRow>(
    `select count(*)::int as relations,
            count(*) filter (where may.use and may.read)::int as readable,
            count(*) filter (where not may.use)::int as without_usage
       from ${RELATIONS}
       cross join lateral (
         select has_schema_privilege(n.oid, 'usage') as use,
                has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select') as read) may
      where ${OF_USERS}`,
  )
  return row ?? { relations: 0, readable: 0, without_usage: 0 }
}

async function listClosedSchemas(session: Session): Promise<SchemaRow[]> {
  return await session.query<SchemaRow>(
    `select n.nspname::text as schema, count(*) over ()::int as total
       from pg_catalog.pg_namespace n
      where not has_schema_privilege(n.oid, 'usage')
        and exists (select from pg_catalog.pg_class c where c.relnamespace = n.oid and ${OF_USERS})
      order by n.nspname
      limit ${MAX_LISTED}`,
  )
}

/** A table of which every column was granted by itself lacks nothing. */
async function listClosedRelations(session: Session): Promise<RelationRow[]> {
  return await session.query<RelationRow>(
    `select n.nspname::text as schema, c.relname::text as name,
            case when may.read_some then hidden.columns end as hidden_columns,
            count(*) over ()::int as total
       from ${RELATIONS}
       cross join lateral (select has_any_column_privilege(c.oid, 'select') as read_some) may
       cross join lateral (
         select array_agg(a.attname::text order by a.attnum) as columns
           from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and not has_column_privilege(c.oid, a.attnum, 'select')) hidden
      where ${OF_USERS} and not has_table_privilege(c.oid, 'select')
        and (hidden.columns is not null or not may.read_some)
      order by n.nspname, c.relname
      limit ${MAX_LISTED}`,
  )
}

function describeCounts({ relations, readable }: CountRow, user: string, database: string): Finding[] {
  if (relations === 0) {
    return [finding('DATABASE_EMPTY', `The database "${database}" has no table and no view.`)]
  }
  if (readable > 0) return []
  const all = counted(relations, 'relation')
  return [
    finding('NOTHING_READABLE', `User "${user}" may read none of the ${all} of database "${database}".`),
  ]
}

function describeSchemas(closed: readonly SchemaRow[], user: string): Finding[] {
  const total = closed[0]?.total ?? 0
  if (total === 0) return []
  const names = listSome(
    closed.map(({ schema }) => `"${schema}"`),
    total,
  )
  return [
    finding('SCHEMA_USAGE_MISSING', `User "${user}" has no USAGE on ${counted(total, 'schema')}: ${names}.`),
  ]
}

function describeRelations(closed: readonly RelationRow[], user: string): Finding[] {
  const total = closed[0]?.total ?? 0
  const whole = closed.filter(({ hidden_columns }) => hidden_columns === null)
  const partly = closed.filter(({ hidden_columns }) => hidden_columns !== null)
  const found: Finding[] = []
  if (whole.length > 0) {
    const count = total - partly.length
    const names = listSome(whole.map(pathOf), count)
    found.push(
      finding('SELECT_MISSING', `User "${user}" has no SELECT on ${counted(count, 'relation')}: ${names}.`),
    )
  }
  if (partly.length > 0) {
    const names = listSome(partly.map((row) => `${pathOf(row)} (${listSome(row.hidden_columns ?? [])})`))
    found.push(
      finding(
        'COLUMNS_MISSING',
        `User "${user}" may not read some columns of ${counted(partly.length, 'relation')}: ${names}.`,
      ),
    )
  }
  return found
}

function pathOf({ schema, name }: RelationRow): string {
  return formatRelationPath(schema, name)
}

function missingRights(
  schemas: readonly SchemaRow[],
  closed: readonly RelationRow[],
  user: string,
): MissingRight[] {
  const grantee = quoteIdentifier(user)
  const usage = schemas.map(
    ({ schema }): MissingRight => ({
      privilege: 'USAGE',
      kind: 'schema',
      object: schema,
      statement: `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${grantee};`,
    }),
  )
  const select = closed.map((row): MissingRight => {
    const relation = quoteQualified(row.schema, row.name)
    const columns = row.hidden_columns
    const object = pathOf(row)
    if (columns === null) {
      const statement = `GRANT SELECT ON ${relation} TO ${grantee};`
      return { privilege: 'SELECT', kind: 'relation', object, statement }
    }
    const list = columns.map(quoteIdentifier).join(', ')
    const statement = `GRANT SELECT (${list}) ON ${relation} TO ${grantee};`
    return { privilege: 'SELECT', kind: 'columns', object, columns, statement }
  })
  return [...usage, ...select]
}

async function checkRowSecurity(session: Session): Promise<Finding[]> {
  const rows = await session.query<{ schema: string; name: string; total: number }>(
    `select n.nspname::text as schema, c.relname::text as name, count(*) over ()::int as total
       from ${RELATIONS}
      where ${OF_USERS} and c.relrowsecurity and pg_catalog.row_security_active(c.oid)
        and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
      order by n.nspname, c.relname
      limit ${MAX_LISTED}`,
  )
  if (rows.length === 0) return []
  const total = rows[0]?.total ?? rows.length
  const names = listSome(
    rows.map(({ schema, name }) => formatRelationPath(schema, name)),
    total,
  )
  const user = session.target.username
  return [
    finding(
      'ROW_SECURITY_ACTIVE',
      `Row-level security filters what user "${user}" sees of ${counted(total, 'table')}: ${names}.`,
    ),
  ]
}

import type { Capability, Finding, ServerFacts } from '#source/postgres/doctor/diagnosis.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { formatRelationPath } from '#source/postgres/explore/relation-path.ts'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import { IS_OF_USERS } from '#source/postgres/sql/user-relations.ts'
import { type Checkup, counted, listSome } from './check.ts'
import type { Service } from './read-session-facts.ts'

/** From this version on a standby decodes changes. */
const STANDBY_DECODES_MAJOR = 16

/** What sets wal_level where nobody may set it. */
const LOGICAL_LEVEL: Readonly<Record<Service, string>> = {
  rds: 'Set rds.logical_replication = 1 in the parameter group, and reboot the instance.',
  cloudsql: 'Set the flag cloudsql.logical_decoding = on of the instance.',
  azure: 'Set the server parameter wal_level = logical, and restart the server.',
}

interface Row {
  readonly slots: number
  readonly senders: number
  readonly publications: number
  readonly bare_total: number
  readonly bare: { readonly schema: string; readonly name: string }[]
}

/** Everything that logical replication would want and does not find. */
export async function checkChangeCapture(
  { session, facts }: Checkup,
  pooler: ServerFacts['pooler'],
): Promise<Capability> {
  const [row] = await session.query<Row>(
    `with bare as (
       select n.nspname::text as schema, c.relname::text as name
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and c.relpersistence = 'p'
          and ${IS_OF_USERS}
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
          and (c.relreplident = 'n' or c.relreplident = 'd' and not exists (
                 select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary))
     )
     select (select count(*)::int from pg_catalog.pg_replication_slots) as slots,
            (select count(*)::int from pg_catalog.pg_stat_replication) as senders,
            (select count(*)::int from pg_catalog.pg_publication) as publications,
            (select count(*)::int from bare) as bare_total,
            (select coalesce(json_agg(first), '[]') from (select * from bare order by 1, 2 limit 20) first) as bare`,
  )
  const reasons = [...serverReasons({ session, facts }, row, pooler), ...roleReasons({ session, facts }, row)]
  return { isPossible: reasons.length === 0, reasons }
}

function serverReasons(
  { session, facts }: Checkup,
  row: Row | undefined,
  pooler: ServerFacts['pooler'],
): Finding[] {
  const setting = (name: string): string => facts.settings.get(name) ?? ''
  const found: Finding[] = []
  if (pooler !== 'none') {
    const message = 'A connection pooler stands in between, and poolers do not pass replication on.'
    found.push(finding('POOLER_CANNOT_REPLICATE', message))
  }
  if (facts.isStandby && session.serverMajor < STANDBY_DECODES_MAJOR) {
    found.push(
      finding(
        'STANDBY_CANNOT_DECODE',
        `The server is a standby of version ${session.serverVersion}; standbys decode changes from ${STANDBY_DECODES_MAJOR} on.`,
      ),
    )
  }
  if (setting('wal_level') !== 'logical') {
    const message = `wal_level is "${setting('wal_level')}" and not "logical".`
    const remedy = facts.service && LOGICAL_LEVEL[facts.service]
    found.push(finding('WAL_LEVEL_NOT_LOGICAL', message, remedy))
  }
  if ((row?.slots ?? 0) >= Number(setting('max_replication_slots'))) {
    const max = setting('max_replication_slots')
    found.push(
      finding('REPLICATION_SLOTS_EXHAUSTED', `None of the ${max} replication slots of the server is free.`),
    )
  }
  if ((row?.senders ?? 0) >= Number(setting('max_wal_senders'))) {
    found.push(
      finding(
        'WAL_SENDERS_EXHAUSTED',
        `None of the ${setting('max_wal_senders')} WAL senders of the server is free.`,
      ),
    )
  }
  return found
}

function roleReasons({ session, facts }: Checkup, row: Row | undefined): Finding[] {
  const found: Finding[] = []
  const grantee = quoteIdentifier(session.target.username)
  if (!facts.mayReplicate) {
    found.push(
      finding(
        'REPLICATION_ROLE_MISSING',
        `User "${session.target.username}" has no right to replicate.`,
        facts.service === 'rds'
          ? `Run GRANT rds_replication TO ${grantee}.`
          : `Run ALTER ROLE ${grantee} REPLICATION.`,
      ),
    )
  }
  if ((row?.publications ?? 0) === 0) {
    found.push(
      finding('PUBLICATION_MISSING', `The database "${session.target.database}" has no publication.`),
    )
  }
  const total = row?.bare_total ?? 0
  if (total > 0) {
    const names = listSome(
      (row?.bare ?? []).map(({ schema, name }) => formatRelationPath(schema, name)),
      total,
    )
    found.push(
      finding(
        'REPLICA_IDENTITY_MISSING',
        `Updates and deletes of ${counted(total, 'table')} could not be told apart, for want of a key: ${names}.`,
      ),
    )
  }
  return found
}

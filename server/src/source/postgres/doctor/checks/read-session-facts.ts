import type { Session } from '#source/postgres/connect/session.ts'

/** What a session says of its server, its user and the settings that it began with. */
export interface SessionFacts {
  /** The process that serves this session at this moment. */
  readonly backendPid: number
  readonly isStandby: boolean
  readonly isSuperuser: boolean
  readonly mayReplicate: boolean
  /** -1 for none. */
  readonly roleConnectionLimit: number
  /** Sessions that could still be opened now, those reserved for others left out. */
  readonly freeConnections: number
  /** Schemas of the search path that was given which do not exist. */
  readonly unknownSchemas: readonly string[]
  /** Of whom the server is rented, by the settings that it has. */
  readonly service: Service | undefined
  /** By name, in the setting's base unit, as they were before we set any. */
  readonly settings: ReadonlyMap<string, string>
}

/** Where some things are not done with SQL. */
export type Service = 'rds' | 'cloudsql' | 'azure'

const SETTINGS = [
  'TimeZone',
  'server_encoding',
  'statement_timeout',
  'temp_file_limit',
  'max_connections',
  'wal_level',
  'max_replication_slots',
  'max_wal_senders',
  'hot_standby_feedback',
  'max_standby_streaming_delay',
]

interface Row {
  readonly backend_pid: number
  readonly is_standby: boolean
  readonly is_superuser: boolean | null
  readonly may_replicate: boolean | null
  readonly role_connection_limit: number | null
  readonly free_connections: number
  readonly unknown_schemas: string[]
  readonly service: Service | null
  readonly settings: Record<string, string>
}

/**
 * Asks all of it in one statement. Settings are read as they are reset: our own must not hide them. Sessions are
 * counted where everybody may see them.
 */
export async function readSessionFacts(session: Session): Promise<SessionFacts> {
  const [row] = await session.query<Row>(
    `select pg_catalog.pg_backend_pid() as backend_pid,
            pg_catalog.pg_is_in_recovery() as is_standby,
            r.rolsuper as is_superuser,
            r.rolsuper or r.rolreplication or exists (
              select from pg_catalog.pg_roles provider
               where provider.rolname = 'rds_replication'
                 and pg_catalog.pg_has_role(provider.oid, 'member')) as may_replicate,
            r.rolconnlimit as role_connection_limit,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
              - coalesce(current_setting('reserved_connections', true)::int, 0)
              - (select coalesce(sum(d.numbackends), 0)::int from pg_catalog.pg_stat_database d) as free_connections,
            array(select wanted from unnest($2::text[]) wanted
                   where not exists (select from pg_catalog.pg_namespace n where n.nspname = wanted)) as unknown_schemas,
            case when current_setting('rds.logical_replication', true) is not null then 'rds'
                 when current_setting('cloudsql.logical_decoding', true) is not null then 'cloudsql'
                 when current_setting('azure.extensions', true) is not null then 'azure' end as service,
            (select json_object_agg(s.name, s.reset_val) from pg_catalog.pg_settings s
              where s.name = any($1)) as settings
       from (select) one
       left join pg_catalog.pg_roles r on r.rolname = current_user`,
    [SETTINGS, session.target.searchPath ?? []],
  )
  if (row === undefined) throw new RangeError('a question without a table has no answer')
  return {
    backendPid: row.backend_pid,
    isStandby: row.is_standby,
    isSuperuser: row.is_superuser ?? false,
    mayReplicate: row.may_replicate ?? false,
    roleConnectionLimit: row.role_connection_limit ?? -1,
    freeConnections: row.free_connections,
    unknownSchemas: row.unknown_schemas,
    service: row.service ?? undefined,
    settings: new Map(Object.entries(row.settings)),
  }
}

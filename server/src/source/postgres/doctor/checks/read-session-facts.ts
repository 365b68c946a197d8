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
  /** By name, in the setting's base unit, as they were before we set any. */
  readonly settings: ReadonlyMap<string, string>
}

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
  readonly is_superuser: boolean
  readonly may_replicate: boolean
  readonly role_connection_limit: number
  readonly free_connections: number
  readonly unknown_schemas: string[]
  readonly settings: Record<string, string>
}

/** Asks all of it in one statement. Settings are read as they are reset: our own must not hide them. */
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
              - (select count(*)::int from pg_catalog.pg_stat_activity a
                  where a.backend_type = 'client backend') as free_connections,
            array(select wanted from unnest($2::text[]) wanted
                   where not exists (select from pg_catalog.pg_namespace n where n.nspname = wanted)) as unknown_schemas,
            (select json_object_agg(s.name, s.reset_val) from pg_catalog.pg_settings s
              where s.name = any($1)) as settings
       from pg_catalog.pg_roles r
      where r.rolname = current_user`,
    [SETTINGS, session.target.searchPath ?? []],
  )
  if (row === undefined) throw new RangeError('a session has no row in pg_roles')
  return {
    backendPid: row.backend_pid,
    isStandby: row.is_standby,
    isSuperuser: row.is_superuser,
    mayReplicate: row.may_replicate,
    roleConnectionLimit: row.role_connection_limit,
    freeConnections: row.free_connections,
    unknownSchemas: row.unknown_schemas,
    settings: new Map(Object.entries(row.settings)),
  }
}

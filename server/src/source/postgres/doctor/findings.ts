import type { DiagnosisStage, Finding, Severity } from './diagnosis.ts'

interface FindingKind {
  readonly severity: Severity
  readonly stage: DiagnosisStage
  readonly remedy: string
}

/**
 * What can be wrong with a session that is open. The names are part of the API. Those of changes (CDC) and of
 * parallel reading are reasons of a capability and lead no diagnosis.
 */
export const FINDINGS = Object.freeze({
  SCHEMA_USAGE_MISSING: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Run the statements of missingRights as the owner of the schemas.',
  },
  SELECT_MISSING: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Run the statements of missingRights as the owner of the relations.',
  },
  COLUMNS_MISSING: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Run the statements of missingRights if those columns are wanted.',
  },
  NOTHING_READABLE: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Run the statements of missingRights, or use a user that may read.',
  },
  DATABASE_EMPTY: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Check that this is the database that was meant.',
  },
  ROW_SECURITY_ACTIVE: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Give the user a policy that lets it see every row, or BYPASSRLS.',
  },
  ROLE_IS_SUPERUSER: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Make a role that may only connect and read; pg_read_all_data is enough.',
  },
  POOLER_TRANSACTION_MODE: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Connect to the server itself or to a pool in session mode; settings of a session are lost between statements here.',
  },
  POOLER_IN_BETWEEN: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Nothing has to be done; a direct connection can be cancelled and diagnosed better.',
  },
  SERVER_IS_STANDBY: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Set hot_standby_feedback = on or raise max_standby_streaming_delay at the standby, or read from the primary.',
  },
  ENCODING_SQL_ASCII: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Check that all text of the database is UTF-8; a value that is not sets its row aside.',
  },
  STATEMENT_TIMEOUT_SHORT: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Nothing has to be done: it is lifted for the sessions that read.',
  },
  TEMP_FILE_LIMIT_SMALL: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Raise temp_file_limit for this user if views are read that sort or join much; tables need no temporary files.',
  },
  ROLE_CONNECTION_LIMIT_SMALL: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Raise the limit: ALTER ROLE … CONNECTION LIMIT; one run reads over several connections and holds one more.',
  },
  CONNECTIONS_SCARCE: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Raise max_connections or close idle sessions; one run reads over several connections and holds one more.',
  },
  PASSWORD_IN_CLEAR: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Choose sslMode "require" or stronger, and let pg_hba.conf ask for scram-sha-256.',
  },
  CERTIFICATE_EXPIRES_SOON: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Renew the certificate of the server in time.',
  },
  SEARCH_PATH_UNKNOWN: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Correct the schema of the connection, or create it.',
  },
  CHECK_UNFINISHED: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'The catalogue is very large or the server very busy; try again when it is not.',
  },

  SNAPSHOT_UNAVAILABLE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Runs read this source over one connection only, or not at all; see the message.',
  },
  NO_SECOND_SESSION: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Let the user open several sessions at a time.',
  },
  WAL_LEVEL_NOT_LOGICAL: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Set wal_level = logical and restart the server.',
  },
  REPLICATION_ROLE_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Run ALTER ROLE … REPLICATION, or grant the role of your provider for it (rds_replication).',
  },
  REPLICATION_SLOTS_EXHAUSTED: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Raise max_replication_slots, or drop slots that nobody uses.',
  },
  WAL_SENDERS_EXHAUSTED: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Raise max_wal_senders.',
  },
  PUBLICATION_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Run CREATE PUBLICATION … FOR TABLE … as the owner of the tables.',
  },
  REPLICA_IDENTITY_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Give these tables a primary key, or run ALTER TABLE … REPLICA IDENTITY FULL.',
  },
  STANDBY_CANNOT_DECODE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to the primary; standbys decode changes from PostgreSQL 16 on.',
  },
  POOLER_CANNOT_REPLICATE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to the server itself.',
  },
} as const satisfies Record<string, FindingKind>)

export type FindingCode = keyof typeof FINDINGS

/** A finding of the catalogue; `message` is one sentence with the offending value. */
export function finding(code: FindingCode, message: string): Finding {
  return { code, message, ...FINDINGS[code] }
}

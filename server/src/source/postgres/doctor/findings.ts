import type { DiagnosisStage, Finding, Severity } from './diagnosis.ts'

interface FindingKind {
  readonly severity: Severity
  readonly stage: DiagnosisStage
  /** One thing to do, in one sentence; a check that knows it better gives its own. */
  readonly remedy: string
}

/** Of the rights of the user, and of what it sees. */
const PRIVILEGES = {
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
    remedy: 'Run the statements of missingRights as the owner of the relations.',
  },
  DATABASE_EMPTY: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Check that this is the database that was meant.',
  },
  ROW_SECURITY_ACTIVE: {
    severity: 'warning',
    stage: 'privileges',
    remedy: 'Create a policy that lets this user see every row that is to be delivered.',
  },
  ROLE_IS_SUPERUSER: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Use a role that may only connect and read.',
  },
} as const satisfies Record<string, FindingKind>

/** Of the server, and of what stands between. */
const SETTINGS = {
  POOLER_TRANSACTION_MODE: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Connect to the server itself, without the pooler.',
  },
  POOLER_STATEMENT_MODE: {
    severity: 'error',
    stage: 'settings',
    remedy: 'Connect to the server itself, without the pooler.',
  },
  POOLER_IN_BETWEEN: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to the server itself where a running statement has to be cancelled for certain.',
  },
  SERVER_IS_STANDBY: {
    severity: 'warning',
    stage: 'settings',
    remedy:
      'Set hot_standby_feedback = on at the standby, or max_standby_streaming_delay to as long as a run takes.',
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
    remedy: 'Raise temp_file_limit for this user if views are read that sort or join much.',
  },
  ROLE_CONNECTION_LIMIT_SMALL: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Raise the connection limit of the role.',
  },
  CONNECTIONS_SCARCE: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Close sessions that nobody needs.',
  },
  PASSWORD_IN_CLEAR: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Let the rule for this user in pg_hba.conf ask for scram-sha-256.',
  },
  NOT_ENCRYPTED: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Choose sslMode "verify-full" or EncryptionMethod=1, if anything but this machine is on the way.',
  },
  CERTIFICATE_EXPIRES_SOON: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Renew the certificate of the server before that day.',
  },
  SEARCH_PATH_UNKNOWN: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Correct the schema of the connection.',
  },
} as const satisfies Record<string, FindingKind>

/** Of the test itself. */
const CHECKS = {
  SERVER_UNRESPONSIVE: {
    severity: 'error',
    stage: 'settings',
    remedy: 'Find out what keeps the server busy.',
  },
  CHECK_UNFINISHED: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Try again when the server is less busy.',
  },
  CHECK_FAILED: {
    severity: 'warning',
    stage: 'settings',
    remedy: 'Check that the server is PostgreSQL itself and not something that speaks its protocol.',
  },
} as const satisfies Record<string, FindingKind>

/** Reasons of a capability. They lead no diagnosis. */
const REASONS = {
  SNAPSHOT_UNAVAILABLE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to one server itself, and not to what spreads sessions over several.',
  },
  NO_SECOND_SESSION: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Let the user have several sessions at a time.',
  },
  WAL_LEVEL_NOT_LOGICAL: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Set wal_level = logical, and restart the server.',
  },
  REPLICATION_ROLE_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Give the user the attribute REPLICATION.',
  },
  REPLICATION_SLOTS_EXHAUSTED: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Drop the replication slots that nobody uses.',
  },
  WAL_SENDERS_EXHAUSTED: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Raise max_wal_senders, and restart the server.',
  },
  PUBLICATION_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Run CREATE PUBLICATION … FOR TABLE … as the owner of the tables.',
  },
  REPLICA_IDENTITY_MISSING: {
    severity: 'notice',
    stage: 'privileges',
    remedy: 'Give these tables a primary key.',
  },
  STANDBY_CANNOT_DECODE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to the primary.',
  },
  POOLER_CANNOT_REPLICATE: {
    severity: 'notice',
    stage: 'settings',
    remedy: 'Connect to the server itself.',
  },
} as const satisfies Record<string, FindingKind>

/** What can be wrong with a session that is open. The names are part of the API. */
export const FINDINGS = Object.freeze({ ...PRIVILEGES, ...SETTINGS, ...CHECKS, ...REASONS })

export type FindingCode = keyof typeof FINDINGS

/** A finding of the catalogue; `message` is one sentence with the offending value. */
export function finding(code: FindingCode, message: string, remedy?: string | undefined): Finding {
  const kind: FindingKind = FINDINGS[code]
  return { code, message, ...kind, remedy: remedy ?? kind.remedy }
}

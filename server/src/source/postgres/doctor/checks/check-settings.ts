import type { Finding } from '#source/postgres/doctor/diagnosis.ts'
import { effectiveTls } from '#source/postgres/doctor/effective-tls.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import type { Checkup } from './check.ts'

/** Sessions that one run may have open: those that read, and the one that holds the snapshot. */
const SESSIONS_OF_A_RUN = 5
const SHORT_STATEMENT_MS = 60_000
/** Kilobytes: 1 GiB. */
const SMALL_TEMP_FILES_KB = 1024 * 1024
const SOON_MS = 30 * 24 * 3600 * 1000

/** Settings of the server and of the connection that reading may suffer from. Asks nothing. */
export function checkSettings(checkup: Checkup): Finding[] {
  return [
    ...checkCapacity(checkup),
    ...checkLimits(checkup),
    ...checkContents(checkup),
    ...checkSafety(checkup),
  ]
}

function checkCapacity({ facts, session }: Checkup): Finding[] {
  const { roleConnectionLimit: limit, freeConnections } = facts
  const user = session.target.username
  const found: Finding[] = []
  if (limit >= 0 && limit < SESSIONS_OF_A_RUN) {
    found.push(
      finding(
        'ROLE_CONNECTION_LIMIT_SMALL',
        `User "${user}" may have ${limit} sessions at a time, and a run wants ${SESSIONS_OF_A_RUN}.`,
        `Raise the limit with ALTER ROLE ${quoteIdentifier(user)} CONNECTION LIMIT ${SESSIONS_OF_A_RUN}.`,
      ),
    )
  }
  // Ours is taken already.
  if (freeConnections < SESSIONS_OF_A_RUN - 1) {
    const max = facts.settings.get('max_connections')
    found.push(
      finding(
        'CONNECTIONS_SCARCE',
        `Of the ${max} connections of the server ${Math.max(0, freeConnections)} are free, and a run wants ${SESSIONS_OF_A_RUN}.`,
      ),
    )
  }
  return found
}

function checkLimits({ facts, session }: Checkup): Finding[] {
  const user = session.target.username
  const found: Finding[] = []
  const statementMs = Number(facts.settings.get('statement_timeout') ?? 0)
  if (statementMs > 0 && statementMs < SHORT_STATEMENT_MS) {
    found.push(
      finding(
        'STATEMENT_TIMEOUT_SHORT',
        `The server ends statements of user "${user}" after ${statementMs} ms.`,
      ),
    )
  }
  const tempKb = Number(facts.settings.get('temp_file_limit') ?? -1)
  if (tempKb >= 0 && tempKb < SMALL_TEMP_FILES_KB) {
    found.push(
      finding(
        'TEMP_FILE_LIMIT_SMALL',
        `The server lets user "${user}" have ${tempKb} kB of temporary files.`,
      ),
    )
  }
  return found
}

function checkContents({ facts, session }: Checkup): Finding[] {
  const found: Finding[] = []
  if (facts.settings.get('server_encoding') === 'SQL_ASCII') {
    const { database } = session.target
    found.push(
      finding(
        'ENCODING_SQL_ASCII',
        `The database "${database}" has the encoding SQL_ASCII, which is none: its bytes may mean anything.`,
      ),
    )
  }
  if (facts.isStandby && facts.settings.get('hot_standby_feedback') !== 'on') {
    const delayMs = facts.settings.get('max_standby_streaming_delay')
    found.push(
      finding(
        'SERVER_IS_STANDBY',
        `The server is a standby, which ends statements that hold up its replay for ${delayMs} ms.`,
      ),
    )
  }
  if (facts.unknownSchemas.length > 0) {
    found.push(
      finding(
        'SEARCH_PATH_UNKNOWN',
        `The database has no schema ${facts.unknownSchemas.map((name) => `"${name}"`).join(', ')}.`,
      ),
    )
  }
  return found
}

function checkSafety({ session }: Checkup): Finding[] {
  const { host, port } = session.target
  const found: Finding[] = []
  if (!session.isEncrypted) {
    found.push(
      finding('NOT_ENCRYPTED', `What goes between this machine and ${host}:${port} is not encrypted.`),
    )
  }
  if (session.loginMethod === 'password' && !session.isEncrypted) {
    found.push(
      finding(
        'PASSWORD_IN_CLEAR',
        `The password of user "${session.target.username}" went to the server in clear text.`,
      ),
    )
  }
  // Only a certificate that is checked ends anything when it expires.
  const { verifyChain, used } = effectiveTls(session.target, session)
  const validTo = verifyChain ? used?.certificate?.validTo : undefined
  if (validTo !== undefined && Date.parse(validTo) - Date.now() < SOON_MS) {
    found.push(
      finding('CERTIFICATE_EXPIRES_SOON', `The certificate of the server is valid until ${validTo}.`),
    )
  }
  return found
}

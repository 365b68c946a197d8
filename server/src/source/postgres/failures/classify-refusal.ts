import type { DatabaseError } from 'pg'
import type { FailureCode } from './failures.ts'

/**
 * Which failure it is when the server refuses a session. SQLSTATE and the routine that reported it come first, since
 * the words are in the server's language; only where several errors share both do the words decide, and words that
 * are not known lead to a code that leaves open what they would have told.
 */
export function classifyRefusal(error: DatabaseError): FailureCode {
  const { code = '', message } = error
  const classify = BY_STATE[code]
  if (classify !== undefined) return typeof classify === 'string' ? classify : classify(error)
  return classifyPooler(message) ?? 'SERVER_REFUSED'
}

const BY_STATE: Readonly<Record<string, FailureCode | ((error: DatabaseError) => FailureCode)>> = {
  '28P01': 'PASSWORD_REFUSED',
  '28000': classifyAuthorization,
  '3D000': 'DATABASE_NOT_FOUND',
  '42501': 'DATABASE_NOT_ALLOWED',
  '53300': classifyLimit,
  '55000': ({ routine }) => (routine === 'CheckMyDatabase' ? 'DATABASE_CLOSED' : 'DATABASE_INVALID'),
  '57P01': 'SESSION_TERMINATED',
  '57P02': 'SESSION_TERMINATED',
  '57P03': classifyUnavailable,
  '57P05': 'SESSION_TERMINATED',
}

/** Rules (ClientAuthentication), methods (auth_failed), roles and SCRAM share this SQLSTATE. */
function classifyAuthorization(error: DatabaseError): FailureCode {
  switch (error.routine) {
    case 'ClientAuthentication':
      return classifyRule(error)
    case 'auth_failed':
      return classifyMethod(error)
    case 'InitializeSessionUserId':
      return classifyRole(error)
    case 'read_client_first_message':
    case 'read_client_final_message':
      return 'CHANNEL_BINDING_FAILED'
    default:
      // Poolers and services in front of a server have its words without its routines.
      return (
        [classifyRule(error), classifyMethod(error), classifyRole(error)].find(isTelling) ?? 'AUTH_REFUSED'
      )
  }
}

function isTelling(code: FailureCode): boolean {
  return code !== 'AUTH_REFUSED'
}

/** The name of the file is the same in every language. */
function classifyRule({ message, routine }: DatabaseError): FailureCode {
  if (/no pg_hba\.conf entry/.test(message)) return 'HBA_NO_ENTRY'
  if (/pg_hba\.conf rejects/.test(message)) return 'HBA_REJECTED'
  if (message.includes('pg_hba.conf')) return 'HBA_REFUSED'
  const asksForCertificate = /valid client certificate/.test(message) || routine === 'ClientAuthentication'
  return asksForCertificate ? 'CLIENT_CERTIFICATE_REQUIRED' : 'AUTH_REFUSED'
}

/** The names of methods are the same in most languages; that of a user may look like one. */
function classifyMethod({ message, routine }: DatabaseError): FailureCode {
  const words = message.replaceAll(/["»«\u201c\u201d][^"»«\u201c\u201d]*["»«\u201c\u201d]/g, '')
  if (/ident|peer/i.test(words)) return 'IDENT_FAILED'
  if (/certificate authentication failed/i.test(words)) return 'CLIENT_CERTIFICATE_WRONG_USER'
  if (routine !== 'auth_failed' || OTHER_METHODS.test(words)) return 'AUTH_REFUSED'
  return /authentication failed/i.test(words) ? 'AUTH_REFUSED' : 'CLIENT_CERTIFICATE_WRONG_USER'
}

/** All that auth_failed names besides ident, peer, certificates and passwords, which have a SQLSTATE of their own. */
const OTHER_METHODS = /GSSAPI|SSPI|PAM|BSD|LDAP|RADIUS|OAuth|trust/i

function classifyRole({ message }: DatabaseError): FailureCode {
  if (/not permitted to log in/.test(message)) return 'ROLE_MAY_NOT_LOGIN'
  return /role .* does not exist/.test(message) ? 'ROLE_NOT_FOUND' : 'AUTH_REFUSED'
}

function classifyLimit({ message, routine }: DatabaseError): FailureCode {
  if (/for role "/.test(message) || routine === 'InitializeSessionUserId') return 'ROLE_CONNECTION_LIMIT'
  if (/for database "/.test(message) || routine === 'CheckMyDatabase') return 'DATABASE_CONNECTION_LIMIT'
  return 'SERVER_CONNECTION_LIMIT'
}

/** All of them come from one routine, so only the words tell them apart. */
function classifyUnavailable({ message, detail = '' }: DatabaseError): FailureCode {
  if (/starting up/.test(message)) return 'SERVER_STARTING_UP'
  if (/shutting down/.test(message)) return 'SERVER_SHUTTING_DOWN'
  if (/hot standby mode is disabled/i.test(detail)) return 'STANDBY_NOT_READABLE'
  if (/recovery|not yet accepting|recovering/.test(message)) return 'SERVER_RECOVERING'
  return 'SERVER_UNAVAILABLE'
}

/** PgBouncer says everything under one SQLSTATE, 08P01, and always in English. */
function classifyPooler(message: string): FailureCode | undefined {
  if (/no such database/.test(message)) return 'DATABASE_NOT_FOUND'
  if (/no such user|authentication failed/.test(message)) return 'PASSWORD_REFUSED'
  if (/no more connections allowed|max_client_conn/.test(message)) return 'SERVER_CONNECTION_LIMIT'
  if (/cannot connect to server|server login|query_wait_timeout/.test(message)) return 'POOLER_CANNOT_CONNECT'
  return undefined
}

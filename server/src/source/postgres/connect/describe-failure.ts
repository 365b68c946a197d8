import type { ConnectionTarget } from './connection-target.ts'
import { SourceError, type SourceStage } from './source-error.ts'

interface FailureText {
  readonly stage: SourceStage
  readonly message: string
  readonly remedy: string
}

/**
 * Turns whatever the network, TLS, the driver or the server threw into a {@link SourceError}.
 * `stage` is what we were doing; a code that says more (28P01 is always the password) overrules it.
 */
export function describeFailure(error: unknown, target: ConnectionTarget, stage: SourceStage): SourceError {
  if (error instanceof SourceError) return error
  const code = codeOf(error)
  const detail = messageOf(error)
  const text =
    networkFailure(code, target) ?? serverFailure(code, detail, target) ?? tlsFailure(code, stage, detail)
  return new SourceError({ code, ...(text ?? otherFailure(detail, target, stage)) }, { cause: error })
}

/** The message of a server's error, for statements that we sent on behalf of a user. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && code !== '' ? code : 'UNKNOWN'
}

function address(target: ConnectionTarget): string {
  return `${target.host}:${target.port}`
}

function networkFailure(code: string, target: ConnectionTarget): FailureText | undefined {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return {
        stage: 'resolve',
        message: `The host name "${target.host}" can't be resolved.`,
        remedy: 'Check the spelling of the server and that the name is known to the DNS of this machine.',
      }
    case 'ECONNREFUSED':
      return {
        stage: 'dial',
        message: `Nothing accepts connections at ${address(target)}.`,
        remedy: 'Check server and port, and that PostgreSQL listens on that address (listen_addresses).',
      }
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return {
        stage: 'dial',
        message: `${address(target)} can't be reached (${code}).`,
        remedy: 'Check the route and the firewall between this machine and the server.',
      }
    default:
      return undefined
  }
}

function serverFailure(code: string, detail: string, target: ConnectionTarget): FailureText | undefined {
  switch (code) {
    case '28P01':
      return {
        stage: 'authenticate',
        message: `The server refuses the password of user "${target.username}".`,
        remedy: 'Check user name and password.',
      }
    case '28000':
      return {
        stage: 'authenticate',
        message: `The server refuses user "${target.username}": ${sentence(detail)}`,
        remedy:
          'Check the role and the rules of pg_hba.conf for this user, database, address and encryption.',
      }
    case '3D000':
      return {
        stage: 'database',
        message: `The database "${target.database}" does not exist.`,
        remedy: 'Check the name of the database; its case matters.',
      }
    case '53300':
      return {
        stage: 'database',
        message: `The server ${address(target)} has no connection left: ${sentence(detail)}`,
        remedy: 'Raise max_connections or the connection limit of the role, or try again later.',
      }
    case '57P03':
      return {
        stage: 'database',
        message: `The server ${address(target)} takes no sessions now: ${sentence(detail)}`,
        remedy: 'Wait until the server has started or recovered, and try again.',
      }
    default:
      return queryFailure(code, detail)
  }
}

function queryFailure(code: string, detail: string): FailureText | undefined {
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const message = `PostgreSQL says: ${sentence(detail)}`
  return {
    stage: 'query',
    message,
    remedy: QUERY_REMEDIES[code] ?? 'See the code in the PostgreSQL manual, appendix A.',
  }
}

const QUERY_REMEDIES: Readonly<Record<string, string>> = {
  '42501': 'Grant SELECT on the relation and USAGE on its schema to the user of this connection.',
  '42P01': 'Check that the relation still exists.',
  '42703': 'Check that the column still exists.',
  '57014': 'The statement was cancelled or exceeded a timeout; try again or raise statement_timeout.',
  '40001': 'The server is a standby whose replay removed rows that were being read; try again.',
  '57P01': 'The session was ended by an administrator; try again.',
  '22P02': 'Check that the value can be read as the type of its column.',
  '22007': 'Check that the value is a date or time in ISO form.',
  '22008': 'Check that the value is a date or time that PostgreSQL can hold.',
}

function tlsFailure(code: string, stage: SourceStage, detail: string): FailureText | undefined {
  const isCertificate =
    CERTIFICATE_CODES.has(code) || code.startsWith('CERT_') || code.startsWith('UNABLE_TO_')
  if (isCertificate) {
    return {
      stage: 'tls',
      message: `The certificate of the server is not accepted: ${sentence(detail)}`,
      remedy:
        'Give the root certificate that signed it, or use sslMode "require" to encrypt without checking.',
    }
  }
  if (stage !== 'tls' && !code.startsWith('ERR_SSL') && !code.startsWith('ERR_TLS')) return undefined
  return {
    stage: 'tls',
    message: `The TLS handshake failed: ${sentence(detail)}`,
    remedy: 'Check the TLS settings of the server, or choose another sslMode.',
  }
}

const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
])

function otherFailure(detail: string, target: ConnectionTarget, stage: SourceStage): FailureText {
  return {
    stage,
    message: `The connection to ${address(target)} failed: ${sentence(detail)}`,
    remedy: 'Check that a PostgreSQL server answers at this address, and try again.',
  }
}

function sentence(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return /[.!?]$/.test(line) ? line : `${line}.`
}

import { DatabaseError } from 'pg'
import { classifyRefusal } from './classify-refusal.ts'
import type { ConnectFault } from './connect-fault.ts'
import { codeOf } from './error-code.ts'
import type { FailureCode } from './failures.ts'

/** Which failure of the catalogue a fault is. */
export function classifyFault(fault: ConnectFault): FailureCode {
  if (fault.code !== undefined) return fault.code
  const { cause } = fault
  if (cause instanceof DatabaseError) return classifyRefusal(cause)
  const code = codeOf(cause)
  return (
    NETWORK_CODES.get(code) ??
    TLS_CODES.get(code) ??
    classifyDriver(cause instanceof Error ? cause.message : '') ??
    byStage(fault, code)
  )
}

function byStage({ stage }: ConnectFault, code: string): FailureCode {
  if (stage === 'tls') {
    return /^ERR_(SSL|OSSL|TLS)/.test(code) || code === '' ? 'TLS_HANDSHAKE_FAILED' : tlsRest(code)
  }
  if (code.startsWith('ERR_SSL')) return 'TLS_HANDSHAKE_FAILED'
  if (stage === 'authenticate' || stage === 'database') return 'LOGIN_CLOSED'
  return 'CONNECTION_FAILED'
}

/** OpenSSL's other complaints about a chain, and a socket that broke during the handshake. */
function tlsRest(code: string): FailureCode {
  return code.startsWith('E') ? 'TLS_CLOSED' : 'TLS_CERTIFICATE_INVALID'
}

const NETWORK_CODES: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>([
  ['ENOTFOUND', 'HOST_NOT_FOUND'],
  ['EAI_NONAME', 'HOST_NOT_FOUND'],
  ['EAI_NODATA', 'HOST_NOT_FOUND'],
  ['EAI_AGAIN', 'DNS_UNAVAILABLE'],
  ['EAI_FAIL', 'DNS_UNAVAILABLE'],
  ['ECONNREFUSED', 'CONNECTION_REFUSED'],
  ['EHOSTUNREACH', 'HOST_UNREACHABLE'],
  ['ENETUNREACH', 'HOST_UNREACHABLE'],
  ['EHOSTDOWN', 'HOST_UNREACHABLE'],
  ['ENETDOWN', 'HOST_UNREACHABLE'],
  ['EADDRNOTAVAIL', 'HOST_UNREACHABLE'],
  ['EACCES', 'HOST_UNREACHABLE'],
  ['EPERM', 'HOST_UNREACHABLE'],
  ['ETIMEDOUT', 'CONNECT_TIMEOUT'],
])

const TLS_CODES: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_SELF_SIGNED'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'TLS_UNKNOWN_AUTHORITY'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'TLS_UNKNOWN_AUTHORITY'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'TLS_UNKNOWN_AUTHORITY'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_UNKNOWN_AUTHORITY'],
  ['CERT_UNTRUSTED', 'TLS_UNKNOWN_AUTHORITY'],
  ['CERT_SIGNATURE_FAILURE', 'TLS_UNKNOWN_AUTHORITY'],
  ['CERT_HAS_EXPIRED', 'TLS_CERTIFICATE_EXPIRED'],
  ['CERT_NOT_YET_VALID', 'TLS_CERTIFICATE_NOT_YET_VALID'],
  ['CERT_REVOKED', 'TLS_CERTIFICATE_REVOKED'],
  ['UNABLE_TO_GET_CRL', 'TLS_REVOCATION_UNKNOWN'],
  ['CRL_SIGNATURE_FAILURE', 'TLS_REVOCATION_UNKNOWN'],
  ['CRL_HAS_EXPIRED', 'TLS_REVOCATION_LIST_EXPIRED'],
  ['CRL_NOT_YET_VALID', 'TLS_REVOCATION_LIST_EXPIRED'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'TLS_VERSION_UNSUPPORTED'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS_VERSION_UNSUPPORTED'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'CLIENT_CERTIFICATE_UNTRUSTED'],
  ['ERR_SSL_SSL/TLS_ALERT_UNKNOWN_CA', 'CLIENT_CERTIFICATE_UNTRUSTED'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'CLIENT_CERTIFICATE_EXPIRED'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'CLIENT_CERTIFICATE_EXPIRED'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'CLIENT_CERTIFICATE_REVOKED'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED', 'CLIENT_CERTIFICATE_REVOKED'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'CLIENT_CERTIFICATE_REJECTED'],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'CLIENT_CERTIFICATE_REJECTED'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'CLIENT_CERTIFICATE_REJECTED'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'CLIENT_CERTIFICATE_REQUIRED'],
  ['ERR_SSL_EE_KEY_TOO_SMALL', 'TLS_CERTIFICATE_WEAK'],
  ['ERR_SSL_CA_KEY_TOO_SMALL', 'TLS_CERTIFICATE_WEAK'],
  ['ERR_SSL_CA_MD_TOO_WEAK', 'TLS_CERTIFICATE_WEAK'],
  ['EE_KEY_TOO_SMALL', 'TLS_CERTIFICATE_WEAK'],
  ['CA_KEY_TOO_SMALL', 'TLS_CERTIFICATE_WEAK'],
  ['CA_MD_TOO_WEAK', 'TLS_CERTIFICATE_WEAK'],
])

/** What the driver says of its own accord during SCRAM. */
function classifyDriver(message: string): FailureCode | undefined {
  if (/server signature/i.test(message)) return 'SERVER_NOT_AUTHENTIC'
  if (/exceeds scramMaxIterations/.test(message)) return 'SCRAM_TOO_COSTLY'
  return /nonce|SCRAM-SERVER|SASL/.test(message) ? 'LOGIN_PROTOCOL_ERROR' : undefined
}

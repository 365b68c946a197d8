import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { DatabaseError } from 'pg'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { ConnectFault } from './connect-fault.ts'
import { codeOf } from './error-code.ts'
import type { FailureCode } from './failures.ts'

/** What the message of a failure quotes: what the fault brought along, or else what its cause says. */
export function detailOfFault(fault: ConnectFault, code: FailureCode, target: ConnectionTarget): string {
  const describe = DETAILS[code]
  return fault.detail ?? describe?.(fault.cause, target) ?? asSentence(wordsOf(fault.cause))
}

type Describe = (cause: unknown, target: ConnectionTarget) => string

const describeClientCertificate: Describe = (_, { tls }) => {
  const certificate = parseCertificate(tls.clientCertificate?.certificate)
  if (certificate === undefined) return ''
  const { subject, validTo } = certificate
  return ` (${subject.replaceAll('\n', ', ')}, valid until ${validTo})`
}

/** Where a message is more than the words of the cause. Those that stand in a bracket bring it along. */
const DETAILS: Partial<Record<FailureCode, Describe>> = {
  CONNECTION_REFUSED: (cause, { host }) => (isIP(host) === 0 ? inBracket(addressesOf(cause).join(', ')) : ''),
  HOST_UNREACHABLE: (cause) => inBracket(codeOf(cause)),
  TLS_VERSION_UNSUPPORTED: (_, { tls }) =>
    [...new Set([tls.minVersion ?? 'TLSv1.2', tls.maxVersion ?? 'TLSv1.3'])].join(', '),
  CLIENT_CERTIFICATE_UNTRUSTED: describeClientCertificate,
  CLIENT_CERTIFICATE_EXPIRED: describeClientCertificate,
  CLIENT_CERTIFICATE_REVOKED: describeClientCertificate,
  CLIENT_CERTIFICATE_REJECTED: describeClientCertificate,
  CLIENT_CERTIFICATE_WRONG_USER: describeClientCertificate,
  SCRAM_TOO_COSTLY: (cause) => {
    const [, asked, limit] = /(\d+) exceeds scramMaxIterations of (\d+)/.exec(wordsOf(cause)) ?? []
    return `${asked} times, and ${limit} is the limit.`
  },
}

function inBracket(text: string): string {
  return text === '' ? '' : ` (${text})`
}

/** Those that a name stands for and that were called. */
function addressesOf(cause: unknown): string[] {
  const failures: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause]
  return failures.flatMap((failure) => {
    const address: unknown = (failure as { address?: unknown } | null)?.address
    return typeof address === 'string' ? [address] : []
  })
}

function parseCertificate(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** What an error says; of a server's also its detail. */
export function wordsOf(error: unknown): string {
  if (error instanceof DatabaseError && error.detail !== undefined) {
    return `${asSentence(error.message)} ${error.detail}`
  }
  // Several addresses of one host may have failed; the first failure speaks for them.
  if (error instanceof AggregateError && error.message === '') return wordsOf(error.errors[0])
  return reasonOf(error) ?? (error instanceof Error ? error.message : String(error))
}

/** OpenSSL's own words, without the place in its source. */
function reasonOf(error: unknown): string | undefined {
  const { code, reason } = (error ?? {}) as { code?: unknown; reason?: unknown }
  return typeof reason === 'string' && String(code).startsWith('ERR_') ? reason : undefined
}

/** A server may say anything, at any length. */
const MAX_QUOTED_LENGTH = 500

/** One line with a full stop. */
export function asSentence(text: string): string {
  const line = text
    .trim()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, MAX_QUOTED_LENGTH)
  return /[.!?]$/.test(line) ? line : `${line}.`
}

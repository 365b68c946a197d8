import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * True when a certificate is for `name`, by libpq's rules: alternative names of DNS and IP form count, the
 * common name only where there is no alternative name of the same form as `name`, and a wildcard stands for
 * the whole left-most label only.
 */
export function certificateMatches(certificate: X509Certificate, name: string): boolean {
  const wanted = name.replace(/^\[(.*)\]$/, '$1')
  const names = certificateNames(certificate)
  // libpq compares the text of an IP address with DNS names too.
  if (names.dns.some((pattern) => matchesName(pattern, wanted))) return true
  const isAddress = isIP(wanted) !== 0
  if (isAddress && certificate.checkIP(wanted) !== undefined) return true
  const hasOwnForm = isAddress ? names.ip.length > 0 : names.dns.length > 0
  return !hasOwnForm && names.common !== undefined && matchesName(names.common, wanted)
}

/** The names that a certificate carries. */
export interface CertificateNames {
  readonly dns: readonly string[]
  readonly ip: readonly string[]
  readonly common?: string | undefined
}

export function certificateNames(certificate: X509Certificate): CertificateNames {
  const alternatives = parseAlternatives(certificate.subjectAltName ?? '')
  const of = (kind: string): string[] =>
    alternatives.filter((alternative) => alternative.kind === kind).map(({ value }) => value)
  const common: unknown = certificate.toLegacyObject().subject.CN
  const first: unknown = Array.isArray(common) ? common[0] : common
  return {
    dns: of('DNS'),
    ip: of('IP Address'),
    ...(typeof first === 'string' ? { common: first } : {}),
  }
}

/** All names in one line, for messages. */
export function listNames({ dns, ip, common }: CertificateNames): string {
  const names = [...dns, ...ip]
  return names.length > 0 ? names.join(', ') : (common ?? 'nothing')
}

/** Node.js prints `DNS:a, IP Address:1.2.3.4`, and a name that could be misread as a JSON string. */
const ALTERNATIVE = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g

function parseAlternatives(text: string): { kind: string; value: string }[] {
  return [...text.matchAll(ALTERNATIVE)].map(([, kind = '', value = '']) => ({
    kind: kind.trim(),
    value: value.startsWith('"') ? (JSON.parse(value) as string) : value,
  }))
}

/** `*.example.com` is for `db.example.com`, neither for `a.b.example.com` nor for `example.com`. */
function matchesName(pattern: string, name: string): boolean {
  const [wanted, given] = [name.toLowerCase(), pattern.toLowerCase()]
  if (given === wanted) return true
  if (!given.startsWith('*.') || given.length > wanted.length) return false
  const ending = given.slice(1)
  return wanted.endsWith(ending) && !wanted.slice(0, -ending.length).includes('.')
}

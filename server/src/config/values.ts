import { HOST_RULE_FORMS, type HostRules, parseHostRules } from '#kit/host-rules.ts'
import { VERIFY_LEVELS, type VerifyLevel } from '#kit/verify-level.ts'

/** Reads the text of one setting; throws ExpectationError. */
export type Parse<T> = (text: string) => T

/** Which edition of the platform the server stands in for: they offer different ways of authentication. */
export const editions = ['azure', 'aws'] as const
export type Edition = (typeof editions)[number]

/** What a process does. All of them over one database and one lake are one Headwater. */
export const roles = ['all', 'server', 'worker'] as const
export type Role = (typeof roles)[number]

/** What a setting's text must be, as the end of "... must be". Never holds the text. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError'
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Any text. */
export const parseText: Parse<string> = (text) => text

export const parseBoolean: Parse<boolean> = (text) => {
  const word = text.toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(word)) return true
  if (['false', 'no', 'off', '0'].includes(word)) return false
  throw new ExpectationError('true or false')
}

/** A whole number between two bounds, both included. */
export function parseWhole(least: number, most: number): Parse<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new ExpectationError(`a whole number from ${least} to ${most}`)
  }
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 }

/** A number of bytes: `67108864`, `64MiB` or `1 GiB`. */
export function parseSize(least: number, most: number): Parse<number> {
  return (text) => {
    const [, digits = '', unit = ''] = /^(\d+)\s*(|b|kib|mib|gib)$/i.exec(text) ?? []
    const value = digits === '' ? Number.NaN : Number(digits) * (unitBytes[unit.toLowerCase()] ?? Number.NaN)
    if (value >= least && value <= most) return value
    throw new ExpectationError(`a size from ${formatSize(least)} to ${formatSize(most)}, for instance 64MiB`)
  }
}

/** An absolute http or https URL without query; a slash at its end is dropped. */
export const parseHttpUrl: Parse<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url !== undefined && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (plain && ['http:', 'https:'].includes(url.protocol)) return url.href.replace(/\/+$/, '')
  throw new ExpectationError('an http or https URL without user, query or fragment')
}

/** A PostgreSQL URL; what it says about TLS is judged where the connection is made. */
export const parsePostgresUrl: Parse<string> = (text) => {
  if (URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)) return text
  throw new ExpectationError('a URL of the form postgres://user:password@host:5432/database')
}

/** How S3 seals what is written: `AES256`, `aws:kms` with the account's key, or a key of KMS. */
export interface S3Encryption {
  readonly algorithm: 'AES256' | 'aws:kms'
  readonly kmsKeyId?: string | undefined
}

export const parseEncryption: Parse<S3Encryption> = (text) => {
  const algorithm = (['AES256', 'aws:kms'] as const).find((name) => name.toLowerCase() === text.toLowerCase())
  if (algorithm !== undefined) return { algorithm }
  if (/^arn:aws[a-z-]*:kms:\S+$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^alias\/[\w/-]+$/i.test(text))
    return { algorithm: 'aws:kms', kmsKeyId: text }
  throw new ExpectationError('AES256, aws:kms, or the ARN, id or alias of a KMS key')
}

/** A list of hosts; each entry is one of {@link HOST_RULE_FORMS}. */
export const parseHosts: Parse<HostRules> = (text) => {
  try {
    return parseHostRules(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ExpectationError(
      `entries separated by commas, each ${HOST_RULE_FORMS}; "${error.message}" is none of these`,
    )
  }
}

export const parseLogLevel: Parse<LogLevel> = (text) => {
  const level = logLevels.find((name) => name === text.toLowerCase())
  if (level !== undefined) return level
  throw new ExpectationError(`one of ${logLevels.join(', ')}`)
}

export const parseRole: Parse<Role> = (text) => {
  const role = roles.find((name) => name === text.toLowerCase())
  if (role !== undefined) return role
  throw new ExpectationError(`one of ${roles.join(', ')}`)
}

export const parseEdition: Parse<Edition> = (text) => {
  const edition = editions.find((name) => name === text.toLowerCase())
  if (edition !== undefined) return edition
  throw new ExpectationError(`one of ${editions.join(', ')}`)
}

export const parseVerifyLevel: Parse<VerifyLevel> = (text) => {
  const level = VERIFY_LEVELS.find((name) => name === text.toLowerCase())
  if (level !== undefined) return level
  throw new ExpectationError(`one of ${VERIFY_LEVELS.join(', ')}`)
}

export const parseOrgId: Parse<string> = (text) => {
  if (/^[0-9A-Fa-f]{24}@AdobeOrg$/.test(text)) return text
  throw new ExpectationError('24 hexadecimal digits followed by @AdobeOrg')
}

/** It becomes the namespace `_<tenant id>` of fields in schemas. */
export const parseTenantId: Parse<string> = (text) => {
  if (/^[a-z][a-z0-9]{0,31}$/.test(text)) return text
  throw new ExpectationError('1 to 32 lower-case letters and digits that begin with a letter')
}

function formatSize(bytes: number): string {
  if (bytes >= 2 ** 30) return `${bytes / 2 ** 30}GiB`
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20}MiB` : `${bytes} bytes`
}

import { parseCertificates, parseClientCertificate, parseRevocationLists } from './certificates.ts'
import { ConnectionParamsError } from './connection-params-error.ts'
import { hasPemMarker } from './pem.ts'
import type { SettingKey } from './setting-names.ts'
import type { Setting, Settings } from './settings.ts'
import { parseTlsOptions } from './tls-options.ts'
import { type ClientCertificate, planOdbcTls, planTls, type TlsPlan, type TlsPlanExtras } from './tls-plan.ts'
import { isSystemRoots, parseExpectedName, parseTlsRequest, type TlsRequest } from './tls-request.ts'

/** What a plan makes of certificates and names that are given. */
interface Checks {
  readonly usesTls: boolean
  /** `roots`: the chain is checked where roots are given; that is libpq's rule for the modes below verify-ca. */
  readonly chain: 'never' | 'roots' | 'always'
  readonly checksName: boolean
  /** Plaintext may follow a certificate that fails, so that a check protects nothing. */
  readonly fallsBack: boolean
}

/**
 * The TLS plan of all settings together. What has no effect leaves a warning.
 * @throws ConnectionParamsError for values that can't be read, contradictions, and paths where a text is needed
 */
export function planSettingsTls(settings: Settings): TlsPlan {
  const request = parseTlsRequest(settings)
  const checks = checksOf(request)
  const expectedName = parseExpectedName(settings)
  const ca = parseRoots(settings, checks)
  const isChecked = checks.chain === 'always' || (checks.chain === 'roots' && ca !== undefined)
  const extras: TlsPlanExtras = {
    ...parseTlsOptions(settings, request),
    ...defined('expectedName', checks.checksName ? expectedName : undefined),
    ...defined('ca', ca),
    ...defined('crl', parseRevocations(settings, isChecked)),
    ...defined('clientCertificate', parseClient(settings, checks)),
  }
  noteChecks(settings, request, checks, ca)
  return request.words === 'odbc' ? planOdbcTls(request.encryption, extras) : planTls(request.mode, extras)
}

function checksOf(request: TlsRequest): Checks {
  if (request.words === 'odbc') {
    const { method, isValidated, checksName } = request.encryption
    const chain = isValidated ? 'always' : 'never'
    return { usesTls: method !== 'none', chain, checksName: isValidated && checksName, fallsBack: false }
  }
  const { mode, isTrusting } = request
  const isVerifying = mode === 'verify-ca' || mode === 'verify-full'
  return {
    usesTls: mode !== 'disable',
    chain: isVerifying ? 'always' : isTrusting || mode === 'disable' ? 'never' : 'roots',
    checksName: mode === 'verify-full',
    fallsBack: mode === 'allow' || mode === 'prefer',
  }
}

function parseRoots(settings: Settings, checks: Checks): string | undefined {
  const root = settings.find('sslRootCertificate')
  if (root === undefined || isSystemRoots(root)) return undefined
  const isNeeded = checks.chain === 'always' || (checks.chain === 'roots' && !checks.fallsBack)
  if (!isPemText(root, settings, isNeeded)) return undefined
  const certificates = parseCertificates(root)
  if (checks.chain !== 'never') return certificates
  settings.warnings.push(`${root.name} is not used: the certificate of the server is not checked.`)
  return undefined
}

function parseRevocations(settings: Settings, isChecked: boolean): string | undefined {
  const list = settings.find('sslRevocationList')
  if (list === undefined || !isPemText(list, settings, isChecked)) return undefined
  const lists = parseRevocationLists(list)
  if (isChecked) return lists
  settings.warnings.push(`${list.name} is not used: the certificate of the server is not checked.`)
  return undefined
}

const CLIENT_KEYS: readonly SettingKey[] = ['sslCertificate', 'sslKey']

function parseClient(settings: Settings, { usesTls }: Checks): ClientCertificate | undefined {
  const given = CLIENT_KEYS.map((key) => settings.find(key)).filter((part) => part !== undefined)
  if (given.length === 0) return undefined
  const areTexts = given.map((part) => isPemText(part, settings, usesTls))
  if (areTexts.includes(false)) return undefined
  const client = parseClientCertificate(settings)
  if (usesTls) return client
  settings.warnings.push(`${settings.nameOf('sslCertificate')} is not used: nothing is encrypted.`)
  return undefined
}

/** A path would let a caller read files of this machine, so it is never one. */
function isPemText({ name, value }: Setting, settings: Settings, isNeeded: boolean): boolean {
  if (hasPemMarker(value)) return true
  const problem = 'is not PEM text. Files of the server are not read: give the PEM text itself.'
  if (isNeeded) throw new ConnectionParamsError(name, problem)
  settings.warnings.push(`${name} ${problem} It is not used.`)
  return false
}

function noteChecks(settings: Settings, request: TlsRequest, checks: Checks, ca: string | undefined): void {
  const { warnings } = settings
  if (settings.find('sslHostName') !== undefined && !checks.checksName) {
    const how =
      request.words === 'odbc' ? 'ValidateServerCertificate=1 with EncryptionMethod=1 or 6' : 'verify-full'
    warnings.push(`${settings.nameOf('sslHostName')} is not used: only ${how} checks a name.`)
  }
  if (checks.chain === 'always' && !checks.checksName && ca === undefined) {
    warnings.push(
      'Any certificate of a public root is accepted, and anybody can get one. ' +
        `Give ${settings.nameOf('sslRootCertificate')}, or have the name checked too (verify-full).`,
    )
  }
  if (checks.chain === 'roots' && checks.fallsBack && ca !== undefined) {
    warnings.push('A certificate that fails the check leads to plaintext. Use verify-full to refuse it.')
  }
  if (request.words === 'odbc' && request.encryption.method === 'requested' && checks.chain === 'always') {
    warnings.push(
      'EncryptionMethod=6 goes on in plaintext when the server says that it has no TLS, ' +
        'and an attacker on the way can say so. Use EncryptionMethod=1.',
    )
  }
}

function defined<Key extends keyof TlsPlanExtras>(
  key: Key,
  value: TlsPlanExtras[Key],
): Pick<TlsPlanExtras, Key> | Record<string, never> {
  return value === undefined ? {} : ({ [key]: value } as Pick<TlsPlanExtras, Key>)
}

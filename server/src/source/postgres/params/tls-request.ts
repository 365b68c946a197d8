import { ConnectionParamsError } from './connection-params-error.ts'
import { assertHostName } from './server-address.ts'
import { parseYesNo } from './setting-values.ts'
import type { Setting, Settings } from './settings.ts'
import { type OdbcEncryption, parseTlsMode, type TlsMode } from './tls-plan.ts'

/** What the settings ask of TLS, in the words of the dialect that they use. */
export type TlsRequest =
  | {
      readonly words: 'libpq'
      readonly mode: TlsMode
      /** The certificate is accepted as it is, also where roots are given. */
      readonly isTrusting: boolean
    }
  | { readonly words: 'odbc'; readonly encryption: OdbcEncryption }

/**
 * Which dialect counts and what it says: `SSLMode` wins over `EncryptionMethod`, and without both the form
 * decides, as its driver does: pairs don't encrypt, URLs and single parameters prefer TLS.
 * @throws ConnectionParamsError for values that the dialect doesn't know and for contradictions
 */
export function parseTlsRequest(settings: Settings): TlsRequest {
  const mode = parseMode(settings)
  const request: TlsRequest =
    mode === undefined
      ? { words: 'odbc', encryption: parseOdbcEncryption(settings) }
      : { words: 'libpq', mode, isTrusting: parseYesNo(settings.find('trustServerCertificate')) }
  if (mode !== undefined) noteOdbcKeys(settings)
  noteRequireSsl(settings)
  assertNoContradiction(request, settings)
  return request
}

function parseMode(settings: Settings): TlsMode | undefined {
  const given = settings.find('sslMode')
  if (given !== undefined && given.value.trim() !== '') {
    const mode = parseTlsMode(given.value, given.name)
    assertStrongEnoughForSystem(settings, mode)
    return mode
  }
  if (settings.find('encryptionMethod') !== undefined) return undefined
  if (usesSystemRoots(settings)) return 'verify-full'
  if (parseYesNo(settings.find('requireSsl'))) return 'require'
  return settings.form === 'pairs' ? undefined : 'prefer'
}

/** `sslrootcert=system`, libpq's word for the roots of the operating system. */
export function isSystemRoots(root: Setting | undefined): boolean {
  return root?.value.trim().toLowerCase() === 'system'
}

function usesSystemRoots(settings: Settings): boolean {
  return isSystemRoots(settings.find('sslRootCertificate'))
}

function assertStrongEnoughForSystem(settings: Settings, mode: TlsMode): void {
  if (mode === 'verify-full' || !usesSystemRoots(settings)) return
  throw new ConnectionParamsError(
    settings.nameOf('sslMode'),
    `is ${mode}, but with ${settings.nameOf('sslRootCertificate')}=system it must be verify-full: ` +
      'anybody can get a certificate from a public root, so the name must be checked.',
  )
}

function parseOdbcEncryption(settings: Settings): OdbcEncryption {
  const method = parseMethod(settings)
  const isValidated = parseYesNo(settings.find('validateServerCertificate'), '0 or 1')
  if (isValidated && method === 'none') {
    const name = settings.nameOf('validateServerCertificate')
    settings.warnings.push(`${name} has no effect: without EncryptionMethod=1 or 6 nothing is encrypted.`)
    return { method, isValidated: false, checksName: false }
  }
  return { method, isValidated, checksName: settings.find('sslHostName') !== undefined }
}

const METHODS = { '0': 'none', '1': 'required', '6': 'requested' } as const

function parseMethod(settings: Settings): OdbcEncryption['method'] {
  const given = settings.find('encryptionMethod')
  const digit = given?.value.trim() ?? ''
  if (digit === '') return 'none'
  if (digit === '0' || digit === '1' || digit === '6') return METHODS[digit]
  const name = settings.nameOf('encryptionMethod')
  if (!/^[2-5]$/.test(digit)) {
    throw new ConnectionParamsError(
      name,
      'must be 0 (none), 1 (encrypted) or 6 (encrypted if the server can).',
    )
  }
  settings.warnings.push(`${name}=${digit} is not documented; it is taken as 1.`)
  return 'required'
}

function noteOdbcKeys(settings: Settings): void {
  for (const key of ['encryptionMethod', 'validateServerCertificate'] as const) {
    if (settings.find(key) === undefined) continue
    const [mode, other] = [settings.nameOf('sslMode'), settings.nameOf(key)]
    settings.warnings.push(
      settings.find('sslMode') === undefined
        ? `${other} has no effect without EncryptionMethod.`
        : `${other} is not used: ${mode} is given and says it all.`,
    )
  }
}

function noteRequireSsl(settings: Settings): void {
  const winner = (['sslMode', 'encryptionMethod'] as const).find((key) => settings.find(key) !== undefined)
  if (winner === undefined || settings.find('requireSsl') === undefined) return
  const [loser, name] = [settings.nameOf('requireSsl'), settings.nameOf(winner)]
  settings.warnings.push(`${loser} is not used: ${name} is given and says it all.`)
}

/** "Trust whatever comes" and "check what comes" can't both be meant. */
function assertNoContradiction(request: TlsRequest, settings: Settings): void {
  const trust = settings.find('trustServerCertificate')
  if (!parseYesNo(trust)) return
  const check = checkAskedFor(request, settings)
  if (trust === undefined || check === undefined) return
  throw new ConnectionParamsError(
    trust.name,
    `contradicts ${check}: one accepts any certificate, the other checks it. Leave one of them out.`,
  )
}

function checkAskedFor(request: TlsRequest, settings: Settings): string | undefined {
  if (request.words === 'odbc')
    return request.encryption.isValidated ? `${settings.nameOf('validateServerCertificate')}=1` : undefined
  const { mode } = request
  return mode === 'verify-ca' || mode === 'verify-full' ? `${settings.nameOf('sslMode')} ${mode}` : undefined
}

const THE_HOST = '#servername#'

/** The name that the certificate must carry where it isn't the host's. @throws ConnectionParamsError */
export function parseExpectedName(settings: Settings): string | undefined {
  const given = settings.find('sslHostName')
  if (given === undefined || given.value.trim().toLowerCase() === THE_HOST) {
    // libpq connects to `hostaddr` and expects the certificate of `host`.
    const host = settings.find('hostAddress') === undefined ? undefined : settings.find('server')
    return host === undefined ? undefined : assertHostName(host.value, host.name)
  }
  return assertHostName(given.value, given.name)
}

import { ConnectionParamsError } from './connection-params-error.ts'
import { parseWord } from './setting-values.ts'
import type { Setting, Settings } from './settings.ts'
import type { TlsMode, TlsPlanExtras } from './tls-plan.ts'
import type { TlsRequest } from './tls-request.ts'

type Options = Pick<TlsPlanExtras, 'negotiation' | 'channelBinding' | 'minVersion' | 'maxVersion'>
type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** How TLS is opened, in which versions, and whether SCRAM is bound to it. @throws ConnectionParamsError */
export function parseTlsOptions(settings: Settings, request: TlsRequest): Options {
  assertNoGss(settings)
  const options = {
    negotiation: parseNegotiation(settings, request),
    channelBinding: parseChannelBinding(settings, request),
    ...parseVersions(settings),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** Every attempt is made over TLS. */
function needsTls(request: TlsRequest): boolean {
  if (request.words === 'odbc') return request.encryption.method === 'required'
  const strong: readonly TlsMode[] = ['require', 'verify-ca', 'verify-full']
  return strong.includes(request.mode)
}

function neverUsesTls(request: TlsRequest): boolean {
  return request.words === 'odbc' ? request.encryption.method === 'none' : request.mode === 'disable'
}

function parseNegotiation(settings: Settings, request: TlsRequest): Options['negotiation'] {
  const given = settings.find('sslNegotiation')
  const negotiation = parseWord(given, ['postgres', 'direct'])
  if (given !== undefined && negotiation === 'direct' && !needsTls(request)) {
    throw new ConnectionParamsError(
      given.name,
      'must not be direct where plaintext is allowed too. Use require, verify-ca or verify-full.',
    )
  }
  return negotiation
}

function parseChannelBinding(settings: Settings, request: TlsRequest): Options['channelBinding'] {
  const given = settings.find('channelBinding')
  const binding = parseWord(given, ['disable', 'prefer', 'require'])
  if (given !== undefined && binding === 'require' && neverUsesTls(request)) {
    throw new ConnectionParamsError(
      given.name,
      'must not be require without TLS: there is no channel to bind to.',
    )
  }
  return binding
}

/** GSS encryption asked for and not used would be plaintext that nobody wanted. */
function assertNoGss(settings: Settings): void {
  const given = settings.find('gssEncryptionMode')
  if (given === undefined || parseWord(given, ['disable', 'prefer', 'require']) !== 'require') return
  throw new ConnectionParamsError(given.name, 'must not be require: GSS encryption is not offered. Use TLS.')
}

function parseVersions(settings: Settings): Pick<Options, 'minVersion' | 'maxVersion'> {
  const list = parseVersionList(settings)
  const minVersion = parseMinVersion(settings) ?? list.minVersion
  const maxVersion = parseMaxVersion(settings) ?? list.maxVersion
  if (minVersion === 'TLSv1.3' && maxVersion === 'TLSv1.2') {
    throw new ConnectionParamsError(settings.nameOf('sslMinVersion'), 'is above the highest version allowed.')
  }
  return { minVersion, maxVersion }
}

const OLD_VERSIONS = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.0', 'TLSv1.1'] as const
const VERSIONS = [...OLD_VERSIONS, 'TLSv1.2', 'TLSv1.3'] as const

function isOffered(version: (typeof VERSIONS)[number]): version is TlsVersion {
  return version === 'TLSv1.2' || version === 'TLSv1.3'
}

function parseMinVersion(settings: Settings): TlsVersion | undefined {
  const given = settings.find('sslMinVersion')
  const version = parseWord(given, VERSIONS)
  if (given === undefined || version === undefined || isOffered(version))
    return version as TlsVersion | undefined
  settings.warnings.push(`${given.name} is not used: no version below TLSv1.2 is ever offered.`)
  return undefined
}

function parseMaxVersion(settings: Settings): TlsVersion | undefined {
  const given = settings.find('sslMaxVersion')
  const version = parseWord(given, VERSIONS)
  if (given === undefined || version === undefined || isOffered(version))
    return version as TlsVersion | undefined
  throw tooOld(given)
}

/** `CryptoProtocolVersion=TLSv1.2,TLSv1.1`: the versions that may be used. */
function parseVersionList(settings: Settings): Pick<Options, 'minVersion' | 'maxVersion'> {
  const given = settings.find('cryptoProtocolVersion')
  if (given === undefined || given.value.trim() === '') return {}
  const versions = given.value.split(',').map((value) => parseWord({ name: given.name, value }, VERSIONS))
  const offered = versions.filter((version) => version !== undefined && isOffered(version))
  if (offered.length === 0) throw tooOld(given)
  if (offered.length < versions.length) {
    settings.warnings.push(`${given.name} names versions below TLSv1.2, which are never offered.`)
  }
  return {
    minVersion: offered.includes('TLSv1.2') ? undefined : 'TLSv1.3',
    maxVersion: offered.includes('TLSv1.3') ? undefined : 'TLSv1.2',
  }
}

function tooOld({ name }: Setting): ConnectionParamsError {
  return new ConnectionParamsError(name, 'must allow TLSv1.2 or TLSv1.3: no older version is ever offered.')
}

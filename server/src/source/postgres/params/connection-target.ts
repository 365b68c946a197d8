import { ConnectionParamsError } from './connection-params-error.ts'
import { type AuthParams, parseSettings } from './parse-settings.ts'
import { planSettingsTls } from './plan-settings-tls.ts'
import { parseServerAddress } from './server-address.ts'
import { parseSearchPath, parseSeconds, parseWord } from './setting-values.ts'
import type { Settings } from './settings.ts'
import type { TlsPlan } from './tls-plan.ts'

/** Everything that is needed to open a session. Plain data: it travels between threads; never log it. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  /** Empty where a client certificate alone authenticates. */
  readonly password: string
  readonly tls: TlsPlan
  readonly connectTimeoutMs: number
  /** Bounds each statement of tests, explorations and previews, never the reads of runs; absent: their own defaults. */
  readonly statementTimeoutMs?: number | undefined
  /** Schemas in which names without one are looked up; absent: the server's setting. */
  readonly searchPath?: readonly string[] | undefined
  /** What was given but has no effect, in sentences for the user. */
  readonly warnings: readonly string[]
}

const DEFAULT_CONNECT_TIMEOUT_MS = 15_000
const MAX_CONNECT_TIMEOUT_MS = 120_000
/** What PostgreSQL's `statement_timeout` can hold. */
const MAX_STATEMENT_TIMEOUT_MS = 2_147_483_647

/**
 * The target that the `auth` object of a base connection describes.
 * @throws ConnectionParamsError with the name of the missing or bad key.
 */
export function parseConnectionTarget(specName: string, params: AuthParams): ConnectionTarget {
  const settings = parseSettings(specName, params)
  assertOneWayIn(settings)
  const address = parseServerAddress(settings)
  const tls = planSettingsTls(settings)
  const statementTimeoutMs = parseSeconds(settings.find('commandTimeout'))
  const searchPath = parseSearchPath(settings.find('schema'), {
    folds: settings.nameOf('schema') !== 'schema',
  })
  noteTargetSession(settings)
  return {
    ...address,
    database: settings.get('database').value,
    username: settings.get('username').value,
    password: parsePassword(settings, tls),
    tls,
    connectTimeoutMs: parseConnectTimeout(settings),
    ...(statementTimeoutMs === undefined || statementTimeoutMs === Number.POSITIVE_INFINITY
      ? {}
      : { statementTimeoutMs: Math.min(statementTimeoutMs, MAX_STATEMENT_TIMEOUT_MS) }),
    ...(searchPath === undefined ? {} : { searchPath }),
    warnings: settings.warnings,
  }
}

/**
 * Where a connection leads, as far as that can be told: `host:port` of parameters that may be incomplete
 * otherwise. `undefined` when they don't lead anywhere.
 */
export function findDestination(specName: string, params: AuthParams): string | undefined {
  try {
    const { host, port } = parseServerAddress(parseSettings(specName, params))
    return `${host.toLowerCase()}:${port}`
  } catch (error) {
    if (error instanceof ConnectionParamsError) return undefined
    throw error
  }
}

/** Only a client certificate can take the place of a password. */
function parsePassword(settings: Settings, tls: TlsPlan): string {
  const given = settings.find('password')
  if (tls.clientCertificate !== undefined) return given?.value ?? ''
  if (given === undefined && settings.find('sslCertificate') !== undefined) {
    const name = settings.nameOf('password')
    throw new ConnectionParamsError(name, 'is missing: a client certificate takes its place over TLS only.')
  }
  return settings.get('password').value
}

function assertOneWayIn(settings: Settings): void {
  const given = settings.find('authenticationType')
  if (given === undefined || ['basic', '0'].includes(given.value.trim().toLowerCase())) return
  throw new ConnectionParamsError(
    given.name,
    'must be Basic: user name with a password or a client certificate.',
  )
}

function parseConnectTimeout(settings: Settings): number {
  const timeoutMs = parseSeconds(settings.find('connectionTimeout')) ?? DEFAULT_CONNECT_TIMEOUT_MS
  if (timeoutMs <= MAX_CONNECT_TIMEOUT_MS) return timeoutMs
  const name = settings.nameOf('connectionTimeout')
  settings.warnings.push(
    `${name} asks for more than the longest time allowed and counts as ${MAX_CONNECT_TIMEOUT_MS / 1000} seconds.`,
  )
  return MAX_CONNECT_TIMEOUT_MS
}

const SESSION_KINDS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const

/** It chooses among hosts; with one there is nothing to choose. */
function noteTargetSession(settings: Settings): void {
  const given = settings.find('targetSessionAttributes')
  const kind = parseWord(given, SESSION_KINDS)
  if (given === undefined || kind === undefined || kind === 'any') return
  settings.warnings.push(`${given.name} is not checked: there is one host, and it is only read from.`)
}

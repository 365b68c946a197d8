import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HostRules } from '#kit/host-rules.ts'
import { DEFAULT_VERIFY_LEVEL, type VerifyLevel } from '#kit/verify-level.ts'
import { ConfigError } from './config-error.ts'
import type { Env } from './env.ts'
import type { Flags } from './flags.ts'
import type { Edition, LogLevel, Role, S3Encryption } from './values.ts'

export type { Edition, LogLevel, Role } from './values.ts'

/** Where the files of the lake are. */
export type LakeConfig =
  | { readonly kind: 'folder'; readonly root: string }
  | {
      readonly kind: 's3'
      /** `s3://bucket/prefix`, without a slash at its end. */
      readonly url: string
      readonly endpoint?: string | undefined
      /** Undefined leaves the search to the AWS tools' own rules. */
      readonly region?: string | undefined
      readonly forcePathStyle: boolean
      /** Undefined leaves it to the bucket. */
      readonly encryption?: S3Encryption | undefined
    }

/** Everything that is decided before the start and is no secret. Paths are absolute. */
export interface Config {
  readonly dataDir: string
  readonly host: string
  /** 0 takes any free port; a worker that was given none does not listen. */
  readonly port: number | undefined
  readonly role: Role
  /** Of the metadata: a server of our own, or the one that the secrets hold the URL of. */
  readonly database: 'bundled' | 'url'
  readonly lake: LakeConfig
  readonly publicUrl?: string | undefined
  /** Undefined: the store makes one at the first start and keeps it. */
  readonly orgId?: string | undefined
  readonly tenantId: string
  readonly edition: Edition
  readonly minIntervalMinutes: number
  readonly validateOnCreate: boolean
  /** Refuse what the platform's rules refuse, where clients are known to get it wrong. */
  readonly strict: boolean
  /** Where a flow does not say it. */
  readonly verify: VerifyLevel
  readonly extractSlots: number
  readonly sliceTargetBytes: number
  /** Sessions that the runs of all processes work with on one base connection at a time. */
  readonly sourceConnections: number
  /** How long a run may hold a snapshot of its source. */
  readonly maxSnapshotAgeMs: number
  /** Receivers that notifications may go to; undefined for any. */
  readonly webhookHosts?: HostRules | undefined
  readonly logLevel: LogLevel
}

/** Of servers. */
export const DEFAULT_PORT = 8787

/** What the program finds where it starts. */
export interface Surroundings {
  /** Relative paths count from here. */
  cwd: string
  cpuCount: number
}

/** Defaults and cross-checks; flags win over the environment. Pure. Throws ConfigError. */
export function planConfig(env: Env, flags: Flags, { cwd, cpuCount }: Surroundings): Config {
  const dataDir = path.resolve(cwd, flags.dataDir ?? env.dataDir ?? '.headwater')
  const lake = planLake(env, cwd, dataDir)
  const role = flags.role ?? env.role ?? 'all'
  const problems = [
    ...(lake.kind === 'folder' ? findStrayS3Settings(env) : []),
    ...(role === 'all' ? [] : findUnshared(role, env)),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze({
    dataDir,
    host: flags.host ?? env.host ?? '127.0.0.1',
    port: flags.port ?? env.port ?? (role === 'worker' ? undefined : DEFAULT_PORT),
    role,
    database: env.databaseUrl === undefined ? 'bundled' : 'url',
    lake,
    publicUrl: env.publicUrl,
    orgId: env.orgId,
    tenantId: env.tenantId ?? 'headwater',
    edition: env.edition ?? 'azure',
    minIntervalMinutes: env.minIntervalMinutes ?? 15,
    validateOnCreate: env.validateOnCreate ?? true,
    strict: env.strict ?? false,
    verify: env.verify ?? DEFAULT_VERIFY_LEVEL,
    extractSlots: env.extractSlots ?? Math.max(1, Math.min(4, cpuCount)),
    sliceTargetBytes: env.sliceTargetBytes ?? 64 * 2 ** 20,
    sourceConnections: env.sourceConnections ?? 16,
    maxSnapshotAgeMs: (env.maxSnapshotMinutes ?? 6 * 60) * 60_000,
    webhookHosts: env.webhookHosts,
    logLevel: env.logLevel ?? 'info',
  })
}

function planLake(env: Env, cwd: string, dataDir: string): LakeConfig {
  const text = env.lake ?? path.join(dataDir, 'lake')
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return Object.freeze({ kind: 'folder', root: path.resolve(cwd, text) })
  if (scheme === 'file') return Object.freeze({ kind: 'folder', root: parseFileUrl(text) })
  if (scheme === 's3') return Object.freeze(planS3(env, text))
  throw new ConfigError([`HEADWATER_LAKE is "${text}", but must be a folder or s3://bucket/prefix.`])
}

function parseFileUrl(text: string): string {
  try {
    return path.resolve(fileURLToPath(text))
  } catch {
    throw new ConfigError([`HEADWATER_LAKE is "${text}", but a file URL has the form file:///folder.`])
  }
}

function planS3(env: Env, text: string): LakeConfig {
  const url = text.replace(/^s3/i, 's3').replace(/\/+$/, '')
  if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^/?#\s]+)*$/.test(url)) {
    throw new ConfigError([`HEADWATER_LAKE is "${text}", but must have the form s3://bucket/prefix.`])
  }
  return {
    kind: 's3',
    url,
    endpoint: env.s3Endpoint,
    // Other storage than AWS ignores the region, but a request can't be signed without one.
    region: env.s3Region ?? (env.s3Endpoint === undefined ? undefined : 'us-east-1'),
    forcePathStyle: env.s3ForcePathStyle ?? env.s3Endpoint !== undefined,
    encryption: env.s3Encryption,
  }
}

/** Processes that share the work have to share what they work on. */
function findUnshared(role: Role, env: Env): string[] {
  const problems: string[] = []
  if (env.databaseUrl === undefined)
    problems.push(
      `The role ${role} needs DATABASE_URL: the bundled server belongs to one process. Name the PostgreSQL that servers and workers share.`,
    )
  if (env.lake === undefined)
    problems.push(
      `The role ${role} needs HEADWATER_LAKE: a bucket, or a folder that all machines see. The default is in the data folder of one process.`,
    )
  if (env.masterKey === undefined)
    problems.push(
      `The role ${role} needs HEADWATER_MASTER_KEY: what one process seals the others have to open. Give all of them the same 32 bytes.`,
    )
  if (role === 'worker' && env.publicUrl === undefined)
    problems.push(
      'A worker needs HEADWATER_PUBLIC_URL: it writes into runs under which address their files are read.',
    )
  return problems
}

function findStrayS3Settings(env: Env): string[] {
  const set = [
    env.s3Endpoint !== undefined && 'HEADWATER_S3_ENDPOINT',
    env.s3Region !== undefined && 'HEADWATER_S3_REGION',
    env.s3ForcePathStyle !== undefined && 'HEADWATER_S3_FORCE_PATH_STYLE',
    env.s3Encryption !== undefined && 'HEADWATER_S3_ENCRYPTION',
  ].filter((name) => name !== false)
  return set.map(
    (name) =>
      `${name} is set, but the lake is a folder. Set HEADWATER_LAKE to s3://bucket/prefix, or unset it.`,
  )
}

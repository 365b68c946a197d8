import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Binaries, npmHome } from './binaries.ts'
import { BundledPostgresError } from './bundled-error.ts'
import { isReachable, type RunAs } from './run-as.ts'

interface Link {
  source: string
  target: string
}

/**
 * Binaries that the user of the server can run: the given ones, or a copy below a temporary folder when that
 * user can't reach them (a project below /root) or when npm left out the links between the libraries
 * (`--ignore-scripts`). The copy is made once per version and user, and is checked at every start.
 */
export function makeRunnable(binaries: Binaries, runAs: RunAs): Binaries {
  if (binaries.origin === 'system') return binaries
  const home = npmHome(binaries.binDir)
  if (linksAreWhole(home) && isReachableHome(home, runAs)) return binaries
  return { ...binaries, binDir: path.join(copyHome(home, binaries.version, runAs), 'bin') }
}

function isReachableHome(home: string, runAs: RunAs): boolean {
  const parts = ['bin/postgres', 'bin/initdb', 'lib', 'lib/postgresql', 'share/postgresql/postgres.bki']
  return parts
    .map((part) => path.join(home, part))
    .every((part) => existsSync(part) && isReachable(part, runAs))
}

function linksAreWhole(home: string): boolean {
  return readLinks(home).every(({ target }) => existsSync(path.join(home, target)))
}

/** The package names its links relative to its own root, e.g. `native/lib/libpq.so.5`; here relative to `home`. */
function readLinks(home: string): Link[] {
  const file = path.join(home, 'pg-symlinks.json')
  if (!existsSync(file)) return []
  const links = JSON.parse(readFileSync(file, 'utf8')) as Link[]
  const inHome = (name: string): string => path.relative('native', name)
  return links.map(({ source, target }) => ({ source: inHome(source), target: inHome(target) }))
}

function copyHome(home: string, version: string, runAs: RunAs): string {
  const own = process.getuid?.() ?? runAs.uid
  const copy = path.join(chooseTempDir(runAs), `headwater-postgres-${version}-${runAs.uid}`)
  if (isWhole(home, copy, own)) return copy
  const fresh = `${copy}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  copyTree(home, fresh)
  for (const { source, target } of readLinks(home)) linkInside(fresh, source, target)
  replaceDir(fresh, copy, own)
  return copy
}

function chooseTempDir(runAs: RunAs): string {
  const dir = [tmpdir(), '/tmp', '/var/tmp'].find(
    (candidate) => existsSync(candidate) && isReachable(candidate, runAs),
  )
  if (dir !== undefined) return dir
  throw new BundledPostgresError(
    'not-permitted',
    `User ${runAs.uid} can reach neither the PostgreSQL binaries nor a temporary folder to copy them to. Set TMPDIR to a folder that everybody may enter.`,
  )
}

/** Somebody else could have made the folder first, or a cleaner of old files could have thinned it out. */
function isWhole(home: string, copy: string, owner: number): boolean {
  const found = lstatSync(copy, { throwIfNoEntry: false })
  if (found === undefined || !found.isDirectory() || found.uid !== owner || (found.mode & 0o022) !== 0)
    return false
  return (
    listFiles(home).every((name) => {
      const original = statSync(path.join(home, name))
      const copied = statSync(path.join(copy, name), { throwIfNoEntry: false })
      return copied?.uid === owner && copied.size === original.size && (copied.mode & 0o022) === 0
    }) && readLinks(home).every(({ target }) => existsSync(path.join(copy, target)))
  )
}

function listFiles(home: string): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)))
}

function copyTree(home: string, fresh: string): void {
  makeDir(fresh)
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const from = path.join(entry.parentPath, entry.name)
    const to = path.join(fresh, path.relative(home, from))
    if (entry.isDirectory()) makeDir(to)
    if (entry.isFile()) copyFile(from, to)
  }
}

/** The mode is set apart, since mkdir subtracts the umask. */
function makeDir(dir: string): void {
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o755)
}

function copyFile(from: string, to: string): void {
  makeDir(path.dirname(to))
  copyFileSync(from, to)
  chmodSync(to, (statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755)
}

function linkInside(home: string, source: string, target: string): void {
  const link = path.join(home, target)
  rmSync(link, { force: true })
  symlinkSync(path.relative(path.dirname(target), source), link)
}

function replaceDir(fresh: string, dir: string, owner: number): void {
  const old = lstatSync(dir, { throwIfNoEntry: false })
  if (old !== undefined && old.uid !== owner) {
    rmSync(fresh, { recursive: true, force: true })
    throw new BundledPostgresError(
      'not-permitted',
      `${dir} belongs to user ${old.uid}. Remove it and start again.`,
    )
  }
  rmSync(dir, { recursive: true, force: true })
  try {
    renameSync(fresh, dir)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    // Another process made the same copy in the meantime.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

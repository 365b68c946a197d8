import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BundledPostgresError } from './bundled-error.ts'
import type { RunAs } from './run-as.ts'

/** Where everything of one bundled server lives. All paths are absolute. */
export interface Layout {
  dataDir: string
  /** The cluster itself (PGDATA); the only folder that PostgreSQL writes apart from `socketDir`. */
  clusterDir: string
  lockFile: string
  stateFile: string
  logFile: string
  /** Who may log in; outside the cluster, so that only the user of this process can write it. */
  hbaFile: string
}

// sockaddr_un holds 108 bytes on Linux and 104 on macOS; PostgreSQL appends `.lock` to the same name.
const maxSocketPathBytes = 100
const longestSocketName = '.s.PGSQL.65535'

/** The layout below `dataDir`. Pure. */
export function planLayout(dataDir: string): Layout {
  const root = path.resolve(dataDir)
  return {
    dataDir: root,
    clusterDir: path.join(root, 'cluster'),
    lockFile: path.join(root, 'lock'),
    stateFile: path.join(root, 'server.json'),
    logFile: path.join(root, 'postgres.log'),
    hbaFile: path.join(root, 'pg_hba.conf'),
  }
}

/** The folder for the unix socket: inside `dataDir`, or below `tempDir` where that path would be too long. */
export function planSocketDir(dataDir: string, tempDir: string = tmpdir()): string {
  const inside = path.join(dataDir, 'socket')
  if (Buffer.byteLength(path.join(inside, longestSocketName)) <= maxSocketPathBytes) return inside
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  return path.join(tempDir, `headwater-${hash}`)
}

/**
 * Makes `dir` (mode 0700) for the user that PostgreSQL runs as. An existing folder must belong to that user,
 * since below a shared temporary folder somebody else could have made it first.
 * Throws BundledPostgresError 'not-permitted'.
 */
export function makePrivateDir(dir: string, runAs: RunAs): void {
  try {
    mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const made = lstatSync(dir)
  // One of our own that was copied or restored; nobody else can make a folder that belongs to us.
  if (made.isDirectory() && made.uid === process.getuid?.()) giveAway(dir, runAs)
  const found = lstatSync(dir)
  if (found.isDirectory() && found.uid === runAs.uid && (found.mode & 0o077) === 0) return
  throw new BundledPostgresError(
    'not-permitted',
    `${dir} must be a folder of user ${runAs.uid} with mode 0700. Remove it and start again.`,
  )
}

function giveAway(dir: string, runAs: RunAs): void {
  chmodSync(dir, 0o700)
  if (runAs.foreign) chownSync(dir, runAs.uid, runAs.gid)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import type { Binaries } from './binaries.ts'
import { BundledPostgresError } from './bundled-error.ts'
import { isReachable, type RunAs } from './run-as.ts'

/** What every program of one cluster is started with. */
export interface Launch {
  binaries: Binaries
  runAs: RunAs
}

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A folder or file that the child must reach, by the name that is used in its arguments. */
export type Paths = Readonly<Record<string, string>>

/**
 * Starts `program`. `buildArgs` receives, for every name in `paths`, how the child can name that path:
 * as it is, or, when the child's user can't pass the folders above it, as an open file descriptor
 * (`/proc/self/fd/3`). PostgreSQL enters its data folder first and from then on names files relative to it,
 * so all files land in the real place.
 *
 * The child has its own session, so that the Ctrl-C of a terminal does not reach it, and a fresh environment,
 * so that a PGDATA or PGOPTIONS of the caller does not either. stdout and stderr go to the descriptor `logFd`,
 * never to a pipe: a server that outlives this process must not die from writing a line.
 */
export function launch(
  { binaries, runAs }: Launch,
  program: 'initdb' | 'postgres',
  paths: Paths,
  logFd: number,
  buildArgs: (names: Record<string, string>) => string[],
): ChildProcess {
  const passed: number[] = []
  const names: Record<string, string> = {}
  try {
    for (const [name, target] of Object.entries(paths)) {
      names[name] = isReachable(target, runAs) ? target : passOpen(passed, target, runAs)
    }
    return spawn(path.join(binaries.binDir, program), buildArgs(names), {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', logFd, logFd, ...passed],
      ...(runAs.foreign ? { uid: runAs.uid, gid: runAs.gid } : {}),
    })
  } finally {
    for (const fd of passed) closeSync(fd)
  }
}

/** The child finds what we open as descriptors 3, 4, ... in the order of `passed`. */
function passOpen(passed: number[], target: string, { uid }: RunAs): string {
  if (process.platform !== 'linux') {
    throw new BundledPostgresError(
      'not-permitted',
      `PostgreSQL does not run as root, and user ${uid} cannot reach ${target}. Start as an ordinary user.`,
    )
  }
  return `/proc/self/fd/${passed.push(openSync(target, 'r')) + 2}`
}

/** Resolves when the child has ended; rejects with BundledPostgresError when it could not be started at all. */
export function waitForExit(child: ChildProcess): Promise<Ending> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => reject(spawnFailed(child.spawnfile, error)))
  })
}

function spawnFailed(program: string, cause: Error): BundledPostgresError {
  const denied = ['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')
  return new BundledPostgresError(
    denied ? 'not-permitted' : 'start-failed',
    `${program} could not be started (${cause.message}). Start as an ordinary user, or set DATABASE_URL.`,
    { cause },
  )
}

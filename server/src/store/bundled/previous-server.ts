import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BundledPostgresError } from './bundled-error.ts'
import { findProcess, findWorkingDir, readCommandLine, sendSignal } from './process-status.ts'
import { clusterMark } from './server-settings.ts'

/** A server that runs on the cluster, whoever started it. */
export interface RunningServer {
  pid: number
  port: number
}

const pollMs = 20
const fastShutdownMs = 10_000
const immediateShutdownMs = 10_000
const zombieMs = 2_000

/** The live server of this cluster, or undefined. Zombies and other programs with a reused id don't count. */
export function findServer(clusterDir: string): RunningServer | undefined {
  const written = readPidFile(clusterDir)
  return written !== undefined && identify(written.pid, clusterDir) === 'ours' ? written : undefined
}

/**
 * Ends a server that an earlier, killed process left behind, so that a new one can start: fast shutdown, then
 * immediate. The pid file of a zombie, or of another program that got the same id, is removed; the file of a
 * live server never is, and that of a dead one is left to PostgreSQL, which examines more than the id.
 * Throws BundledPostgresError 'start-failed' when the old server can't be ended.
 */
export async function endPreviousServer(clusterDir: string, signal?: AbortSignal): Promise<void> {
  const pid = readPidFile(clusterDir)?.pid
  if (pid === undefined) return
  if (identify(pid, clusterDir) === 'ours') await endServer(pid, clusterDir, signal)
  // One that ended in order removed the file itself, even if its parent has not collected it yet.
  if (readPidFile(clusterDir)?.pid !== pid) return
  if (identify(pid, clusterDir) === 'zombie') {
    await waitUntil(() => identify(pid, clusterDir) !== 'zombie', zombieMs, signal)
  }
  const left = identify(pid, clusterDir)
  if (left === 'unclear' || left === 'ours') throw cannotEnd(pid, clusterDir)
  if (left !== 'gone') rmSync(pidFile(clusterDir), { force: true })
}

/**
 * Ends what a killed first process left of its server: a busy backend notices only when it next waits, and
 * PostgreSQL refuses to start beside it. Returns how many there were.
 */
export function endStragglers(clusterDir: string): number {
  if (process.platform !== 'linux') return 0
  const real = realpathSync(clusterDir)
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const stragglers = pids.filter((pid) => findWorkingDir(pid) === real && isPostgres(pid))
  for (const pid of stragglers) sendSignal(pid, 'SIGQUIT')
  return stragglers.length
}

async function endServer(pid: number, clusterDir: string, signal: AbortSignal | undefined): Promise<void> {
  const isGone = (): boolean => identify(pid, clusterDir) !== 'ours'
  sendSignal(pid, 'SIGINT')
  if (await waitUntil(isGone, fastShutdownMs, signal)) return
  sendSignal(pid, 'SIGQUIT')
  await waitUntil(isGone, immediateShutdownMs, signal)
}

function cannotEnd(pid: number, clusterDir: string): BundledPostgresError {
  return new BundledPostgresError(
    'start-failed',
    `An earlier PostgreSQL server (pid ${pid}) still uses ${clusterDir} and does not end. End it by hand and start again.`,
  )
}

/** `unclear` is a live PostgreSQL server of which the operating system does not tell us the data folder. */
type Identity = 'gone' | 'zombie' | 'other' | 'ours' | 'unclear'

function identify(pid: number, clusterDir: string): Identity {
  const found = findProcess(pid)
  if (found === undefined) return 'gone'
  if (found.zombie) return 'zombie'
  // It lives, but the operating system hides all else about it.
  if (found.identity === '') return 'unclear'
  const real = existsSync(clusterDir) ? realpathSync(clusterDir) : clusterDir
  if (!isPostgres(pid)) return 'other'
  // A server works from inside its data folder, also when that was given as a file descriptor.
  const workingDir = findWorkingDir(pid)
  if (workingDir !== undefined) return workingDir === real ? 'ours' : 'other'
  // Root without the right to trace (the default of a container) does not see the folder, only the arguments.
  const command = readCommandLine(pid)
  if (command.includes(`${clusterMark}=${real} `)) return 'ours'
  return command.includes(`${clusterMark}=`) ? 'other' : 'unclear'
}

function isPostgres(pid: number): boolean {
  // A backend writes its task there, e.g. "postgres: checkpointer".
  return /(^|\/)postgres[ :]/.test(readCommandLine(pid))
}

function readPidFile(clusterDir: string): RunningServer | undefined {
  try {
    const [pid, , , port] = readFileSync(pidFile(clusterDir), 'utf8').split('\n')
    return { pid: Number(pid), port: Number(port) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function pidFile(clusterDir: string): string {
  return path.join(clusterDir, 'postmaster.pid')
}

async function waitUntil(
  condition: () => boolean,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) return false
    await sleep(pollMs, undefined, { signal })
  }
  return true
}

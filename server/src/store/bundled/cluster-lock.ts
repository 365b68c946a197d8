import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BundledPostgresError } from './bundled-error.ts'
import { findProcess, ownProcess } from './process-status.ts'

interface Holder {
  pid: number
  identity: string
  /** Tells two locks apart; an inode does not, as file systems hand out the number of a removed file again. */
  token: string
}

/** One program's claim on a cluster. */
export interface ClusterLock {
  /** Idempotent; removes only our own file. */
  release(): void
}

// Long enough for a program that examined the same dead lock to notice that it was replaced.
const settleMs = 50

/**
 * Claims a cluster for this process. The file appears whole (written aside, then linked), and a file of a dead
 * process is moved aside and compared, so two programs that find the same dead lock can't both win.
 * Throws BundledPostgresError 'already-running' when a live process holds it.
 */
export async function takeClusterLock(lockFile: string): Promise<ClusterLock> {
  const { pid, identity } = ownProcess()
  const token = randomUUID()
  const own = `${lockFile}.${token}`
  writeFileSync(own, `${JSON.stringify({ pid, identity, token } satisfies Holder)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  try {
    if (replaceDeadLocks(own, lockFile)) await sleep(settleMs)
    const holder = parseHolder(readLock(lockFile))
    if (holder?.token !== token) throw alreadyRunning(lockFile, holder?.pid)
    return { release: () => releaseOwn(lockFile, token) }
  } finally {
    rmSync(own, { force: true })
  }
}

/** The id of the live process that holds the lock, `dead` for a lock that nobody holds any more. */
export function findLockHolder(lockFile: string): number | 'dead' | undefined {
  const text = readLock(lockFile)
  return text === undefined ? undefined : (findLivePid(text) ?? 'dead')
}

/** Links `own` as the lock; returns whether a dead one had to go first. */
function replaceDeadLocks(own: string, lockFile: string): boolean {
  let replaced = false
  while (!tryLink(own, lockFile)) {
    const text = readLock(lockFile)
    if (text === undefined) continue
    const pid = findLivePid(text)
    if (pid !== undefined) throw alreadyRunning(lockFile, pid)
    removeDead(lockFile, text)
    replaced = true
  }
  return replaced
}

function tryLink(own: string, lockFile: string): boolean {
  try {
    linkSync(own, lockFile)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readLock(lockFile: string): string | undefined {
  try {
    return readFileSync(lockFile, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const { pid, identity, token } = JSON.parse(text ?? '') as Partial<Holder>
    if (typeof pid !== 'number' || typeof identity !== 'string') return undefined
    return { pid, identity, token: token ?? '' }
  } catch {
    // A lock appears whole; anything else was cut off by a crash of the machine.
    return undefined
  }
}

function findLivePid(text: string): number | undefined {
  const holder = parseHolder(text)
  const found = holder === undefined ? undefined : findProcess(holder.pid)
  if (holder === undefined || found === undefined || found.zombie) return undefined
  const same = found.identity === holder.identity || found.identity === '' || holder.identity === ''
  return same ? holder.pid : undefined
}

function removeDead(lockFile: string, text: string): void {
  const aside = `${lockFile}.dead.${randomUUID()}`
  try {
    renameSync(lockFile, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  // Somebody replaced the dead lock between our look and our move: give it back.
  if (readLock(aside) !== text) tryLink(aside, lockFile)
  rmSync(aside, { force: true })
}

function releaseOwn(lockFile: string, token: string): void {
  if (parseHolder(readLock(lockFile))?.token === token) rmSync(lockFile, { force: true })
}

function alreadyRunning(lockFile: string, pid: number | undefined): BundledPostgresError {
  const who = pid === undefined ? 'in another process' : `as pid ${pid}`
  return new BundledPostgresError(
    'already-running',
    `The bundled PostgreSQL server is already running ${who} (lock ${lockFile}). Stop that process, or use another data directory.`,
  )
}

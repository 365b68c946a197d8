import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BundledPostgresError } from './bundled-error.ts'
import { findProcess, ownProcess } from './process-status.ts'

interface Holder {
  pid: number
  identity: string
}

interface Seen {
  inode: number
  holder: Holder | undefined
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
 * process is moved aside by its inode, so two programs that find the same dead lock can't both win.
 * Throws BundledPostgresError 'already-running' when a live process holds it.
 */
export async function takeClusterLock(lockFile: string): Promise<ClusterLock> {
  const own = `${lockFile}.${process.pid}.${randomUUID()}`
  const { pid, identity } = ownProcess()
  writeFileSync(own, `${JSON.stringify({ pid, identity } satisfies Holder)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    const { ino: inode } = statSync(own)
    let replaced = false
    while (!tryLink(own, lockFile)) {
      const seen = examine(lockFile)
      if (seen === undefined) continue
      assertDead(lockFile, seen.holder)
      removeDead(lockFile, seen.inode)
      replaced = true
    }
    if (replaced) await sleep(settleMs)
    const now = examine(lockFile)
    if (now?.inode !== inode) throw alreadyRunning(lockFile, now?.holder?.pid)
    return { release: () => releaseOwn(lockFile, inode) }
  } finally {
    rmSync(own, { force: true })
  }
}

/** The id of the live process that holds the lock, `dead` for a lock that nobody holds any more. */
export function findLockHolder(lockFile: string): number | 'dead' | undefined {
  const seen = examine(lockFile)
  if (seen === undefined) return undefined
  return seen.holder !== undefined && isAlive(seen.holder) ? seen.holder.pid : 'dead'
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

function examine(lockFile: string): Seen | undefined {
  try {
    const { ino: inode } = statSync(lockFile)
    return { inode, holder: parseHolder(readFileSync(lockFile, 'utf8')) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, identity } = JSON.parse(text) as Partial<Holder>
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : undefined
  } catch {
    // A lock appears whole; anything else was cut off by a crash of the machine.
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  const found = findProcess(holder.pid)
  if (found === undefined || found.zombie) return false
  return found.identity === holder.identity || found.identity === '' || holder.identity === ''
}

function assertDead(lockFile: string, holder: Holder | undefined): void {
  if (holder !== undefined && isAlive(holder)) throw alreadyRunning(lockFile, holder.pid)
}

function removeDead(lockFile: string, inode: number): void {
  const aside = `${lockFile}.dead.${randomUUID()}`
  try {
    renameSync(lockFile, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  // Somebody replaced the dead lock between our look and our move: give it back.
  if (statSync(aside).ino !== inode) tryLink(aside, lockFile)
  rmSync(aside, { force: true })
}

function releaseOwn(lockFile: string, inode: number): void {
  if (statSync(lockFile, { throwIfNoEntry: false })?.ino === inode) rmSync(lockFile, { force: true })
}

function alreadyRunning(lockFile: string, pid: number | undefined): BundledPostgresError {
  const who = pid === undefined ? 'in another process' : `as pid ${pid}`
  return new BundledPostgresError(
    'already-running',
    `The bundled PostgreSQL server is already running ${who} (lock ${lockFile}). Stop that process, or use another data directory.`,
  )
}

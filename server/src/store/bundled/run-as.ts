import { chownSync, lchownSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { BundledPostgresError } from './bundled-error.ts'

/** The user that PostgreSQL runs as. */
export interface RunAs {
  uid: number
  gid: number
  /** True when this is not the user of this process, which then is root. */
  foreign: boolean
}

/**
 * PostgreSQL refuses to run as root: then it runs as the owner of the existing cluster, else as `nobody`.
 * Anybody else runs it as themselves. Throws BundledPostgresError 'unsupported-platform'.
 */
export function chooseRunAs(clusterDir: string): RunAs {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  if (uid === undefined || gid === undefined) {
    throw new BundledPostgresError(
      'unsupported-platform',
      `The bundled PostgreSQL server does not run on ${process.platform}. Set DATABASE_URL to a PostgreSQL server.`,
    )
  }
  if (uid !== 0) return { uid, gid, foreign: false }
  return { ...(findOwner(clusterDir) ?? nobody()), foreign: true }
}

function findOwner(clusterDir: string): { uid: number; gid: number } | undefined {
  const found = statSync(clusterDir, { throwIfNoEntry: false })
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid }
}

function nobody(): { uid: number; gid: number } {
  const entry = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(-?\d+):(-?\d+):/m)
  // @NOTE macOS writes nobody as -2, which the kernel keeps as an unsigned 32-bit number.
  const id = (text: string | undefined): number => (text === undefined ? 65534 : Number(text) >>> 0)
  return { uid: id(entry?.[1]), gid: id(entry?.[2]) }
}

/** Gives `dir` and all below it to the user that PostgreSQL runs as. */
export function chownTree(dir: string, runAs: RunAs): void {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    lchownSync(path.join(entry.parentPath, entry.name), runAs.uid, runAs.gid)
  }
  chownSync(dir, runAs.uid, runAs.gid)
}

/** True when that user may read the file, or enter the folder, and every folder above it (by mode bits alone). */
export function isReachable(target: string, runAs: RunAs): boolean {
  if (!runAs.foreign) return true
  const real = realpathSync(target)
  for (let dir = path.dirname(real); ; dir = path.dirname(dir)) {
    if (!allows(dir, runAs, 1)) return false
    if (dir === path.dirname(dir)) break
  }
  return allows(real, runAs, statSync(real).isDirectory() ? 5 : 4)
}

function allows(file: string, { uid, gid }: RunAs, wanted: number): boolean {
  const { mode, uid: owner, gid: group } = statSync(file)
  const bits = owner === uid ? mode >> 6 : group === gid ? mode >> 3 : mode
  return (bits & wanted) === wanted
}

import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { formatMasterKey, generateMasterKey, type MasterKey, parseMasterKeys } from './master-key.ts'
import { SecretError } from './secret-error.ts'

/** The key file of a data directory. */
export function keyFilePath(dataDir: string): string {
  return path.join(dataDir, 'master.key')
}

/**
 * The keys of the file, or undefined when there is none.
 * Throws SecretError 'unsafe-key-file' when others may read it, 'bad-key' when it holds no key.
 */
export function findFileKeys(file: string): [MasterKey, ...MasterKey[]] | undefined {
  const fd = openIfThere(file)
  if (fd === undefined) return undefined
  try {
    assertPrivate(fd, file)
    return parseMasterKeys(readFileSync(fd, 'utf8'), file)
  } finally {
    closeSync(fd)
  }
}

/**
 * Makes the file (mode 0600) with a fresh key and returns the keys that it then holds: those of another process,
 * when that was quicker. The file appears whole and is on disk before anything can be sealed with it.
 */
export function createKeyFile(file: string): [MasterKey, ...MasterKey[]] {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const aside = `${file}.${process.pid}.new`
  rmSync(aside, { force: true })
  const fd = openSync(aside, 'wx', 0o600)
  try {
    writeFileSync(fd, `${formatMasterKey(generateMasterKey())}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  linkIfAbsent(aside, file)
  syncDir(path.dirname(file))
  const keys = findFileKeys(file)
  if (keys === undefined)
    throw new SecretError('bad-key', `${file} was removed while it was being made. Start again.`)
  return keys
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function assertPrivate(fd: number, file: string): void {
  const mode = fstatSync(fd).mode & 0o777
  if ((mode & 0o077) === 0) return
  throw new SecretError(
    'unsafe-key-file',
    `${file} has mode 0${mode.toString(8)}: others can read the key. Run "chmod 600 ${file}", and replace the key if somebody may have.`,
  )
}

function linkIfAbsent(aside: string, file: string): void {
  try {
    linkSync(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function syncDir(dir: string): void {
  const fd = openSync(dir, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

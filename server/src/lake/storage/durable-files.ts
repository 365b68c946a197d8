import type { Dirent } from 'node:fs'
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ObjectExistsError } from './lake-storage.ts'

/* What a folder needs to keep files through a power failure. */

/** Gives `path` to a finished file, unless the name is taken. */
export async function linkNew(key: string, finished: string, path: string): Promise<void> {
  await linkUnsynced(key, finished, path)
  await syncPath(dirname(path))
}

/** The same without the folder's own sync, which is left to the caller. */
export async function linkUnsynced(key: string, finished: string, path: string): Promise<void> {
  try {
    await link(finished, path).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      await makeFolder(dirname(path))
      await link(finished, path)
    })
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? new ObjectExistsError(key, { cause: error }) : error
  }
}

/** Waits for all, so that nothing goes on in the background, and throws the first error. */
export async function settleAll(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** Creates a folder and those above it, so that they survive a power failure. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first !== undefined) {
    for (let made = path; made.length >= first.length; made = dirname(made)) {
      await syncPath(dirname(made))
    }
  }
}

/** Entries in the order of the bytes of their keys, in which a folder counts with its slash. */
export async function readFolder(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    const orderOf = (entry: Dirent) => Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name)
    return entries.sort((a, b) => Buffer.compare(orderOf(a), orderOf(b)))
  } catch (error) {
    if (isAbsence(error)) {
      return []
    }
    throw error
  }
}

/** `undefined` where there is no file of that name. */
export async function statFile(
  path: string,
): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found : undefined
  } catch (error) {
    if (isAbsence(error)) {
      return undefined
    }
    throw error
  }
}

/** One file, which may be gone. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Makes a file's bytes, or a folder's names, survive a power failure. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** True when a file, or a folder on the way to it, is not there. */
export function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}

/** The errno of an error, by name. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eachOf } from '#kit/each-of.ts'

/** Sizes of files, by their path below a folder. */
export type FileSizes = ReadonlyMap<string, number>

const CONCURRENT = { atOnce: 4 }
/** Where a lake keeps what is not finished; see its storage. */
const UNFINISHED = '.unfinished/'
/** The only files that are written in place of others. */
const REPLACED = /(^|\/)version-hint\.text$/

/** All files below a folder but unfinished ones; none where there is no folder. */
export async function listFiles(folder: string): Promise<FileSizes> {
  const sizes = new Map<string, number>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(orNothing([]))
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const key = join(entry.parentPath, entry.name).slice(folder.length + 1)
    if (key.startsWith(UNFINISHED)) continue
    // It may go while others are looked at.
    const found = await stat(join(folder, key)).catch(orNothing(undefined))
    if (found !== undefined) sizes.set(key, found.size)
  }
  return sizes
}

/**
 * Copies files of `from` that `to` does not have; those of a lake are never changed, but for one that names the newest
 * metadata. Each appears whole under its name and is on disk by then. Returns what both have: without files that went
 * meanwhile, and without those that only `to` has.
 */
export async function copyFiles(from: string, to: string): Promise<FileSizes> {
  const sizes = await listFiles(from)
  const there = await listFiles(to)
  const missing = [...sizes].filter(([key, size]) => there.get(key) !== size || REPLACED.test(key))
  await eachOf(missing, CONCURRENT, ([key]) => copyOne(join(from, key), join(to, key)))
  const copied = await listFiles(to)
  return new Map([...copied].filter(([key]) => sizes.has(key)))
}

async function copyOne(from: string, to: string): Promise<void> {
  const aside = `${to}.part`
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  try {
    await copyFile(from, aside, constants.COPYFILE_FICLONE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return
  }
  const file = await open(aside, 'r+')
  await file.sync().finally(() => file.close())
  await rename(aside, to)
}

/** Removes files below a folder that are not among `kept`. */
export async function removeOthers(folder: string, kept: FileSizes): Promise<void> {
  for (const key of (await listFiles(folder)).keys())
    if (!kept.has(key)) await rm(join(folder, key), { force: true })
}

function orNothing<Nothing>(nothing: Nothing): (error: NodeJS.ErrnoException) => Nothing {
  return (error) => {
    if (error.code === 'ENOENT') return nothing
    throw error
  }
}

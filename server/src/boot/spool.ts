import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A local folder for part files on their way into the lake. Disposing it removes it with all that is in it. */
export interface Spool extends AsyncDisposable {
  readonly folder: string
}

/**
 * Makes the spool of this process below the data folder, and removes what processes that were killed have left
 * there: nothing in a spool is worth anything without the process that wrote it.
 */
export async function openSpool(dataDir: string): Promise<Spool> {
  const root = join(dataDir, 'spool')
  await mkdir(root, { recursive: true })
  const abandoned = (await readdir(root)).filter((name) => !isAlive(Number(name)))
  await Promise.all(abandoned.map((name) => rm(join(root, name), { recursive: true, force: true })))
  const folder = join(root, String(process.pid))
  await mkdir(folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `<data dir>/server.json`: where the server of this folder answers, for commands that run beside it. */
interface ServerFile {
  readonly pid: number
  readonly url: string
}

/** Notes the address of this process. */
export function writeServerFile(dataDir: string, url: string): void {
  writeFileSync(pathOf(dataDir), `${JSON.stringify({ pid: process.pid, url } satisfies ServerFile)}\n`)
}

export function removeServerFile(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true })
}

/** The address of the server that runs on this folder; `undefined` when none does. */
export function findServerUrl(dataDir: string): string | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(pathOf(dataDir), 'utf8')) as ServerFile
    process.kill(pid, 0)
    return url
  } catch {
    // No file, or the process that wrote it is gone.
    return undefined
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'server.json')
}

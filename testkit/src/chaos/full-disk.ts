import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosServer } from './chaos-server.ts'
import type { Fault } from './faults.ts'

const DISK_MIB = 48

/** A small disk of its own for the spool of a server. Returns what takes it away; `undefined` where that can't be. */
export function mountSpool(dataDir: string): (() => void) | undefined {
  const spool = join(dataDir, 'spool')
  mkdirSync(spool, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', spool], { stdio: 'ignore' })
    return () => void execFileSync('umount', ['-l', spool], { stdio: 'ignore' })
  } catch {
    return undefined
  }
}

/** Fills the disk of a server's spool for a while. */
export const fillDisk: Fault = async ({ world, random }) => {
  const server = random.pick(world.servers)
  const fullMs = random.between(500, 3_000)
  const filler = await fill(server)
  await sleep(fullMs)
  await rm(filler, { recursive: true, force: true })
}

/** Below a folder that is named after this process: a server that starts removes what the dead have left. */
async function fill(server: ChaosServer): Promise<string> {
  const folder = join(server.dataDir, 'spool', String(process.pid))
  mkdirSync(folder, { recursive: true })
  await using file = await open(join(folder, `filler-${performance.now()}`), 'w')
  const zeros = Buffer.alloc(1024 * 1024)
  try {
    for (let written = 0; written < 2 * DISK_MIB; written++) await file.write(zeros)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
  return folder
}

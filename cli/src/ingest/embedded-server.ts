import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LAUNCH_ENVIRONMENT, LAUNCH_FLAGS } from '@headwater/server/boot/launch.ts'
import { findServerUrl } from '@headwater/server/boot/server-file.ts'
import { ToldError } from '../told-error.ts'

const MAIN = fileURLToPath(new URL('embedded-main.ts', import.meta.url))

/** What of the environment would make it another server than the one of this folder. */
const FOREIGN = ['DATABASE_URL', 'HEADWATER_LAKE', 'HEADWATER_ROLE', 'HEADWATER_PORT', 'HEADWATER_HOST']

/** One that is about to end holds the folder no longer than this. */
const PATIENCE_MS = 60_000

/**
 * A server on a lake's folder for as long as a command works: its metadata in `.headwater` below it. One that runs
 * there already is used, and left alone.
 *
 * @throws ToldError with its last words when it does not start
 */
export async function startEmbedded(lake: string, dataDir: string): Promise<AsyncDisposable> {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (;;) {
    if (await runsAlready(dataDir)) return { [Symbol.asyncDispose]: async () => {} }
    const started = await start(lake, dataDir)
    if (typeof started !== 'string') return started
    // Of a command that was killed a moment ago: its server ends, and has told nobody any more where it is.
    const isHeld = started.includes('is already running as pid')
    if (!isHeld || Date.now() > giveUpAt)
      throw new ToldError(`The lake ${lake} cannot be worked on: ${started}`)
    await sleep(200)
  }
}

/** The server, or its last words. */
async function start(lake: string, dataDir: string): Promise<AsyncDisposable | string> {
  const child = spawn(process.execPath, [...LAUNCH_FLAGS, MAIN, '--data-dir', dataDir, '--port', '0'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...LAUNCH_ENVIRONMENT, ...ownEnvironment(), HEADWATER_LAKE: lake, HEADWATER_LOG_LEVEL: 'error' },
  })
  writeFileSync(join(dataDir, OWNER_FILE), String(process.pid))
  const ended = once(child, 'exit')
  const words = text(child.stderr)
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('ready ')) continue
    child.stdout.resume()
    return {
      [Symbol.asyncDispose]: async () => {
        child.stdin.end()
        await ended
        rmSync(join(dataDir, OWNER_FILE), { force: true })
      },
    }
  }
  return (await words).trim()
}

/** One whose command was killed a moment ago is about to end, and is waited for. */
async function runsAlready(dataDir: string): Promise<boolean> {
  for (;;) {
    const url = findServerUrl(dataDir)
    if (url === undefined) return false
    if (!isOrphan(dataDir) && (await isReady(url))) return true
    await sleep(100)
  }
}

/** In the folder of the metadata: the process id of the command whose server it is. */
const OWNER_FILE = 'command.pid'

/** True when the command that a server belongs to is gone: the server is about to follow, however ready it seems. */
function isOrphan(dataDir: string): boolean {
  try {
    const owner = Number(readFileSync(join(dataDir, OWNER_FILE), 'utf8'))
    if (owner === process.pid) return false
    process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok
  } catch {
    return false
  }
}

function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name)))
}

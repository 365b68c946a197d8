import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Credentials } from './api.ts'

const MAIN = new URL('../../server/src/boot/main.ts', import.meta.url).pathname
const CLI = new URL('../../cli/src/main.ts', import.meta.url).pathname

export interface HeadwaterProcess extends AsyncDisposable {
  readonly url: string
  /** Resolves when the server has ended. */
  readonly ended: Promise<unknown>
}

/** Starts the server as `npm start` does and waits for its `ready` line. Its log goes to standard error. */
export async function startHeadwater(options: {
  readonly dataDir: string
  readonly port: number
}): Promise<HeadwaterProcess> {
  const args = [MAIN, '--data-dir', options.dataDir, '--port', String(options.port)]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HEADWATER_LOG_LEVEL: process.env['HEADWATER_LOG_LEVEL'] ?? 'warn' },
  })
  const url = await waitUntilReady(child)
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve()
  return {
    url,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function waitUntilReady(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = /^ready (http\S+)$/.exec(line)
    if (ready?.[1] !== undefined) {
      child.stdout.resume()
      return ready[1]
    }
  }
  throw new Error('The server ended before it was ready; its last words are above.')
}

/** Credentials for a new client, from the command that a user would run. */
export async function createCredentials(dataDir: string): Promise<Credentials> {
  const args = [CLI, 'credentials', 'create', '--name', 'demo', '--data-dir', dataDir, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Credentials
}

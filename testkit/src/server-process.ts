import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'
import { LAUNCH_ENVIRONMENT, LAUNCH_FLAGS } from '@headwater/server/boot/launch.ts'

const ROOT = new URL('../../', import.meta.url)
/** The program of `npm start`. */
export const MAIN = new URL('server/src/boot/main.ts', ROOT).pathname
export const CLI = new URL('cli/src/main.ts', ROOT).pathname

/** A server in a process of its own, as a user starts it. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** What it had said on standard output when it was ready. */
  readonly lines: readonly string[]
  readonly readyAfterMs: number
  /** Sends a signal and waits for the end. */
  end(
    signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL',
  ): Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** Starts `npm start`'s program and waits for its ready line. Fails with its standard error when it ends first. */
export async function startServerProcess(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const startedAt = performance.now()
  const child = spawnServer(dataDir, env)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const lines = await readUntilReady(child, () => stderr)
  const ended = once(child, 'exit')
  return {
    url: (lines.at(-1) ?? '').replace('ready ', ''),
    pid: child.pid ?? 0,
    lines,
    readyAfterMs: performance.now() - startedAt,
    async end(signal) {
      child.kill(signal)
      const [code] = (await ended) as [number | null]
      return { code, stderr }
    },
  }
}

const FAILURE_PATIENCE_MS = 40_000

/** The program's standard error and exit code, for a start that is expected to fail. */
export async function failServerStart(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawnServer(dataDir, env)
  // A start that hangs instead of failing must not outlive its test.
  const guard = setTimeout(() => child.kill('SIGKILL'), FAILURE_PATIENCE_MS)
  const texts = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(guard)
  const [stdout, stderr] = await texts
  return { code, stdout, stderr }
}

function spawnServer(dataDir: string, env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, [...LAUNCH_FLAGS, MAIN, '--data-dir', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(), ...LAUNCH_ENVIRONMENT, ...env },
  })
}

async function readUntilReady(child: ChildProcess, stderr: () => string): Promise<string[]> {
  const lines: string[] = []
  if (child.stdout === null) throw new Error('no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.startsWith('ready ')) {
      child.stdout.resume()
      return lines
    }
  }
  throw new Error(`the server ended before it was ready: ${stderr()}`)
}

/** What a command wrote, and how it ended. */
export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `headwater …` in a process of its own, with nothing of the environment but `env` that could lead it to a server. */
export async function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(), ...LAUNCH_ENVIRONMENT, ...env },
  })
  const texts = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'exit')) as [number | null]
  const [stdout, stderr] = await texts
  return { code, stdout, stderr }
}

/** Starts a command, sends it a signal when `isTime` says so, and waits for its end. */
export async function interruptCommand(
  args: readonly string[],
  { signal, isTime }: { readonly signal: NodeJS.Signals; readonly isTime: () => boolean },
): Promise<number | null> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: 'ignore', env: withoutSettings() })
  const watch = setInterval(() => isTime() && child.kill(signal), 2)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearInterval(watch)
  return code
}

/** `headwater credentials create --json`, as a user runs it; `options` may be `--admin`. */
export async function createCredentials(
  dataDir: string,
  ...options: readonly string[]
): Promise<IssuedCredentials> {
  const made = await runCommand(['credentials', 'create', '--data-dir', dataDir, '--json', ...options])
  if (made.code !== 0) throw new Error(made.stderr)
  return JSON.parse(made.stdout) as IssuedCredentials
}

/** The environment without the settings of whoever runs the tests. */
export function withoutSettings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(HEADWATER_|DATABASE_URL$|(BASE|TOKEN)_URL$|IMS_ORG$|CLIENT_(ID|SECRET)$|NODE_OPTIONS$|VITEST)/.test(
        name,
      ),
  )
  return Object.fromEntries(kept)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './wire-servers.ts'

const PLACES = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']

/** Where `pgbouncer` is on this machine; undefined if nowhere. */
export const pgbouncerPath: string | undefined = PLACES.map((dir) => path.join(dir, 'pgbouncer')).find(
  (file) => existsSync(file),
)

/** Says in the name of a skipped test why it is. */
export const pgbouncerTitle: string =
  pgbouncerPath === undefined ? 'pgbouncer (SKIPPED: there is no pgbouncer)' : 'pgbouncer'

export interface PoolerOptions {
  /** By the names that clients use: what stands behind, as PgBouncer writes it. */
  readonly databases: Readonly<Record<string, string>>
  /** Passwords by user. They serve for both sides. */
  readonly users: Readonly<Record<string, string>>
  /** Of the section `pgbouncer`. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** A PgBouncer on a free port of 127.0.0.1. */
export interface Pooler extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

const NOBODY = 65_534

/** Starts one. @throws Error with its log when it does not come up */
export async function startPooler(options: PoolerOptions): Promise<Pooler> {
  if (pgbouncerPath === undefined) throw new Error('There is no pgbouncer on this machine.')
  const dir = await mkdtemp(path.join(tmpdir(), 'headwater-test-pooler-'))
  const port = await freePort()
  await chmod(dir, 0o755)
  await writeFile(path.join(dir, 'ini'), configuration(options, dir, port))
  const users = Object.entries(options.users).map(([name, password]) => `"${name}" "${password}"\n`)
  await writeFile(path.join(dir, 'users'), users.join(''))
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const child = spawn(pgbouncerPath, [path.join(dir, 'ini')], { stdio: ['ignore', 'ignore', 'pipe'], ...as })
  const log: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk))
  const pooler = {
    host: '127.0.0.1',
    port,
    async [Symbol.asyncDispose]() {
      await end(child)
      await rm(dir, { recursive: true, force: true })
    },
  }
  try {
    await untilItListens(child, port)
    return pooler
  } catch (error) {
    await pooler[Symbol.asyncDispose]()
    throw new Error(`PgBouncer did not start: ${Buffer.concat(log)}`, { cause: error })
  }
}

function configuration({ databases, settings }: PoolerOptions, dir: string, port: number): string {
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: path.join(dir, 'users'),
    ...settings,
  }
  const lines = (entries: Readonly<Record<string, string>>): string[] =>
    Object.entries(entries).map(([name, value]) => `${name} = ${value}`)
  return ['[databases]', ...lines(databases), '[pgbouncer]', ...lines(all), ''].join('\n')
}

const START_MS = 10_000

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_MS
  while (!(await listens(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('It does not listen.')
    await sleep(10)
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (is: boolean) => (): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', answer(true)).once('error', answer(false))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

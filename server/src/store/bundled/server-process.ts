import type { ChildProcess } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { BundledPostgresError } from './bundled-error.ts'
import { superuser } from './create-cluster.ts'
import { type Ending, type Launch, launch, waitForExit } from './launch.ts'
import type { ServerLog } from './server-log.ts'
import { clusterMark, planServerArgs } from './server-settings.ts'

export interface ServerPlan {
  clusterDir: string
  socketDir: string
  hbaFile: string
  port: number
  addresses: readonly string[]
  settings?: Readonly<Record<string, string>> | undefined
}

/** A PostgreSQL server that is a child of this process and accepts connections. */
export interface ServerProcess {
  pid: number
  /** Resolves when the server has ended, for whatever reason. */
  ended: Promise<Ending>
  /** Fast shutdown; immediate after 10 s; killed after 10 s more. Idempotent. */
  stop(): Promise<void>
}

const pollMs = 20
// Long, since a server that recovers from a crash replays its log first.
const startTimeoutMs = 120_000
const patienceMs = 10_000

/**
 * Starts the server and waits until it accepts connections on its socket.
 * Throws BundledPostgresError 'start-failed' with the last lines of its log.
 */
export async function startServer(
  start: Launch,
  plan: ServerPlan,
  log: ServerLog,
  signal?: AbortSignal,
): Promise<ServerProcess> {
  signal?.throwIfAborted()
  const child = spawnServer(start, plan, log)
  endWithUs(child)
  const ended = waitForExit(child)
  ended.catch(() => undefined)
  try {
    await waitForConnections(ended, plan, log, signal)
    return supervise(child, ended)
  } catch (error) {
    if (child.pid !== undefined) await shutDown(child, ended, 'SIGQUIT')
    throw error
  }
}

function spawnServer(start: Launch, plan: ServerPlan, log: ServerLog): ChildProcess {
  const { clusterDir, socketDir, hbaFile, port, addresses, settings } = plan
  const paths = { data: clusterDir, socket: socketDir, hba: hbaFile }
  const major = start.binaries.major
  return launch(start, 'postgres', paths, log.fd, ({ data = '', socket = '', hba = '' }) => [
    ...['-D', data, '-c', `${clusterMark}=${realpathSync(clusterDir)}`],
    ...planServerArgs(major, { socketDir: socket, hbaFile: hba, port, addresses }, settings),
  ])
}

async function waitForConnections(
  ended: Promise<Ending>,
  { socketDir, port }: ServerPlan,
  log: ServerLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + startTimeoutMs
  for (;;) {
    const answer = await Promise.race([tryConnect(socketDir, port), ended])
    if (answer === undefined) return
    if (!(answer instanceof Error)) throw endedEarly(answer, log)
    if (performance.now() > deadline)
      throw startFailed(`PostgreSQL accepts no connections (${answer.message})`, log)
    await sleep(pollMs, undefined, { signal })
  }
}

function endedEarly({ code, signal }: Ending, log: ServerLog): BundledPostgresError {
  return startFailed(`PostgreSQL ended while starting (${signal ?? `exit code ${code}`})`, log)
}

function startFailed(what: string, log: ServerLog): BundledPostgresError {
  return new BundledPostgresError('start-failed', `${what}. Its log ends with:\n${log.readTail()}`)
}

async function tryConnect(host: string, port: number): Promise<Error | undefined> {
  const timeouts = { connectionTimeoutMillis: 5_000 }
  const client = new pg.Client({ host, port, user: superuser, database: 'postgres', ssl: false, ...timeouts })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The server does not outlive the regular end of this process, be it ready or not. */
function endWithUs(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGINT')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

/** Nor does it keep this process alive. */
function supervise(child: ChildProcess, ended: Promise<Ending>): ServerProcess {
  child.unref()
  let stopping: Promise<void> | undefined
  return {
    pid: child.pid ?? 0,
    ended,
    stop() {
      stopping ??= shutDown(child, ended, 'SIGINT')
      return stopping
    },
  }
}

async function shutDown(child: ChildProcess, ended: Promise<Ending>, first: NodeJS.Signals): Promise<void> {
  child.ref()
  for (const signal of [first, 'SIGQUIT', 'SIGKILL'] as const) {
    child.kill(signal)
    if (await endsInTime(ended)) return
  }
}

async function endsInTime(ended: Promise<Ending>): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(patienceMs, false, { signal: timer.signal }).catch(() => false)
  const inTime = await Promise.race([ended.then(() => true), late])
  timer.abort()
  return inTime
}

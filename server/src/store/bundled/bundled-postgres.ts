import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Binaries, chooseBinaries, listBinaries } from './binaries.ts'
import { BundledPostgresError } from './bundled-error.ts'
import { type ClusterLock, findLockHolder, takeClusterLock } from './cluster-lock.ts'
import {
  createCluster,
  findClusterMajor,
  prepareCluster,
  superuser,
  writeAccessRules,
} from './create-cluster.ts'
import type { Ending, Launch } from './launch.ts'
import { type Layout, makePrivateDir, planLayout, planSocketDir } from './layout.ts'
import { prepareDatabase } from './prepare-database.ts'
import { endPreviousServer, findServer } from './previous-server.ts'
import { makeRunnable } from './private-copy.ts'
import { chooseRunAs, isReachable } from './run-as.ts'
import { openServerLog, type ServerLog } from './server-log.ts'
import type { ServerProcess } from './server-process.ts'
import { startWithRetries } from './start-with-retries.ts'

export { BundledPostgresError } from './bundled-error.ts'

export interface BundledPostgresOptions {
  /** Everything of the server lives here; made with mode 0700. */
  dataDir: string
  /** A unix socket only, or TCP with scram-sha-256 besides. */
  listen: 'socket' | TcpListening
  /** Made when missing. */
  database: string
  /** Settings of postgresql.conf, e.g. `fsync: 'off'` for data that may be thrown away. */
  settings?: Readonly<Record<string, string>> | undefined
  /** Prefer an installed PostgreSQL to the one that npm carries; default true. */
  preferSystem?: boolean | undefined
  /** This installation and no other, whatever its version. */
  binaries?: Binaries | undefined
  /** Ends the start; a started server is ended by `stop`. */
  signal?: AbortSignal | undefined
}

export interface TcpListening {
  /** 0 takes any free one. */
  port: number
  /** Set for the role; the one that it has stays when absent. */
  password?: string | undefined
  /** Default 127.0.0.1. */
  addresses?: readonly string[] | undefined
}

/** How to reach a server: `host` is the folder of the unix socket, or 127.0.0.1. */
export interface BundledAddress {
  host: string
  port: number
  user: string
  database: string
}

export interface BundledPostgres extends BundledAddress, AsyncDisposable {
  password?: string | undefined
  version: string
  origin: Binaries['origin']
  /** Id of the server's first process. */
  pid: number
  /** Resolves when the server has ended, for whatever reason; only `stop` frees the data directory. */
  ended: Promise<Ending>
  /** Ends the server (fast shutdown) and frees the data directory. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL server as a child process and waits until it accepts connections. What a killed
 * predecessor left behind is cleared first. Throws BundledPostgresError, or the reason of `signal`.
 */
export async function startBundledPostgres(options: BundledPostgresOptions): Promise<BundledPostgres> {
  options.signal?.throwIfAborted()
  const layout = planLayout(options.dataDir)
  try {
    mkdirSync(layout.dataDir, { recursive: true, mode: 0o700 })
    const lock = await takeClusterLock(layout.lockFile)
    try {
      return describe(await startLocked(layout, options, lock), options)
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw explain(error, layout)
  }
}

/**
 * The address of the server that runs on `dataDir` right now, for another command of the same user; undefined
 * when none is alive. Always the unix socket, which needs no password.
 */
export function findRunning(dataDir: string): BundledAddress | undefined {
  const layout = planLayout(dataDir)
  const server = findServer(layout.clusterDir)
  const state = readState(layout.stateFile)
  if (server === undefined || state?.pid !== server.pid) return undefined
  const { host, port, user, database } = state
  return { host, port, user, database }
}

/**
 * Ends a server whose starting process was killed. Returns false, and does nothing, while that process lives
 * or when nobody ever claimed `dataDir`; afterwards the folder may be removed.
 */
export async function endAbandoned(dataDir: string): Promise<boolean> {
  const { lockFile, clusterDir } = planLayout(dataDir)
  if (findLockHolder(lockFile) !== 'dead') return false
  await endPreviousServer(clusterDir)
  return true
}

interface Running {
  server: ServerProcess
  address: BundledAddress
  binaries: Binaries
  stop: () => Promise<void>
}

interface State extends BundledAddress {
  pid: number
}

async function startLocked(
  layout: Layout,
  options: BundledPostgresOptions,
  lock: ClusterLock,
): Promise<Running> {
  const log = openServerLog(layout.logFile)
  try {
    const start = await chooseLaunch(layout, options)
    await prepareFiles(layout, options, start, log)
    const socketDir = planSocketDir(layout.dataDir)
    makePrivateDir(socketDir, start.runAs)
    const { server, port } = await startWithRetries(start, { ...layout, socketDir, ...options }, log)
    const address = { host: socketDir, port, user: superuser, database: options.database }
    await finishStart(server, address, layout, options)
    const stop = (): Promise<void> => stopAndRelease(server, socketDir, layout, lock)
    return { server, address, binaries: start.binaries, stop }
  } finally {
    log.close()
  }
}

async function chooseLaunch({ clusterDir }: Layout, options: BundledPostgresOptions): Promise<Launch> {
  const runAs = chooseRunAs(clusterDir)
  const found =
    options.binaries === undefined
      ? await listBinaries(options.preferSystem ?? true, options.signal)
      : [options.binaries]
  // The npm ones can be copied to where the user of the server reaches them.
  const usable = found.filter(({ origin, binDir }) => origin === 'npm' || isReachable(binDir, runAs))
  const chosen = chooseBinaries(usable, findClusterMajor(clusterDir), clusterDir)
  return { binaries: makeRunnable(chosen, runAs), runAs }
}

async function prepareFiles(
  layout: Layout,
  { settings, signal }: BundledPostgresOptions,
  start: Launch,
  log: ServerLog,
): Promise<void> {
  const durable = settings?.['fsync'] !== 'off'
  if (findClusterMajor(layout.clusterDir) === undefined)
    await createCluster(start, layout, log, { durable, signal })
  await endPreviousServer(layout.clusterDir, signal)
  prepareCluster(start, layout.clusterDir)
  writeAccessRules(layout.hbaFile)
}

async function finishStart(
  server: ServerProcess,
  address: BundledAddress,
  { stateFile }: Layout,
  { listen, signal }: BundledPostgresOptions,
): Promise<void> {
  try {
    await prepareDatabase(address, listen === 'socket' ? undefined : listen.password)
    signal?.throwIfAborted()
    writeFileSync(stateFile, `${JSON.stringify({ ...address, pid: server.pid } satisfies State)}\n`, {
      mode: 0o600,
    })
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function stopAndRelease(
  server: ServerProcess,
  socketDir: string,
  { stateFile, dataDir }: Layout,
  lock: ClusterLock,
): Promise<void> {
  await server.stop()
  rmSync(stateFile, { force: true })
  // A temporary folder has no place of its own to be cleared with.
  if (!socketDir.startsWith(dataDir)) rmSync(socketDir, { recursive: true, force: true })
  lock.release()
}

function describe(
  { server, address, binaries, stop }: Running,
  { listen }: BundledPostgresOptions,
): BundledPostgres {
  let stopping: Promise<void> | undefined
  const stopOnce = (): Promise<void> => {
    stopping ??= stop()
    return stopping
  }
  return {
    ...address,
    ...(listen === 'socket' ? {} : { host: '127.0.0.1', password: listen.password }),
    version: binaries.version,
    origin: binaries.origin,
    pid: server.pid,
    ended: server.ended,
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  }
}

function readState(stateFile: string): State | undefined {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as State
  } catch {
    return undefined
  }
}

function explain(error: unknown, { dataDir }: Layout): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code !== 'EACCES' && code !== 'EPERM') return error
  return new BundledPostgresError(
    'not-permitted',
    `This user may not use ${dataDir} (${message}). Start as the user who made it, or use another data directory.`,
    { cause: error },
  )
}

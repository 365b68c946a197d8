import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from '@headwater/server/store/bundled/binaries.ts'
import {
  type BundledPostgres,
  findRunning,
  startBundledPostgres,
} from '@headwater/server/store/bundled/bundled-postgres.ts'
import { endStragglers } from '@headwater/server/store/bundled/previous-server.ts'
import pg from 'pg'
import { ClusterFiles, type ServerRules } from './cluster-files.ts'
import { findTemplate, PASSWORD_FILE } from './cluster-template.ts'

const run = promisify(execFile)

export interface ClusterOptions extends Partial<ServerRules> {
  /** The newest installed PostgreSQL (default), or the one of npm; whichever is missing, the other one. */
  readonly origin?: Binaries['origin'] | undefined
  /** This installation and no other. */
  readonly binaries?: Binaries | undefined
  /** Fixed until the cluster is removed: they are on the server's command line. */
  readonly startSettings?: Readonly<Record<string, string>> | undefined
  /** Text files to put into the data folder, by their names; e.g. `standby.signal`. */
  readonly files?: Readonly<Record<string, string>> | undefined
  /** Made if it is missing; default `postgres`, which is there. */
  readonly database?: string | undefined
}

/** How a server goes: `fast` ends its sessions in order, `immediate` drops them, `kill` kills its first process. */
export type StopMode = 'fast' | 'immediate' | 'kill'

/**
 * A real PostgreSQL server of one's own on a free port of 127.0.0.1 (and of ::1, where there is one). Disposing it
 * ends its processes and removes its data.
 */
export interface Cluster extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** The addresses that it listens on. */
  readonly addresses: readonly string[]
  /** The superuser. */
  readonly user: string
  readonly password: string
  readonly database: string
  /** As the server writes it, e.g. `15.18`. */
  readonly version: string
  readonly major: number
  /** PGDATA. */
  readonly dataDir: string
  /** The folder of its unix socket, where the superuser needs no password. */
  readonly socketDir: string
  /** Id of the first process. */
  readonly pid: number
  /** The path of the `psql` that came with the server; the one of npm has none. */
  readonly psql: string | undefined
  /** Runs one statement as superuser, over the socket, on a connection of its own. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    params?: unknown[],
  ): Promise<pg.QueryResult<Row>>
  /** What the server has written since its first start. */
  readLog(): Promise<string>
  /**
   * Changes rules while the server runs, and returns when every new connection meets them. What isn't named stays.
   * @throws Error when the server doesn't take them over, with its reason.
   */
  reload(changes: Partial<ServerRules>): Promise<void>
  /** Ends the server and keeps its data. Idempotent. */
  stop(mode?: StopMode): Promise<void>
  /** Starts a stopped server on the same port, after putting more files into its data folder. */
  start(files?: Readonly<Record<string, string>>): Promise<void>
}

// The data lives as long as a test: speed is all that counts. Commits still reach the operating system, so that
// a killed server keeps them; a standby needs the write-ahead log of a replica.
const THROW_AWAY = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'replica',
  max_wal_senders: '4',
  shared_buffers: '16MB',
}

/** What the global set-up removes if the tests that made it were killed. */
export const CLUSTER_DIR_PREFIX = 'headwater-test-postgres-'

/** Starts one within about 0.3 seconds. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const template = await findTemplate(options.binaries ?? options.origin ?? 'system')
  const dir = await mkdtemp(path.join(tmpdir(), CLUSTER_DIR_PREFIX))
  // Its inner folders are closed; passable, so that the server finds its files by their names.
  await chmod(dir, 0o711)
  const home = path.join(dir, 'postgres')
  try {
    await mkdir(home)
    await chmod(home, 0o711)
    await run('tar', ['-xf', template.file, '-C', home])
    const password = await readFile(path.join(home, 'cluster', PASSWORD_FILE), 'utf8')
    const cluster = new StartedCluster(dir, template.binaries, password, options)
    await cluster.start(options.files)
    return cluster
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

class StartedCluster implements Cluster {
  readonly host = '127.0.0.1'
  readonly user = 'headwater'
  readonly password: string
  readonly database: string
  readonly version: string
  readonly major: number
  readonly dataDir: string
  readonly psql: string | undefined
  // Known from the first start on.
  port = 0
  socketDir = ''
  addresses: readonly string[] = []
  readonly #dir: string
  readonly #options: ClusterOptions
  readonly #files: ClusterFiles
  readonly #binaries: Binaries
  #server: BundledPostgres | undefined
  #wasKilled = false

  constructor(dir: string, binaries: Binaries, password: string, options: ClusterOptions) {
    const psql = path.join(binaries.binDir, 'psql')
    this.#dir = dir
    this.#binaries = binaries
    this.#options = options
    this.#files = new ClusterFiles(path.join(dir, 'postgres'), options)
    this.dataDir = this.#files.dataDir
    this.password = password
    this.database = options.database ?? 'postgres'
    this.version = binaries.version
    this.major = binaries.major
    this.psql = existsSync(psql) ? psql : undefined
  }

  get pid(): number {
    return this.#running().pid
  }

  async start(files: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#server !== undefined) throw new Error('The server runs already.')
    await this.#files.put(files)
    await this.#files.writeSettings()
    const logStart = (await this.readLog()).length
    this.#server = await startBundledPostgres({
      dataDir: path.join(this.#dir, 'postgres'),
      listen: { port: this.port, addresses: ['127.0.0.1', '::1'] },
      database: this.database,
      settings: { ...THROW_AWAY, ...this.#options.startSettings },
      binaries: this.#binaries,
    })
    this.port = this.#server.port
    this.socketDir = findRunning(path.join(this.#dir, 'postgres'))?.host ?? ''
    this.addresses = listening((await this.readLog()).slice(logStart))
    // The rules of access are those of any bundled server up to here.
    await this.reload({})
  }

  async query<Row extends pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<pg.QueryResult<Row>> {
    const { user, port, database, socketDir } = this
    const client = new pg.Client({ host: socketDir, port, user, database, ssl: false })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await client.query<Row>(sql, params)
    } finally {
      await client.end()
    }
  }

  readLog(): Promise<string> {
    return this.#files.readLog()
  }

  async reload(changes: Partial<ServerRules>): Promise<void> {
    await this.#files.change(changes)
    const logStart = (await this.readLog()).length
    const loadedAt = await this.#loadedAt()
    process.kill(this.pid, 'SIGHUP')
    await this.#untilLoadedAfter(loadedAt, logStart)
    const refused = (await this.readLog()).slice(logStart).match(/^.*was not reloaded.*$/ms)
    if (refused !== null) throw new Error(`The server did not take the rules over:\n${refused[0]}`)
    await this.#assertInEffect(Object.keys(changes.settings ?? {}))
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    if (mode === 'kill') {
      this.#wasKilled = true
      process.kill(server.pid, 'SIGKILL')
    }
    if (mode === 'immediate') process.kill(server.pid, 'SIGQUIT')
    await server.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('immediate')
    // A busy session outlives a first process that was killed.
    if (this.#wasKilled) endStragglers(this.dataDir)
    await rm(this.#dir, { recursive: true, force: true })
  }

  #running(): BundledPostgres {
    if (this.#server === undefined) throw new Error('The server is stopped.')
    return this.#server
  }

  /** As a new connection has it from the server's first process, which loads all rules in one go. */
  async #loadedAt(): Promise<string> {
    const sql = 'select extract(epoch from pg_conf_load_time())::text as at'
    const { rows } = await this.query<{ at: string }>(sql)
    return rows[0]?.at ?? ''
  }

  async #untilLoadedAfter(loadedAt: string, logStart: number): Promise<void> {
    const deadline = performance.now() + 10_000
    while ((await this.#loadedAt()) === loadedAt) {
      if (performance.now() < deadline) continue
      throw new Error(`The server did not reload:\n${(await this.readLog()).slice(logStart)}`)
    }
  }

  async #assertInEffect(names: readonly string[]): Promise<void> {
    const { rows } = await this.query<{ name: string }>(
      "select name from pg_settings where name = any($1) and (source = 'command line' or pending_restart)",
      [names],
    )
    if (rows.length === 0) return
    throw new Error(`Only a start can change ${rows.map(({ name }) => name).join(', ')}: use startSettings.`)
  }
}

function listening(log: string): string[] {
  return [...log.matchAll(/listening on IPv[46] address "([^"]+)"/g)].map((match) => match[1] ?? '')
}

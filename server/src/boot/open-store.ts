import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { findRunning, startBundledPostgres } from '#store/bundled/bundled-postgres.ts'
import { planLayout } from '#store/bundled/layout.ts'
import { type Database, type DatabaseAddress, migrate, openDatabase, openPool } from '#store/database.ts'
import { keepRunning } from './keep-running.ts'
import type { StoreSettings } from './read-settings.ts'
import { explainStoreFault } from './store-fault.ts'

/** The metadata database, migrated and open. Disposing it also ends a server that was started for it. */
export interface OpenStore extends AsyncDisposable {
  readonly db: Database
  readonly pool: pg.Pool
  /** `PostgreSQL 15.18 in <folder>` or `PostgreSQL at DATABASE_URL`. */
  readonly description: string
}

/** Name of the metadata database in the bundled server. */
const DATABASE_NAME = 'headwater'

const MAX_CONNECTIONS = 20

/** How the store is opened otherwise than for use. */
export interface StoreForm {
  /** Name of the migration that it is brought to; the newest when absent. */
  readonly level?: string | undefined
  /** False leaves it in the form of whoever used it last. */
  readonly isMigrated?: boolean | undefined
}

/**
 * Opens the metadata database for the server, starting the bundled PostgreSQL when there is no URL.
 *
 * @throws StoreUnusableError, BundledPostgresError
 */
export async function openStore(config: Config, secrets: Secrets, form: StoreForm = {}): Promise<OpenStore> {
  if (secrets.databaseUrl !== undefined) {
    return connectStore({ url: secrets.databaseUrl }, { description: 'PostgreSQL at DATABASE_URL', ...form })
  }
  const start = () =>
    startBundledPostgres({ dataDir: clusterDir(config), listen: 'socket', database: DATABASE_NAME })
  const server = await start()
  const { host, port, user, database } = server
  const { stop } = keepRunning(server, start)
  const description = `PostgreSQL ${server.version} in ${clusterDir(config)}`
  return connectStore({ host, port, user, database }, { description, stopServer: stop, ...form })
}

/** Opens it for a command that may run beside the server: joins the bundled PostgreSQL when it runs already. */
export async function joinStore(config: Config, secrets: Secrets, form: StoreForm = {}): Promise<OpenStore> {
  const running = secrets.databaseUrl === undefined ? findRunning(clusterDir(config)) : undefined
  return running === undefined
    ? openStore(config, secrets, form)
    : connectStore(running, { description: 'the running server', ...form })
}

/** No server ever ran on a data folder, so that a command has nothing to work on. */
export class NoStoreError extends Error {
  override readonly name = 'NoStoreError'
  readonly isExplained = true

  constructor(dataDir: string) {
    super(
      `No server has run on ${dataDir} yet, so there is nothing to change. Name its folder with --data-dir, or start the server once with npm start.`,
    )
  }
}

/** As {@link joinStore}, but makes no new store of a folder that was mistyped. @throws NoStoreError */
export async function joinExistingStore(
  { config, secrets }: StoreSettings,
  form: StoreForm = {},
): Promise<OpenStore> {
  const isThere = secrets.databaseUrl !== undefined || hasCluster(clusterDir(config))
  if (!isThere) throw new NoStoreError(config.dataDir)
  return joinStore(config, secrets, form)
}

interface Connecting extends StoreForm {
  readonly description: string
  readonly stopServer?: (() => Promise<void>) | undefined
}

async function connectStore(
  address: DatabaseAddress,
  { description, stopServer = async () => {}, level, isMigrated = true }: Connecting,
): Promise<OpenStore> {
  const pool = openPool(address, { max: MAX_CONNECTIONS })
  const db = openDatabase(pool)
  const close = async (): Promise<void> => {
    await db.destroy()
    await stopServer()
  }
  try {
    await assertAnswers(address)
    if (isMigrated) await migrate(db, level)
  } catch (error) {
    await close()
    throw explainStoreFault(address, error)
  }
  return { db, pool, description, [Symbol.asyncDispose]: close }
}

/** The pool waits for a connection as long as the network does, which is minutes; a start must not. */
async function assertAnswers({ url, ...parts }: DatabaseAddress): Promise<void> {
  const client = new pg.Client({
    ...(url === undefined ? parts : { connectionString: url }),
    connectionTimeoutMillis: connectTimeoutOf(url),
    application_name: 'headwater',
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } finally {
    await client.end().catch(() => {})
  }
}

const CONNECT_TIMEOUT_MS = 10_000

/** The URL may say it in seconds, as everywhere in PostgreSQL. */
function connectTimeoutOf(url: string | undefined): number {
  const seconds = url === undefined ? 0 : Number(new URL(url).searchParams.get('connect_timeout') ?? 0)
  return seconds > 0 ? seconds * 1_000 : CONNECT_TIMEOUT_MS
}

function hasCluster(folder: string): boolean {
  return existsSync(join(planLayout(folder).clusterDir, 'PG_VERSION'))
}

function clusterDir(config: Config): string {
  return join(config.dataDir, 'postgres')
}

import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { findRunning, startBundledPostgres } from '#store/bundled/bundled-postgres.ts'
import { type Database, type DatabaseAddress, migrate, openDatabase, openPool } from '#store/database.ts'

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

/** Opens the metadata database for the server, starting the bundled PostgreSQL when there is no URL. */
export async function openStore(config: Config, secrets: Secrets): Promise<OpenStore> {
  if (secrets.databaseUrl !== undefined) {
    return connectStore({ url: secrets.databaseUrl }, 'PostgreSQL at DATABASE_URL')
  }
  const server = await startBundledPostgres({
    dataDir: clusterDir(config),
    listen: 'socket',
    database: DATABASE_NAME,
  })
  const { host, port, user, database } = server
  const description = `PostgreSQL ${server.version} in ${clusterDir(config)}`
  return connectStore({ host, port, user, database }, description, () => server.stop())
}

/** Opens it for a command that may run beside the server: joins the bundled PostgreSQL when it runs already. */
export async function joinStore(config: Config, secrets: Secrets): Promise<OpenStore> {
  const running = secrets.databaseUrl === undefined ? findRunning(clusterDir(config)) : undefined
  return running === undefined ? openStore(config, secrets) : connectStore(running, 'the running server')
}

async function connectStore(
  address: DatabaseAddress,
  description: string,
  stopServer: () => Promise<void> = async () => {},
): Promise<OpenStore> {
  const pool = openPool(address, { max: MAX_CONNECTIONS })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const db = openDatabase(pool)
  const close = async (): Promise<void> => {
    await db.destroy()
    await stopServer()
  }
  try {
    await migrate(db)
  } catch (error) {
    await close()
    throw error
  }
  return { db, pool, description, [Symbol.asyncDispose]: close }
}

function clusterDir(config: Config): string {
  return join(config.dataDir, 'postgres')
}

import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { MIGRATIONS } from './migrations/index.ts'
import type { Tables } from './tables/tables.ts'

/** The metadata database. A {@link Tx} may stand wherever a Database is asked for. */
export type Database = Kysely<Tables>

/** A transaction of the metadata database. */
export type Tx = Transaction<Tables>

/** Where the metadata database is: a URL in production, the bundled server's socket on a laptop. */
export interface DatabaseAddress {
  readonly url?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
}

/** A pool of connections with the parsers that the row types of `tables.ts` promise. */
export function openPool(address: DatabaseAddress, options: { readonly max: number }): pg.Pool {
  const { url, ...parts } = address
  const pool = new pg.Pool({
    ...(url === undefined ? parts : { connectionString: url }),
    max: options.max,
    application_name: 'headwater',
    // A database that does not answer must not keep requests waiting for as long as TCP does.
    connectionTimeoutMillis: 30_000,
    types: { getTypeParser },
  })
  // A connection that breaks fails the statement at hand, and besides emits an error that would end the process:
  // the pool speaks for connections that rest, each connection for itself while it is in use.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** The database over a pool; destroying it ends the pool. */
export function openDatabase(pool: pg.Pool): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/** Brings the database to the newest version. Safe when several servers start at once (the migrator locks). */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

/** Runs `work` in one transaction; joins the caller's when there is one already. */
export function transact<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Tx) : db.transaction().execute(work)
}

const INT8_OID = 20

/** Every bigint column of ours is a count or a time below 2^53, so a number is exact. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')

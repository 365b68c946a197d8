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

export interface PoolOptions {
  readonly max: number
  /** How long a transaction may wait for its next statement; default 20 s. */
  readonly idleTransactionMs?: number | undefined
}

/**
 * Our transactions do nothing but ask the database, so one that says nothing for so long belongs to a process that is
 * frozen or out of reach. It may hold locks that all other servers wait for.
 */
const IDLE_TRANSACTION_MS = 20_000
/** Until it is asked whether the other side of a connection is there; some ten seconds later it is known. */
const KEEP_ALIVE_MS = 10_000

/** A pool of connections with the parsers that the row types of `tables.ts` promise. */
export function openPool(
  address: DatabaseAddress,
  { max, idleTransactionMs = IDLE_TRANSACTION_MS }: PoolOptions,
): pg.Pool {
  const { url, ...parts } = address
  const pool = new pg.Pool({
    ...(url === undefined ? parts : { connectionString: url }),
    max,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'headwater',
    // A database that does not answer must not keep requests waiting for as long as TCP does.
    connectionTimeoutMillis: 30_000,
    types: { getTypeParser },
    // A statement, since poolers refuse it as an option of the start-up.
    async onConnect(client) {
      await client.query(`set idle_in_transaction_session_timeout = ${idleTransactionMs}`)
    },
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

/**
 * Brings the database to the newest version, or to `level`, the name of a migration. Safe when several servers start at
 * once (the migrator locks).
 *
 * @throws UnknownLevelError
 */
export async function migrate(db: Database, level?: string): Promise<void> {
  if (level !== undefined && !Object.hasOwn(MIGRATIONS, level)) throw new UnknownLevelError(level)
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error } = await (level === undefined ? migrator.migrateToLatest() : migrator.migrateTo(level))
  if (error !== undefined) throw error
}

/** A newer program has made what is to be read. The message is for the operator. */
export class UnknownLevelError extends Error {
  override readonly name = 'UnknownLevelError'
  readonly isExplained = true

  constructor(level: string) {
    super(
      `This version does not know the store's form ${level}: use the version that made it, or one after it.`,
    )
  }
}

/** Runs `work` in one transaction; joins the caller's when there is one already. */
export function transact<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Tx) : begin(db, work)
}

interface Begun {
  /** Outside of the transaction. */
  readonly db: Database
  readonly whenCommitted: ((db: Database) => void)[]
}

const begun = new WeakMap<Database, Begun>()

async function begin<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const whenCommitted: Begun['whenCommitted'] = []
  const result = await db.transaction().execute((tx) => {
    begun.set(tx, { db, whenCommitted })
    return work(tx)
  })
  for (const act of whenCommitted) act(db)
  return result
}

/**
 * Has `act` called when the transaction has committed, or at once where there is none. It is lost with the process, so
 * nothing may depend on it.
 */
export function afterCommit(db: Database, act: (db: Database) => void): void {
  const { whenCommitted } = begun.get(db) ?? {}
  if (whenCommitted !== undefined) whenCommitted.push(act)
  else if (db.isTransaction)
    throw new Error('A transaction that transact() did not begin tells nobody of its end')
  else act(db)
}

const INT8_OID = 20

/** Every bigint column of ours is a count or a time below 2^53, so a number is exact. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { listBinaries } from '@headwater/server/store/bundled/binaries.ts'
import { startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'
import pg from 'pg'
import { say } from '../table.ts'

/** How large the data of this bench is. */
export interface Sizes {
  readonly relations: number
  readonly rows: number
}

/** A PostgreSQL server with a database of many relations and one with a huge table. */
export interface SourceServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly version: string
  /** Has as many relations as wanted, in twenty schemas. */
  readonly crowded: string
  /** Has the table `public.big` with as many rows as wanted. */
  readonly huge: string
  /** Absent where the server came without it. */
  readonly psql: string | undefined
}

/** Thousands of relations are made in one transaction, and each holds a lock until its end. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '256MB',
  max_wal_size: '8GB',
  max_locks_per_transaction: '2048',
}

/** Starts the server over the cache folder; what is missing in it is generated first, which takes minutes. */
export async function startSourceServer(cacheDir: string, sizes: Sizes): Promise<SourceServer> {
  const password = randomBytes(12).toString('hex')
  const server = await startBundledPostgres({
    dataDir: `${cacheDir}/postgres`,
    listen: { port: 0, password },
    database: 'bench',
    settings: SETTINGS,
  })
  const { host, port, user, version, origin } = server
  const address = { host, port, user, password }
  const crowded = `crowded_${sizes.relations}`
  const huge = `huge_${sizes.rows}`
  try {
    await ensureDatabase(address, crowded, (client) => makeRelations(client, sizes.relations))
    await ensureDatabase(address, huge, (client) => makeBigTable(client, sizes.rows))
  } catch (error) {
    await server.stop()
    throw error
  }
  const binaries = (await listBinaries(true)).find(
    (found) => found.version === version && found.origin === origin,
  )
  const psql = `${binaries?.binDir}/psql`
  return {
    ...address,
    version,
    crowded,
    huge,
    psql: existsSync(psql) ? psql : undefined,
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

type Address = Pick<SourceServer, 'host' | 'port' | 'user' | 'password'>

/** Makes the database under another name first, so that one that was interrupted is never taken for whole. */
async function ensureDatabase(
  address: Address,
  name: string,
  fill: (client: pg.Client) => Promise<void>,
): Promise<void> {
  await withClient(address, 'bench', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    say(`Making the database ${name}: once, it is kept for the next time.`)
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft}`)
    await client.query(`create database ${draft}`)
    await withClient(address, draft, fill)
    await client.query(`alter database ${draft} rename to ${name}`)
  })
}

async function withClient(
  address: Address,
  database: string,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ ...address, database, ssl: false })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

const SCHEMAS = 20
const BATCH = 1_000

/** Mostly small tables, and a view for every tenth. */
async function makeRelations(client: pg.Client, count: number): Promise<void> {
  for (let schema = 0; schema < SCHEMAS; schema++) await client.query(`create schema area_${schema}`)
  for (let start = 0; start < count; start += BATCH) {
    const end = Math.min(count, start + BATCH) - 1
    await client.query(`
      do $$ begin
        for n in ${start}..${end} loop
          if n % 10 = 9 then
            execute format('create view area_%s.item_%s as select id, name from area_%s.item_%s',
                           n % ${SCHEMAS}, n, (n - 1) % ${SCHEMAS}, n - 1);
          else
            execute format('create table area_%s.item_%s (id bigint, name varchar(40), at timestamptz)',
                           n % ${SCHEMAS}, n);
          end if;
        end loop;
      end $$`)
  }
  await client.query('vacuum analyze pg_catalog.pg_class')
}

/** Unlogged, since it can be made again. */
async function makeBigTable(client: pg.Client, count: number): Promise<void> {
  await client.query(`
    create unlogged table big as
      select n as id, timestamptz '2020-01-01Z' + n * interval '1 second' as at, n % 1000 as amount,
             'row ' || n as note
        from generate_series(1::bigint, ${count}) n`)
  await client.query('vacuum analyze big')
}

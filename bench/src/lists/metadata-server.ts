import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'
import { MIGRATIONS } from '@headwater/server/store/migrations/index.ts'
import pg from 'pg'
import { say } from '../table.ts'
import { landOne } from './land-one.ts'
import { multiply, type Sizes } from './multiply.ts'

/** A PostgreSQL server whose database is the metadata of a busy Headwater server. */
export interface MetadataServer extends AsyncDisposable {
  readonly version: string
  readonly url: string
  /** The data folder of the server that made the database: its key and its lake belong to it. */
  readonly dataDir: string
}

/**
 * Starts the server over the cache folder with the settings that the bundled server has for everybody. What is
 * missing in it is generated first, which takes minutes.
 */
export async function startMetadataServer(cacheDir: string, sizes: Sizes): Promise<MetadataServer> {
  const server = await startBundledPostgres({
    dataDir: `${cacheDir}/postgres`,
    listen: { port: 0, password: randomBytes(12).toString('hex') },
    database: 'bench',
    // Room for the log of what is generated; what is measured hardly writes.
    settings: { max_wal_size: '8GB' },
  })
  const { host, port, user, password, version } = server
  const urlOf = (database: string) => `postgres://${user}:${password}@${host}:${port}/${database}`
  // What another version of the tables made is of no use to this one.
  const name = `lists_${sizes.flows}_${sizes.runs}_${Object.keys(MIGRATIONS).length}`
  try {
    const dataDir = `${cacheDir}/${name}`
    await ensureDatabase(urlOf, { name, dataDir, sizes })
    return { version, url: urlOf(name), dataDir, [Symbol.asyncDispose]: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Makes the database under another name first, so that one that was interrupted is never taken for whole. */
async function ensureDatabase(
  urlOf: (database: string) => string,
  { name, dataDir, sizes }: { readonly name: string; readonly dataDir: string; readonly sizes: Sizes },
): Promise<void> {
  await withClient(urlOf('bench'), async (admin) => {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    say(`Making the database ${name}: once, it is kept for the next time.`)
    const draft = `${name}_draft`
    await admin.query(`drop database if exists ${draft} with (force)`)
    await admin.query(`create database ${draft}`)
    await rm(dataDir, { recursive: true, force: true })
    await landOne(urlOf(draft), { dataDir, sourceUrl: urlOf('bench') })
    await withClient(urlOf(draft), (client) => multiply(client, sizes))
    await admin.query(`alter database ${draft} rename to ${name}`)
  })
}

async function withClient(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

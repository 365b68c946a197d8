import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'
import pg from 'pg'
import { loadData } from './load-data.ts'
import { say } from './screen.ts'

/** A database to read from, with the `auth` object that a base connection needs for it. */
export interface Source extends AsyncDisposable {
  readonly description: string
  readonly auth: {
    readonly specName: string
    readonly params: Readonly<Record<string, string>>
  }
}

/** Starts a PostgreSQL server of our own beside Headwater's and fills it with public data, once. */
export async function startDemoSource(dataDir: string): Promise<Source> {
  const password = randomBytes(12).toString('hex')
  const server = await startBundledPostgres({
    dataDir: join(dataDir, 'demo-source'),
    listen: { port: 0, password },
    database: 'travel',
    // Public data that can be loaded again at any time.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '2GB' },
  })
  const { host, port, user, database } = server
  say(`  PostgreSQL ${server.version} (${server.origin}) at ${host}:${port}, database ${database}`)
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    await loadData(client)
  } finally {
    await client.end()
  }
  const params = { server: host, port: String(port), database, username: user, password, sslMode: 'Disable' }
  return {
    description: `${host}:${port}/${database}`,
    auth: { specName: 'Basic Authentication', params },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** The user's own database. Nothing is written to it. */
export function ownSource(url: string): Source {
  const { host, pathname } = new URL(url)
  return {
    description: `${host}${pathname}`,
    auth: { specName: 'Connection String Based Authentication', params: { connectionString: url } },
    async [Symbol.asyncDispose]() {},
  }
}

import { randomBytes } from 'node:crypto'
import {
  type BundledPostgres,
  startBundledPostgres,
} from '@headwater/server/store/bundled/bundled-postgres.ts'
import pg from 'pg'
import { say } from '../table.ts'
import { type BenchTable, makeTables } from './tables.ts'

/** The source of every measurement of this bench: PostgreSQL over loopback TCP, its data kept between runs. */
export interface Source extends AsyncDisposable {
  readonly address: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly database: string
  }
  readonly url: string
  readonly version: string
  /** Of its postmaster. */
  readonly pid: number
  readonly settings: Readonly<Record<string, string>>
  /** Generates what is not there yet. */
  prepare(tables: readonly BenchTable[]): Promise<void>
  withClient<T>(use: (client: pg.Client) => Promise<T>): Promise<T>
}

/** What generating needs; nothing that makes reading faster than a server as installed. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  max_wal_size: '4GB',
  shared_buffers: '256MB',
}

export async function startSource(cacheDir: string): Promise<Source> {
  const password = randomBytes(12).toString('hex')
  const server = await startBundledPostgres({
    dataDir: `${cacheDir}/postgres`,
    listen: { port: 0, password },
    database: 'bench',
    settings: SETTINGS,
  })
  return describe(server, password)
}

function describe(server: BundledPostgres, password: string): Source {
  const { host, port, user, database, version, pid } = server
  const address = { host, port, user, password, database }
  const withClient: Source['withClient'] = async (use) => {
    const client = new pg.Client({ ...address, ssl: false })
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }
  return {
    address,
    url: `postgres://${user}:${password}@${host}:${port}/${database}?sslmode=disable`,
    version,
    pid,
    settings: SETTINGS,
    withClient,
    prepare: (tables) =>
      withClient(async (client) => {
        const startedMs = performance.now()
        const made = await makeTables(client, tables)
        const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
        if (made > 0) say(`${made} tables made in ${seconds} s; they are kept for the next time.`)
        await client.query('checkpoint')
      }),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

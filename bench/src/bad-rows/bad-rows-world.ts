import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { plantFaults, plantNothingElse } from '@headwater/testkit/planted-faults.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import {
  createCredentials,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import pg from 'pg'

/** A source of its own, and a server in a process of its own, whose memory can be looked at. */
export interface BadRowsWorld extends AsyncDisposable {
  readonly source: Pick<TestDatabase, 'query'>
  readonly client: ApiClient
  readonly connectionId: string
  /** Of the server, at each note. */
  readonly peaks: readonly string[]
  plant(rowCount: number): Promise<void>
  plantNothingElse(rowCount: number): Promise<void>
  notePeak(): Promise<void>
  /** Another process over the same data, whose memory begins anew. */
  restart(): Promise<void>
}

const SETTINGS = {
  synchronous_commit: 'off',
  fsync: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
}

export async function openBadRowsWorld(): Promise<BadRowsWorld> {
  await using opened = new AsyncDisposableStack()
  const cluster = opened.use(await startCluster({ startSettings: SETTINGS, database: 'source' }))
  const source = await connect(cluster)
  opened.defer(() => source.end())
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-bad-rows-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  let server: ServerProcess = await startServerProcess(dataDir)
  opened.defer(async () => void (await server.end('SIGTERM')))
  const credentials = await createCredentials(dataDir)
  const client = new ApiClient({ ...credentials, base_url: server.url })
  await client.authenticate()
  const connectionId = await connectTo(client, cluster)
  const peaks: string[] = []
  const database = { query: source.query.bind(source) } as Pick<TestDatabase, 'query'>
  const resources = opened.move()
  return {
    source: database,
    client,
    connectionId,
    peaks,
    plant: (rowCount) => plantFaults(database, rowCount),
    async plantNothingElse(rowCount) {
      await source.query('drop table if exists hopeless')
      await plantNothingElse(database, rowCount)
    },
    async notePeak() {
      peaks.push(await peakOf(server.pid))
    },
    async restart() {
      await server.end('SIGTERM')
      server = await startServerProcess(dataDir)
      client.baseUrl = server.url
      await client.authenticate()
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function connect({ host, port, user, password, database }: Cluster): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  return client
}

async function peakOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return `${Math.round(Number(kilobytes) / 1024)} MiB`
}

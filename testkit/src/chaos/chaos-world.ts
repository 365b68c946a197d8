import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listTableFiles } from '@headwater/server/lake/iceberg/list-table-files.ts'
import { openS3Storage } from '@headwater/server/lake/storage/s3-storage.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { openDatabase, openPool } from '@headwater/server/store/database.ts'
import { type OrphanDependencies, sweepOrphans } from '@headwater/server/upkeep/orphan-sweeper.ts'
import { type Answer, ApiClient } from '../api-client.ts'
import { connectTo } from '../journey.ts'
import { type Cluster, startCluster } from '../postgres-lab/cluster.ts'
import { BUCKET, type Interference, type LakeRequest, type S3Server, startS3Server } from '../s3-server.ts'
import { runCommand } from '../server-process.ts'
import { addFlow, askForRun, type ChaosFlow } from './chaos-flow.ts'
import { ChaosServer } from './chaos-server.ts'
import type { ChaosTable } from './chaos-table.ts'
import { type ChaoticProxy, chaoticProxy } from './chaotic-proxy.ts'
import { mountSpool } from './full-disk.ts'
import { PlaceBells, placeOfWrite } from './places.ts'

export type Interferer = (request: LakeRequest) => Interference | Promise<Interference>

const SERVERS = 2
const S3_ENV = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
/** The smallest slice, so that tables of a test have several. */
const SLICE_BYTES = 1_048_576

/**
 * Several servers in processes of their own, over one metadata database, one lake behind the protocol of S3 and one
 * source behind a proxy: everything that can be broken.
 */
export class ChaosWorld implements AsyncDisposable {
  readonly metadata: Cluster
  readonly source: Cluster
  readonly proxy: ChaoticProxy
  readonly store: S3Server
  readonly servers: readonly ChaosServer[]
  readonly places: PlaceBells
  readonly lakeUrl: string
  /** Kinds of faults that can't be brought about here. */
  readonly skipped: readonly string[]
  /** What meddles with requests to the object store. */
  readonly interferers: Set<Interferer>
  readonly #env: Readonly<Record<string, string>>
  readonly #resources: AsyncDisposableStack
  #client: ApiClient | undefined
  #connectionId = ''

  private constructor(parts: Parts, resources: AsyncDisposableStack) {
    this.metadata = parts.metadata
    this.source = parts.source
    this.proxy = parts.proxy
    this.store = parts.store
    this.servers = parts.servers
    this.places = parts.places
    this.lakeUrl = parts.lakeUrl
    this.interferers = parts.interferers
    this.skipped = parts.skipped
    this.#env = parts.env
    this.#resources = resources
  }

  static async open(): Promise<ChaosWorld> {
    await using opened = new AsyncDisposableStack()
    const parts = await openParts(opened)
    const world = new ChaosWorld(parts, opened.move())
    try {
      await world.#begin()
      return world
    } catch (error) {
      await world[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A client of some server that runs. */
  get client(): ApiClient {
    const url = this.servers.find((server) => server.url !== undefined)?.url
    if (this.#client === undefined || url === undefined) throw new Error('No server runs.')
    return this.#client.at(url)
  }

  addFlow(table: ChaosTable, rowCount: number): Promise<ChaosFlow> {
    return addFlow(
      { source: this.source, client: this.client, connectionId: this.#connectionId },
      table,
      rowCount,
    )
  }

  askForRun(flowId: string): Promise<void> {
    return askForRun(() => this.client, flowId)
  }

  /** Rows of the landed datasets, as DuckDB finds them in the lake. */
  async query(sql: string): Promise<Answer[][]> {
    const answer = await this.client.post('/query', { sql })
    if (answer.status !== 200) throw new Error(`query failed: ${JSON.stringify(answer.body)}`)
    return answer.body.rows
  }

  /** Removes the files that interrupted steps have left, however young they are. Returns how many there were. */
  async removeOrphans(): Promise<number> {
    const found = await this.#withLake((deps) => sweepOrphans(deps, { minAgeMs: 0 }))
    return found.length
  }

  /** Files of the lake that belong to no table. */
  async findStrayFiles(): Promise<readonly string[]> {
    return this.#withLake(async ({ db, storage }) => {
      const tables = await db.selectFrom('lake_table').select('metadata_key').execute()
      const known = await Promise.all(tables.map((table) => listTableFiles(storage, table.metadata_key)))
      const listed = new Set(known.flatMap((keys) => [...keys]))
      const lying = await Array.fromAsync(storage.list(''), ({ key }) => key)
      const uploads = this.store.openUploads
      return [
        ...lying.filter((key) => !listed.has(key)).map((key) => `The file ${key} belongs to no table.`),
        ...[...listed]
          .filter((key) => !lying.includes(key) && isNeeded(key))
          .map((key) => `The file ${key} is lost.`),
        ...(uploads > 0 ? [`${uploads} uploads were neither completed nor given up.`] : []),
      ]
    })
  }

  /** The lake and the metadata as a server sees them. */
  async #withLake<T>(use: (deps: OrphanDependencies) => Promise<T>): Promise<T> {
    Object.assign(process.env, S3_ENV)
    const { endpoint } = this.store
    await using storage = openS3Storage({
      url: this.lakeUrl,
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
    })
    const db = openDatabase(openPool({ url: this.#env['DATABASE_URL'] ?? '' }, { max: 2 }))
    try {
      const log = createLog({ level: 'silent' })
      return await use({ db, storage, log, now: Date.now })
    } finally {
      await db.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }

  async #begin(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.start()))
    this.#client = await makeClient(this.servers[0]?.dataDir ?? '', this.#env)
    const { host, user, password, database } = this.source
    this.#connectionId = await connectTo(this.client, {
      host,
      user,
      password,
      database,
      port: this.proxy.port,
    })
  }
}

async function makeClient(dataDir: string, env: Readonly<Record<string, string>>): Promise<ApiClient> {
  const made = await runCommand(['credentials', 'create', '--data-dir', dataDir, '--json'], env)
  if (made.code !== 0) throw new Error(made.stderr)
  const client = new ApiClient(JSON.parse(made.stdout))
  await client.authenticate()
  return client
}

interface Parts {
  readonly env: Readonly<Record<string, string>>
  readonly metadata: Cluster
  readonly source: Cluster
  readonly proxy: ChaoticProxy
  readonly store: S3Server
  readonly servers: readonly ChaosServer[]
  readonly places: PlaceBells
  readonly lakeUrl: string
  readonly interferers: Set<Interferer>
  readonly skipped: readonly string[]
}

async function openParts(opened: AsyncDisposableStack): Promise<Parts> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-chaos-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const startSettings = { max_connections: '200' }
  const metadata = opened.use(await startCluster({ database: 'headwater', startSettings }))
  const source = opened.use(await startCluster({ database: 'shop', startSettings }))
  const places = new PlaceBells()
  const proxy = opened.use(await chaoticProxy(source, (place) => places.ring(place)))
  const store = opened.use(await startS3Server())
  const interferers = new Set<Interferer>()
  store.onRequest = (request) => {
    const isWrite = request.method === 'PUT' || request.method === 'POST'
    const place = isWrite ? placeOfWrite(request.key) : undefined
    if (place !== undefined) places.ring(place)
    return firstOf(interferers, request)
  }
  const lakeUrl = `s3://${BUCKET}/chaos`
  const env = {
    ...S3_ENV,
    DATABASE_URL: `postgres://${metadata.user}:${metadata.password}@${metadata.host}:${metadata.port}/headwater`,
    HEADWATER_LAKE: lakeUrl,
    HEADWATER_S3_ENDPOINT: store.endpoint,
    HEADWATER_MASTER_KEY: randomBytes(32).toString('base64'),
    HEADWATER_SLICE_TARGET_BYTES: String(SLICE_BYTES),
  }
  const servers = Array.from(
    { length: SERVERS },
    (_, at) => new ChaosServer(join(folder, `server-${at}`), env),
  )
  const unmount = servers.map(({ dataDir }) => mountSpool(dataDir))
  for (const take of unmount) if (take !== undefined) opened.defer(take)
  for (const server of servers) opened.defer(() => server.end('SIGKILL'))
  const skipped = unmount.includes(undefined) ? ['disk-full'] : []
  return { env, metadata, source, proxy, store, servers, places, lakeUrl, interferers, skipped }
}

/** Names for readers that go by paths are written after the commit, and may be missing. */
function isNeeded(key: string): boolean {
  return !/\/(version-hint\.text|v\d+\.metadata\.json)$/.test(key)
}

async function firstOf(interferers: ReadonlySet<Interferer>, request: LakeRequest): Promise<Interference> {
  for (const interfere of [...interferers]) {
    const interference = await interfere(request)
    if (interference !== undefined) return interference
  }
  return undefined
}

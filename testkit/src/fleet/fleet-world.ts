import type { Answer } from '../api-client.ts'
import { addFlow, type ChaosFlow } from '../chaos/chaos-flow.ts'
import { connectTo } from '../journey.ts'
import { type Cluster, startCluster } from '../postgres-lab/cluster.ts'
import { Seeded } from '../seeded.ts'
import { foreignS3Title, openForeignS3, S3_CREDENTIALS } from '../test-s3.ts'
import { installAudit } from './execution-audit.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { ClaimEars } from './kill-places.ts'
import type { KillScene } from './play-kills.ts'

/** Two servers and three workers over PostgreSQL and a bucket, a source, and an audit of what they do. */
export class FleetWorld implements KillScene, AsyncDisposable {
  readonly metadata: Cluster
  readonly source: Cluster
  readonly fleet: Fleet
  readonly ears: ClaimEars
  readonly random: Seeded
  readonly #connectionId: string
  readonly #resources: AsyncDisposableStack

  private constructor(parts: Omit<KillScene, 'query'> & Parts, resources: AsyncDisposableStack) {
    this.metadata = parts.metadata
    this.source = parts.source
    this.fleet = parts.fleet
    this.ears = parts.ears
    this.random = parts.random
    this.#connectionId = parts.connectionId
    this.#resources = resources
  }

  static async open(seed: number): Promise<FleetWorld> {
    await using opened = new AsyncDisposableStack()
    const s3 = opened.use(await openForeignS3())
    const startSettings = { max_connections: '200' }
    const metadata = opened.use(await startCluster({ database: 'headwater', startSettings }))
    const source = opened.use(await startCluster({ database: 'shop', startSettings }))
    const { user, password, host, port } = metadata
    const url = `postgres://${user}:${password}@${host}:${port}/headwater`
    const env = {
      ...S3_CREDENTIALS,
      DATABASE_URL: url,
      HEADWATER_LAKE: s3.url,
      HEADWATER_S3_ENDPOINT: s3.endpoint,
      // Several slices of a small table.
      HEADWATER_SLICE_TARGET_BYTES: '1MiB',
    }
    const fleet = opened.use(await startFleet({ servers: 2, workers: 3, env }))
    await installAudit(metadata)
    const ears = opened.use(await ClaimEars.open(url))
    const connectionId = await connectTo(fleet.client(), source)
    const random = new Seeded(seed)
    return new FleetWorld({ metadata, source, fleet, ears, random, connectionId }, opened.move())
  }

  /** Which S3 server it is. */
  get store(): string {
    return foreignS3Title
  }

  addFlow(name: string, mode: 'full' | 'incremental', rowCount: number): Promise<ChaosFlow> {
    const scene = { source: this.source, client: this.fleet.client(), connectionId: this.#connectionId }
    return addFlow(scene, { name, mode }, rowCount)
  }

  async query(sql: string): Promise<Answer[][]> {
    const answer = await this.fleet.client().post('/query', { sql })
    if (answer.status !== 200) throw new Error(`query failed: ${JSON.stringify(answer.body)}`)
    return answer.body.rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }
}

interface Parts {
  readonly metadata: Cluster
  readonly source: Cluster
  readonly connectionId: string
}

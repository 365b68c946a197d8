import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { VerifyLevel } from '@headwater/server/kit/verify-level.ts'
import { type Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import {
  CONVERSION,
  CRM_FLOW_SPEC,
  connectTo,
  createDataset,
  expectId,
  FLOW,
  FULL,
  LAKE_SPEC,
  POSTGRES_SPEC,
  REGISTRY,
} from '@headwater/testkit/journey.ts'
import { createCredentials, startServerProcess } from '@headwater/testkit/server-process.ts'
import type { Source } from './source.ts'

/** Everything of a dataflow but the flow itself: making that starts the run. */
export interface PreparedFlow {
  readonly datasetId: string
  readonly body: Answer
}

export interface EndedRun {
  readonly id: string
  readonly flowId: string
  readonly wallMs: number
  readonly metrics: Answer
}

/** A server in a process of its own, started as `npm start` does, spoken to over HTTP only. */
export class Headwater implements AsyncDisposable {
  readonly pid: number
  readonly #client: ApiClient
  readonly #connectionId: string
  readonly #dataDir: string
  readonly #stop: () => Promise<unknown>
  #made = 0

  private constructor(
    server: { readonly pid: number; end(signal: 'SIGTERM'): Promise<unknown> },
    client: ApiClient,
    connectionId: string,
    dataDir: string,
  ) {
    this.pid = server.pid
    this.#client = client
    this.#connectionId = connectionId
    this.#dataDir = dataDir
    this.#stop = () => server.end('SIGTERM')
  }

  /** The lake stands beside the cache, so that files land on the disk that the peers write to. */
  static async start(
    source: Source,
    cacheDir: string,
    verify: VerifyLevel,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Headwater> {
    const dataDir = await mkdtemp(path.join(cacheDir, `headwater-${verify}-`))
    const server = await startServerProcess(dataDir, { HEADWATER_VERIFY: verify, ...env })
    const client = new ApiClient({ ...(await createCredentials(dataDir)), base_url: server.url })
    await client.authenticate()
    return new Headwater(server, client, await connectTo(client, source.address), dataDir)
  }

  /** Schema in one call, with every column as it is; then dataset, connections and mapping set. */
  async prepare(table: string, more: Answer = {}): Promise<PreparedFlow> {
    const client = this.#client
    const title = `${table} ${++this.#made}`
    const asked = { baseConnectionId: this.#connectionId, tableName: `public.${table}`, title }
    const made = await client.post(`${REGISTRY}/rpc/tableschema`, asked)
    if (made.status !== 201) throw new Error(`no schema of ${table}: ${JSON.stringify(made.body)}`)
    const schemaId = made.body.schema.$id
    const datasetId = await createDataset(client, schemaId)
    const sourceConnection = {
      name: title,
      baseConnectionId: this.#connectionId,
      params: { tableName: `public.${table}` },
      connectionSpec: POSTGRES_SPEC,
    }
    const targetConnection = {
      name: title,
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
    }
    const sourceId = expectId(await client.post(`${FLOW}/sourceConnections`, sourceConnection))
    const targetId = expectId(await client.post(`${FLOW}/targetConnections`, targetConnection))
    const mappingId = expectId(await client.post(`${CONVERSION}/mappingSets`, made.body.mappingSet))
    const { copy, ...rest } = more
    const body = {
      name: title,
      flowSpec: CRM_FLOW_SPEC,
      sourceConnectionIds: [sourceId],
      targetConnectionIds: [targetId],
      transformations: [
        ...(copy === undefined ? [] : [{ name: 'Copy', params: copy }]),
        { name: 'Mapping', params: { mappingId, mappingVersion: 0 } },
      ],
      scheduleParams: { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' },
      ...rest,
    }
    return { datasetId, body }
  }

  /** From the POST that makes the flow, and so starts its run, to the answer that the run has succeeded. */
  async land({ body }: PreparedFlow): Promise<EndedRun> {
    const startedMs = performance.now()
    const flowId = await this.createFlow(body)
    return this.#await(flowId, startedMs)
  }

  async createFlow(body: Answer): Promise<string> {
    return expectId(await this.#client.post(`${FLOW}/flows`, body))
  }

  /** From the POST that asks for a run of a flow to the answer that it has succeeded. */
  async runAgain(flowId: string, params: Answer = {}): Promise<EndedRun> {
    const startedMs = performance.now()
    const asked = await this.#client.post(`${FLOW}/runs`, { flowId, params })
    if (asked.status >= 300) throw new Error(`no run: ${JSON.stringify(asked.body)}`)
    return this.#await(flowId, startedMs, asked.body.id)
  }

  async #await(flowId: string, startedMs: number, runId?: string): Promise<EndedRun> {
    const filter = encodeURIComponent(runId === undefined ? `flowId==${flowId}` : `id==${runId}`)
    for (;;) {
      const { body } = await this.#client.get(`${FLOW}/runs?property=${filter}&limit=1`)
      const wallMs = performance.now() - startedMs
      const run = body.items?.[0]
      const status = run?.metrics?.statusSummary?.status
      if (status === 'success') return { id: run.id, flowId, wallMs, metrics: run.metrics }
      if (status === 'failed') throw new Error(`the run failed: ${JSON.stringify(run.metrics.statusSummary)}`)
      await sleep(pauseAfter(wallMs))
    }
  }

  /** How many runs have ended well, of all flows. */
  async countSuccesses(): Promise<number> {
    const filter = encodeURIComponent('metrics.statusSummary.status==success')
    const { body } = await this.#client.get(`${FLOW}/runs?property=${filter}&count=true`)
    return Number(body.count)
  }

  async filesOf(datasetId: string): Promise<{ paths: string[]; bytes: number }> {
    const folder = path.join(this.#dataDir, 'lake', 'prod', datasetId, 'data')
    const names = await readdir(folder, { recursive: true })
    const paths = names.filter((name) => name.endsWith('.parquet')).map((name) => path.join(folder, name))
    const sizes = await Promise.all(paths.map(async (file) => (await stat(file)).size))
    return { paths, bytes: sizes.reduce((sum, size) => sum + size, 0) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}

/** A hundredth of what has passed: the question costs the server time too, and the answer may not come late. */
function pauseAfter(wallMs: number): number {
  return Math.min(100, Math.max(5, wallMs / 100))
}
